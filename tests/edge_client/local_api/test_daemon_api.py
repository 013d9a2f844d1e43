"""The daemon's API: what a script asked a gateway for it may ask here, if it runs on this robot."""

import json
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import SOON, Commands, Sound, read_wav, soon
from tests.fakes.fake_gateway import FakeGateway


@pytest.fixture
def with_gateway(robotvoice: Commands, tmp_path: Path, fake: FakeGateway) -> Iterator[RunningDaemon]:
    speaker = Loudspeaker.make(tmp_path / "bin", 0.02)
    with running_daemon(robotvoice, speaker, "--gateway", fake.address) as running:
        soon(lambda: running.status()["gateway"]["ready"])
        yield running


def curl(daemon: RunningDaemon, text: str, voice: str) -> bytes:
    """As robots' scripts call it: no header, no status, no second try."""
    url = f"http://127.0.0.1:{daemon.port}/synthesize?text={quote(text)}&voice={voice}"
    command = ["curl", "-s", "--connect-timeout", "5", "--max-time", "15", "-o", "-", url]
    return subprocess.run(command, capture_output=True, timeout=30, check=True).stdout


def sound(body: bytes, folder: Path) -> Sound:
    (folder / "answer.wav").write_bytes(body)
    return read_wav(folder / "answer.wav")


def test_a_script_written_for_a_gateway_gets_a_whole_file(daemon: RunningDaemon, tmp_path: Path) -> None:
    for text in ("Hello, I'm SPARK.", "Ünïcödé and 日本語.", "🙂" * 1990 + " at last.", "ä" * 2000):
        assert sound(curl(daemon, text, "data"), tmp_path).seconds > 0.3
    assert daemon.heard() == 0, "it is the script that plays it"


def test_what_cannot_be_spoken_is_too_short_to_be_taken_for_sound(daemon: RunningDaemon) -> None:
    """Whatever goes wrong, on whichever layer."""
    for text, voice in (("", "vixen"), ("a" * 5001, "vixen"), ("Hi.", "nobody" * 30), ("x" * 131_000, "")):
        body = curl(daemon, text, voice)
        assert len(body) <= 100
        assert json.loads(body)["error"]
    status, _, body = daemon.ask("GET", "/synthesize?text=Hi", Origin="http://example.org")
    assert (status, len(body) <= 100) == (403, True)
    status, _, body = daemon.ask("POST", "/synthesize")
    assert (status, len(body) <= 100) == (405, True)


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (400, b"\x16\x03\x01\x02\x00\x01\r\n\r\n"),
        (400, "GET /synthesize?text=Grüße HTTP/1.1\r\nHost: x\r\n\r\n".encode()),
        (400, b"GET /synthesize HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"),
        (417, b"GET /synthesize HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nConnection: close\r\n\r\n"),
    ],
    ids=["not HTTP", "raw UTF-8", "long header", "Expect"],
)
def test_what_is_no_request_gets_short_json_too(daemon: RunningDaemon, status: int, request_: bytes) -> None:
    with socket.create_connection(("127.0.0.1", daemon.port), SOON) as asking:
        asking.sendall(request_)
        head, _, body = b"".join(iter(lambda: asking.recv(4096), b"")).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"\r\nServer: robotvoice\r\n" in head
    assert len(body) <= 100
    assert json.loads(body)["error"]


def test_the_gateways_voice_is_in_it_while_the_gateway_is_there(
    with_gateway: RunningDaemon, fake: FakeGateway, tmp_path: Path
) -> None:
    """Who spoke is in the headers; a file that breaks off is begun again in one voice."""
    status, headers, body = with_gateway.ask("GET", "/synthesize?text=Hello.&voice=vixen")
    assert (status, headers["Content-Type"]) == (200, "audio/wav")
    assert (headers["X-Voice-Engine"], headers["X-Voice-Substitute"]) == ("fake", "none")
    assert headers["X-AI-Generated"] == "true"
    assert sound(body, tmp_path).by_the_fake_gateway == 1.0
    assert sound(body, tmp_path).rate == 24_000
    assert float(headers["X-Duration"]) == pytest.approx(sound(body, tmp_path).seconds, abs=0.001)
    fake.state.cut_after(3)
    status, headers, body = with_gateway.ask("GET", "/synthesize?text=Hello.&voice=vixen")
    assert (headers["X-Voice-Engine"], headers["X-Voice-Substitute"]) == ("espeak", "cut")
    assert sound(body, tmp_path).by_the_fake_gateway < 0.01


def test_files_and_turns_at_the_loudspeaker_never_mix_up_their_sound(
    with_gateway: RunningDaemon, tmp_path: Path
) -> None:
    """Each has its own way to the gateway; each is in one voice to its end."""
    with ThreadPoolExecutor(8) as pool:
        lines = [pool.submit(with_gateway.say, "Aloud.", wait=True, persona="vixen") for _ in range(4)]
        files = [pool.submit(curl, with_gateway, "Into a file.", "vixen") for _ in range(4)]
        assert {line.result()[0] for line in lines} == {200}
        for number, file in enumerate(files):
            (folder := tmp_path / f"{number}").mkdir()
            found = sound(file.result(), folder)
            by_the_robot = found.rate != 24_000
            assert by_the_robot or found.by_the_fake_gateway == 1.0


def test_health_is_what_a_gateway_tells(daemon: RunningDaemon) -> None:
    told = json.loads(daemon.ask("GET", "/health")[2])
    assert {
        "status",
        "ready",
        "model",
        "backend",
        "model_loaded",
        "voices",
        "default_voice",
        "engines",
    } <= set(told)
    assert (told["ready"], told["status"], told["backend"]) == (True, "degraded", "espeak")
    assert {"spark", "data", "vixen", "gremlin"} <= set(told["voices"])


@pytest.mark.parametrize("headers", [{"Host": "robot.example:{port}"}, {"Host": "127.0.0.1:1"}, {"Host": ""}])
@pytest.mark.parametrize("path", ["/", "/status", "/events", "/health", "/nowhere"])
def test_a_web_page_under_another_name_is_refused(
    daemon: RunningDaemon, headers: dict[str, str], path: str
) -> None:
    host = headers["Host"].format(port=daemon.port)
    status, _, body = daemon.ask("GET", path, Host=host)
    assert status == 421
    assert json.loads(body)["error"].endswith(f": ask http://127.0.0.1:{daemon.port}")


def test_a_web_page_of_another_origin_is_refused(daemon: RunningDaemon) -> None:
    """Even one that this robot serves itself; every name of loopback may be asked by."""
    for origin in ("http://example.org", f"http://127.0.0.1:{daemon.port}", "null"):
        assert daemon.ask("POST", "/say", {"text": "Hi."}, Origin=origin)[0] == 403
    for site in ("cross-site", "same-site"):
        assert daemon.ask("GET", "/synthesize?text=Hi", **{"Sec-Fetch-Site": site})[0] == 403
    assert daemon.ask("GET", "/status", **{"Sec-Fetch-Site": "none"})[0] == 200
    for name in ("localhost", "127.0.0.1", "[::1]"):
        assert daemon.ask("GET", "/status", Host=f"{name}:{daemon.port}")[0] == 200
    assert daemon.heard() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": 7}, "text"),
        ({"text": "Hi.", "persona": 7}, "persona"),
        ({"text": "Hi.", "voice": ["vixen"]}, "voice"),
        ({"text": "Hi.", "deadline_ms": 0}, "deadline_ms"),
        ({"text": "Hi.", "persona": "vixen", "voice": "spark"}, "`persona` and `voice`"),
        ([], "JSON object"),
    ],
)
def test_a_request_that_cannot_be_used_is_refused_by_its_field(
    daemon: RunningDaemon, body: object, field: str
) -> None:
    status, _, answer = daemon.ask("POST", "/say", body)
    assert (status, json.loads(answer)["code"]) == (400, "invalid_message")
    assert field in json.loads(answer)["error"]


def test_a_persona_may_be_asked_for_as_a_voice(daemon: RunningDaemon) -> None:
    """As `/synthesize` calls it."""
    for names in ({"voice": "vixen"}, {"voice": "Vixen", "persona": "vixen"}):
        status, answer = daemon.say("Hi.", wait=True, **names)
        assert (status, answer["persona"], answer["voice"]) == (200, "vixen", "en+f4")
    assert daemon.say("Hi.", voice="nobody")[0] == 404


def test_everything_that_happens_to_a_line_is_told_and_never_its_text(daemon: RunningDaemon) -> None:
    with (
        socket.create_connection(("127.0.0.1", daemon.port), SOON) as listener,
        listener.makefile("rb") as told,
    ):
        listener.sendall(f"GET /events HTTP/1.1\r\nHost: localhost:{daemon.port}\r\n\r\n".encode())
        while b": hello" not in told.readline():
            pass
        _, line = daemon.say("My secret is a shoe.", persona="vixen", wait=True)
        rows: list[dict[str, Any]] = []
        while not rows or rows[-1]["type"] != "spoken":
            content = told.readline()
            assert b"secret" not in content
            if content.startswith(b"data: "):
                rows.append(json.loads(content.removeprefix(b"data: ")))
    assert [row["type"] for row in rows] == ["queued", "started", "sentence", "spoken"]
    assert {row["id"] for row in rows} == {line["id"]}
    assert (rows[2]["engine"], rows[2]["via"], rows[2]["reason"]) == ("espeak", "robot", "not_found")
    assert "secret" not in json.dumps(daemon.status()) + "".join(daemon.log)

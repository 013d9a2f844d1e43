"""`robotvoice-gateway status`: a table of the gateway that runs, or in words that there is none."""

import asyncio
import json
import os
import pty
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.security.credentials import ROBOTS_FILE, Credentials
from proofs.rig.program import ROOT, environment
from robotvoice.engines.base import Readiness
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import DIES, ScriptedEngine
from tests.gateway.in_process import SOON, library, named, persona, running


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's."""
    for name in [name for name in os.environ if name.startswith("ROBOTVOICE_")]:
        monkeypatch.delenv(name)
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)


async def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = await asyncio.to_thread(main, arguments)
    return code, *capsys.readouterr()


async def test_the_table_says_who_would_speak_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    engines = named(ScriptedEngine("dies", [DIES]), ScriptedEngine("speaks"), ScriptedEngine("spare"))
    async with running(library(persona("rook", "dies", "speaks")), engines) as gateway:
        for _ in range(3):
            await gateway.say("Hello.")
        code, out, err = await said(capsys, "status", "--gateway", f"127.0.0.1:{gateway.port}")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Rook speaks with another voice: it died"
    assert f"at 127.0.0.1:{gateway.port}, up " in lines[2]
    assert lines[3] == "spoken: 3 texts, 3 sentences (speaks 3); 0 errors, 0 refused, 0 cancelled"
    (dies,) = [line for line in lines if line.startswith("dies ")]
    assert dies.split()[1:3] == ["not", "ready"] and " open for " in dies
    assert lines.count("  dies: it died") == 1
    (rook,) = [line for line in lines if line.startswith("rook ")]
    assert rook.split()[1] == "speaks" and "no, dies" in rook
    (spare,) = [line for line in lines if line.startswith("spare ")]
    assert "not used" in spare
    assert "last hour: nothing was spoken for a persona with a cloned voice" in lines
    assert "\x1b" not in out


async def test_another_machines_gateway_tells_it_nobody_and_that_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with running(from_network=True) as gateway:
        for command in (("status",), ("breaker",)):
            code, out, err = await said(capsys, *command, "--gateway", f"127.0.0.1:{gateway.port}")
            assert (code, out) == (1, "")
            assert "tells this to its own machine only" in err


async def test_one_that_is_open_to_all_says_whom_they_hear(capsys: pytest.CaptureFixture[str]) -> None:
    async with running(open_lan=True) as gateway:
        _, out, _ = await said(capsys, "status", "--gateway", f"127.0.0.1:{gateway.port}")
    assert "everybody there can let gremlin, spark, vixen say anything" in out


async def test_robots_that_are_paired_and_cannot_come_in_are_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `doctor`, too; and a robot that nobody shuts out is no reason to say so."""
    robots = Credentials(state := tmp_path / "state" / ROBOTS_FILE)
    told = "only this machine reaches the gateway; start it with --lan"
    for number in ("1 paired robot", "2 paired robots"):
        robots.new(number)
        async with running(state_dir=state.parent) as gateway:
            port = str(gateway.port)
            _, out, _ = await said(capsys, "status", "--gateway", f"127.0.0.1:{port}")
            lines = " ".join(out.split())
            assert lines.startswith(f"{number} cannot come in: {told}")
            assert lines.count(f"{number} cannot come in: {told}") == 2
            _, out, _ = await said(capsys, "doctor", "--json", "--port", port)
            (row,) = [row for row in json.loads(out) if row["name"] == "network"]
            assert (row["state"], row["todo"]) == ("warn", "start it with --lan")
            assert f"{number} cannot come in" in row["found"]
    async with running(tls=True, state_dir=state.parent) as gateway:
        _, out, _ = await said(capsys, "status", "--gateway", f"127.0.0.1:{gateway.port}")
        assert "cannot come in" not in out and "paired robots come in at port" in out


async def test_as_json_it_is_what_the_gateway_answers(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without `--gateway` the one of the settings is asked."""
    async with running() as gateway:
        monkeypatch.setenv("ROBOTVOICE_PORT", str(gateway.port))
        monkeypatch.setenv("ROBOTVOICE_LAN", "true")
        code, out, _ = await said(capsys, "status", "--json")
    assert code == 0
    assert json.loads(out)["personas"]["vixen"]["speaks"] == "espeak"


async def test_where_no_gateway_answers_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code, out, err = await said(capsys, "status", "--port", str(port))
    assert (code, out) == (1, "")
    assert f"no gateway answers at 127.0.0.1:{port}" in err and "robotvoice-gateway serve" in err


@pytest.mark.parametrize("answer", [b"[1]", b"{}", b"<html>", b'{"service": "robotvoice"}'])
async def test_what_is_no_gateway_is_no_traceback(answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
        writer.write(head + str(len(answer)).encode() + b"\r\n\r\n" + answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        code, out, err = await said(capsys, "status", "--gateway", f"127.0.0.1:{port}")
    assert (code, out) == (1, "")
    assert err.startswith("robotvoice-gateway: ") and len(err.splitlines()) == 1


@pytest.mark.parametrize("address", ["", "a b", "host:port", "host/path", "[::1", "host:99999", "user@host"])
async def test_an_address_that_is_none_is_refused(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = await said(capsys, "status", "--gateway", address)
    assert (code, out) == (2, "")
    assert "give HOST:PORT" in err


@pytest.mark.slow
async def test_watched_on_a_terminal_it_is_drawn_anew_until_it_is_interrupted(tmp_path: Path) -> None:
    async with running() as gateway:
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "status", "--watch"),
            *("--gateway", f"127.0.0.1:{gateway.port}"),
            stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT, env=environment(tmp_path),
        )  # fmt: skip
        drawn = b""
        try:
            async with asyncio.timeout(2 * SOON):
                while drawn.count(b"\x1b[H") < 3:
                    drawn += await asyncio.to_thread(os.read, ours, 65_536)
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(SOON):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            os.close(ours)
            os.close(theirs)
    assert drawn.count(b"persona") >= 2 and b"Traceback" not in drawn


async def test_watched_into_a_pipe_it_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    async with running() as gateway:
        where = f"127.0.0.1:{gateway.port}"
        code, out, _ = await said(capsys, "status", "--watch", "--gateway", where)
    assert code == 0 and out.count("speaks with") == 1 and "\x1b" not in out


MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"
TYPED = f"    type: robotvoice-gateway models pull {MODEL}"
MISSING = Readiness(
    Reason("not_pulled", f"model {MODEL} is not on this machine; type:{TYPED.partition('type:')[2]}")
)


@pytest.mark.parametrize("columns", ["40", "80", "200", ""])
async def test_the_cause_and_what_to_type_stand_below_the_table_at_every_width(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    own = VoiceSpec("mlx", model_voice=ModelVoice(MODEL, "key", ad_hoc=True))
    nova = replace(persona("nova", "mlx", "espeak"), voice=own)
    engines = named(ScriptedEngine("mlx", readiness=MISSING), ScriptedEngine("espeak"))
    async with running(library(nova, persona("eve", "espeak")), engines) as gateway:
        code, out, _ = await said(capsys, "status", "--gateway", f"127.0.0.1:{gateway.port}")
        _, breakers, _ = await said(capsys, "breaker", "--gateway", f"127.0.0.1:{gateway.port}")
    assert code == 0
    lines = out.splitlines()
    assert " ".join(out.split()).startswith(f"Nova sounds plain: model {MODEL} is not on this machine; type:")
    assert lines.count(TYPED) == 1, "told once, on a line of its own"
    table = [line for line in (*lines, *breakers.splitlines()) if MODEL not in line]
    assert not columns or max(map(len, table)) <= int(columns)
    for word in ("engine", "breaker", "persona", "own", "phrases", "nova", "eve"):
        assert word in out

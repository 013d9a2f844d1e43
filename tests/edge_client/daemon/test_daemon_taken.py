"""The daemon as programs really ask it: they get sound, and are told what was not followed (K5, C5)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from robotvoice.wire import wire
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, soon
from tests.fakes.fake_gateway import FakeGateway, Utterance

PATH = "/synthesize?text=The%20robot%20rolls.&voice=vixen"


@pytest.fixture
def daemon(robotvoice: Commands, tmp_path: Path) -> Iterator[RunningDaemon]:
    with running_daemon(robotvoice, Loudspeaker.make(tmp_path / "bin", 0.001)) as running:
        yield running


def test_say_takes_what_is_only_written_in_another_way_and_warns_of_the_rest(daemon: RunningDaemon) -> None:
    """Also X4, C7 and Y7."""
    for taken in (
        {"wait": "true", "priority": "URGENT", "deadline_ms": "5000", "persona": "Vixen"},
        {"wait": 1, "persona": " ", "deadline_ms": None, "priority": "", "speed": "1.0"},
        {"wait": "yes", "voice": "default"},
        {"wait": True, "voice": "gremlin", "persona": None},
    ):
        status, _, body = daemon.ask("POST", "/say", {"text": "Hi.", **taken})
        said = json.loads(body)
        assert (status, "warnings" in said) == (200, False)
        who = str(taken.get("voice") or taken.get("persona") or "").strip().lower() or "spark"
        assert said["persona"] == {"default": "spark"}.get(who, who)
    odd = {"priority": "high", "deadline_ms": 10**12, "persona": "Alloy", "speed": 9, "mood": "secret"}
    status, headers, body = daemon.ask("POST", "/say", {"text": "Hi.", "wait": True, **odd})
    told = [
        "priority is not followed: it must be one of urgent, dialogue, story, background",
        "not known here and not followed: mood",
        "deadline_ms goes from 1 to 86400000 ms: 86400000 is taken",
        "speed goes from 0.25 to 4: 4 is taken",
        "there is no voice alloy here: spark speaks",
    ]
    assert status == 200
    assert json.loads(body)["warnings"] == told
    assert headers["X-Voice-Warning"] == "; ".join(told)
    assert json.loads(body)["rate"] == 400, "SPARK's voice has a rate of 100"
    status, _, body = daemon.ask("POST", "/say", {"text": "Hi.", "stereo": True})
    assert (status, json.loads(body)["warnings"]) == (202, ["not known here and not followed: stereo"])
    status, _, body = daemon.ask("POST", "/say", {"text": "Hi.", "persona": "vixxen"})
    assert status == 404
    assert "did you mean vixen? There are gremlin, spark, vixen" in json.loads(body)["error"]
    soon(daemon.idle)
    log = "".join(daemon.log)
    assert "not followed: field=priority,other,deadline_ms,speed,voice" in log
    assert "/say refused: unknown_voice, field=voice" in log
    assert "secret" not in log


def test_a_file_is_told_of_and_given_in_parts_that_make_one_file(daemon: RunningDaemon) -> None:
    """As a gateway gives it."""
    status, headers, body = daemon.ask("HEAD", PATH)
    assert (status, body, headers["Accept-Ranges"]) == (200, b"", "bytes")
    assert "Content-Length" not in headers
    first, rest = (daemon.ask("GET", PATH, Range=wanted) for wanted in ("bytes=0-1", "bytes=2-"))
    assert (first[0], rest[0]) == (206, 206)
    whole = first[2] + rest[2]
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    assert rest[1]["Content-Range"] == f"bytes 2-{len(whole) - 1}/{len(whole)}"
    assert first[1]["ETag"] == rest[1]["ETag"]
    status, headers, _ = daemon.ask("HEAD", PATH)
    assert int(headers["Content-Length"]) == len(whole)
    status, headers, body = daemon.ask("GET", PATH, Range="bytes=99999999-")
    assert (status, len(body) <= 100) == (416, True)
    status, headers, body = daemon.ask("GET", f"{PATH}&speed=9&x=1", **{"X-Budget-Ms": "soon"})
    assert status == 200
    assert headers["X-Voice-Warning"].split("; ") == [
        "not known here and not followed: x",
        "speed goes from 0.25 to 4: 4 is taken",
        "X-Budget-Ms is not followed: it must be a number of milliseconds",
        "speed is followed as far as 3.3 by this voice",
    ]
    assert daemon.ask("GET", "/synthesize?text=Hi.&voice=%20")[0] == 200
    assert daemon.ask("HEAD", "/synthesize?text=")[0] == 400


def test_what_the_gateway_does_not_follow_is_told_to_whoever_asked_the_robot(
    robotvoice: Commands, tmp_path: Path, fake: FakeGateway
) -> None:
    """By the daemon, and by a command that does it itself; each sentence once."""

    async def warns(utterance: Utterance) -> None:
        speeds.append(utterance.request.speed)
        await utterance.accept()
        await utterance.start(warnings=("two words are left out",))
        await utterance.sound(1)
        complete = wire.Complete(utterance.request.id, 50, (), ("two words are left out", "and one more\n"))
        await utterance.send(complete)

    speeds: list[float] = []
    fake.state.do_next(warns)
    done = robotvoice("say", "One.", "--persona", "vixen", "--gateway", fake.address, "--json")
    assert json.loads(done.stdout)["warnings"] == ["two words are left out", "and one more"]
    assert done.stderr == "two words are left out\nand one more\n"
    speaker = Loudspeaker.make(tmp_path / "bin", 0.001)
    with running_daemon(robotvoice, speaker, "--gateway", fake.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        for _ in range(2):
            fake.state.do_next(warns)
        _, said = daemon.say("One.\nTwo.", persona="vixen", wait=True, speed=1.5)
        assert said["via"] == "gateway"
        assert said["warnings"] == [
            "two words are left out",
            "speed is not followed by this voice",
            "and one more",
        ]
    assert speeds == [1.0, 1.5, 1.5]

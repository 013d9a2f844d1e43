"""However a `say` ends, it ends quietly: no sound goes on, no process stays, no file is torn."""

import json
import logging
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from edge_client.link.last_gateway import load
from edge_client.personas.known_personas import load_known_personas
from tests.edge_client.rig import ROBOTVOICE, SOON, Commands, soon
from tests.fakes.fake_gateway import FakeGateway
from tests.fakes.faults import Fault

STORY = " ".join(f"This is sentence number {number} of a story that goes on." for number in range(40))


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Path:
    """A folder for PATH with an `aplay` that plays on until it is ended."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "aplay"
    program.write_text(
        f'#!/bin/sh\nPATH=/usr/bin:/bin\nif [ -e "{folder}/proved" ]; then touch "{folder}/playing"; '
        f'cat > /dev/null; sleep 60; fi; cat > "{folder}/proved"\n'
    )
    program.chmod(0o755)
    return folder


@contextmanager
def playing(robotvoice: Commands, loudspeaker: Path, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    """A `say` that can be heard."""
    process = robotvoice.start(
        "say", STORY, *arguments, ROBOTVOICE_PLAYER="aplay", PATH=f"{loudspeaker}:{os.environ['PATH']}"
    )
    try:
        soon((loudspeaker / "playing").exists, "nothing was played")
        assert psutil.Process(process.pid).children(recursive=True)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_text_is_ended_by_a_signal(robotvoice: Commands, loudspeaker: Path, number: signal.Signals) -> None:
    """Silent at once, without a word, and neither its player nor its synthesiser stays."""
    with playing(robotvoice, loudspeaker) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(number)
        out, err = process.communicate(timeout=SOON)
        assert (process.returncode, out, err) == (130, "", "")
        soon(lambda: not any(map(lives, children)), "a child outlived it")


def test_a_signal_ends_the_wait_for_a_gateway_too(
    robotvoice: Commands, loudspeaker: Path, fake: FakeGateway
) -> None:
    """Nothing in the background is waited for either."""
    fake.state.always = Fault.SILENCE
    mdns = ["--gateway", fake.address, "--config", "patient.toml"]
    (robotvoice.folder / "patient.toml").write_text("discovery_timeout = 60\nmdns = true\n")
    robotvoice.environment = {**robotvoice.environment, "ROBOTVOICE_MDNS": ""}
    with playing(robotvoice, loudspeaker, *mdns) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=SOON)
        assert (process.returncode, out, err) == (130, "", "")


def test_what_it_started_ends_also_when_it_is_killed(robotvoice: Commands, tmp_path: Path) -> None:
    """A player plays the rest of its pipe, a part of a second; a synthesiser ends at once."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "aplay").write_text(
        f'#!/bin/sh\nPATH=/usr/bin:/bin\ntouch "{folder}/playing"; cat > /dev/null\n'
    )
    (folder / "aplay").chmod(0o755)
    process = robotvoice.start("say", STORY, ROBOTVOICE_PLAYER="aplay", PATH=f"{folder}:{os.environ['PATH']}")
    soon((folder / "playing").exists)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    soon(lambda: not any(map(lives, children)), "a child outlived it")


def shell(robotvoice: Commands, line: str) -> "subprocess.CompletedProcess[str]":
    """`$say` in the line is `robotvoice say Hello. --json`."""
    return subprocess.run(
        ["sh", "-c", line.replace("$say", '"$@" say Hello. --json'), "sh", *ROBOTVOICE],
        env=robotvoice.environment,
        cwd=robotvoice.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def lives(process: psutil.Process) -> bool:
    """A zombie waits for somebody else to see to it."""
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


SPOKEN = "spoken by the robot: no gateway is known and mDNS is off\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("{ $say; echo $? > code; } | head -n 0; exit $(cat code)", 0, SPOKEN),
        ("$say >&-", 0, SPOKEN),
        ("$say 2>&-", 0, ""),
        ("$say <&-", 0, SPOKEN),
        (
            '"$@" say - <&-',
            2,
            "robotvoice: There is nothing in the text that can be spoken; send words or numbers.\n",
        ),
        ("$say 2>/dev/full", 0, ""),
        (
            "$say >/dev/full",
            4,
            f"{SPOKEN}robotvoice: the result cannot be written to standard output "
            "(No space left on device)\n",
        ),
    ],
)
def test_whatever_is_done_to_its_pipes_it_speaks(
    robotvoice: Commands, line: str, code: int, err: str
) -> None:
    done = shell(robotvoice, line)
    assert (done.returncode, done.stderr) == (code, err)


@pytest.mark.slow
def test_many_at_once_never_tear_what_is_kept(
    robotvoice: Commands, fake: FakeGateway, caplog: pytest.LogCaptureFixture
) -> None:
    """Some reach the gateway and some do not; whoever writes last, the files are whole."""
    fake.state.fail_next(*[Fault.HTML] * 4)
    started = [robotvoice.start("say", "Hello.", "--json", "--gateway", fake.address) for _ in range(8)]
    ended = [process.communicate(timeout=30) for process in started]
    assert [process.returncode for process in started] == [0] * 8
    assert {json.loads(out)["audio_s"] > 0 for out, _ in ended} == {True}
    state = Path(robotvoice.environment["ROBOTVOICE_STATE_DIR"])
    assert load(state / "gateway.json").breaker is not None
    assert load_known_personas(state).find("vixen")
    assert {each.name for each in state.iterdir()} <= {"gateway.json", "personas.json"}
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_what_is_spoken_is_kept_nowhere(robotvoice: Commands, fake: FakeGateway) -> None:
    """Neither on the disk nor in what is said about it."""
    fake.state.cut_after(3)
    for secret in ("My secret is a shoe.", "My secret is a hat."):
        done = robotvoice("say", secret, "--gateway", fake.address)
        assert "secret" not in done.stdout + done.stderr
    for path in robotvoice.folder.rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes()

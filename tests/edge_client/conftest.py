"""A robot in a folder of its own, with or without a gateway."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from edge_client.settings.settings import Settings
from proofs.rig.asking import LOOPBACK
from proofs.rig.gateway import Gateway
from proofs.rig.program import environment as surroundings
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, Program, real_gateway, soon
from tests.fakes.fake_gateway import FakeGateway, running


@pytest.fixture
def no_process_is_left() -> Iterator[None]:
    """Neither a child of ours nor one of theirs."""
    before = set(psutil.Process().children(recursive=True))
    yield
    soon(lambda: not set(psutil.Process().children(recursive=True)) - before, "a process was left behind")


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """A robot's settings: its own folder, no mDNS and no loudspeaker unless the test says so."""

    def make(**changes: object) -> Settings:
        own = {"state_dir": tmp_path / "state", "voice_lock": tmp_path / "voice.lock"}
        given = {**own, "mdns": False, "player": "none", **changes}
        return Settings(**given)  # type: ignore[arg-type]  # a test that errs fails

    return make


@pytest.fixture
def fake() -> Iterator[FakeGateway]:
    with running() as gateway:
        yield gateway


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ALSA's default device writes what it is given to RATE.raw in this folder."""
    config = tmp_path / "asound.conf"
    config.write_text(
        f"""
        pcm.null {{ type null }}
        pcm.record {{ type file slave.pcm "null" file "{tmp_path}/%r.raw" format "raw" }}
        pcm.!default {{ type plug slave.pcm "record" }}
        """
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return tmp_path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts shell scripts on PATH, which then holds nothing else; they run in the folder that is returned."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.chdir(tmp_path)

    def install(name: str, script: str) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        file.chmod(0o755)
        return tmp_path

    return install


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    return tmp_path / "said.wav"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has nothing but this folder."""
    robot = {"MDNS": "false", "PLAYER": "none", "DAEMON_PORT": "0", "INTERFACE": LOOPBACK}
    return surroundings(tmp_path, **{f"ROBOTVOICE_{name}": value for name, value in robot.items()})


@pytest.fixture
def robotvoice(environment: dict[str, str], tmp_path: Path, no_process_is_left: None) -> Commands:
    return Commands(environment, tmp_path)


@pytest.fixture
def gateway(environment: dict[str, str]) -> Iterator[Gateway]:
    """Not announced."""
    with real_gateway(environment) as real:
        yield real


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Loudspeaker:
    """Five times as fast as sound."""
    return Loudspeaker.make(tmp_path / "bin", 0.02)


@pytest.fixture
def daemon(robotvoice: Commands, loudspeaker: Loudspeaker) -> Iterator[RunningDaemon]:
    with running_daemon(robotvoice, loudspeaker) as running:
        yield running


@pytest.fixture(params=["without a daemon", "with a daemon"])
def robot(
    request: pytest.FixtureRequest,
    settings: Callable[..., Settings],
    loudspeaker: Loudspeaker,
    robotvoice: Commands,
) -> Iterator[Settings]:
    """Of a caller on a robot whose `loudspeaker` is on PATH."""
    alone = settings(player="aplay", daemon_port=0)
    if request.param == "without a daemon":
        yield alone
        return
    with running_daemon(robotvoice, loudspeaker) as daemon:
        yield replace(alone, daemon_port=daemon.port)

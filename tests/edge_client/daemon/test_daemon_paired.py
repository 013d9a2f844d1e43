"""A daemon that runs takes a pairing, and its end, into use by itself: same process, nothing lost."""

import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from edge_client.commands.taken_into_use import IN_A_MOMENT
from edge_client.daemon.robot_daemon import LOOK_AT_PAIRING
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.pairing.pairing_rig import CODE, NAME, door, made, pair_by_hand
from tests.edge_client.rig import Commands, soon

OPENSSL = "libssl"


def has_openssl(daemon: RunningDaemon) -> bool:
    maps = Path(f"/proc/{daemon.process.pid}/maps")
    if maps.exists():
        return "_ssl" in maps.read_text()
    return any("_ssl" in each.path for each in psutil.Process(daemon.process.pid).memory_maps())


def paired(daemon: RunningDaemon) -> bool:
    told: bool = daemon.status()["pairing"]["paired"]
    return told


def test_it_is_paired_while_it_runs(robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path) -> None:
    """OpenSSL is there only with a pairing."""
    mac = made(tmp_path / "mac")
    with door(mac) as there, running_daemon(robotvoice, loudspeaker) as daemon:
        assert not has_openssl(daemon)
        pair_by_hand(tmp_path / "state", mac, there.port)
        soon(lambda: paired(daemon))
        assert has_openssl(daemon)
        assert daemon.status()["pairing"]["gateway"] == NAME


def test_after_pair_and_unpair_the_daemon_says_so_at_once(
    robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path
) -> None:
    mac = made(tmp_path / "mac")
    with door(mac, code=CODE) as there, running_daemon(robotvoice, loudspeaker) as daemon:
        here = {"ROBOTVOICE_DAEMON_PORT": str(daemon.port)}
        done = robotvoice("pair", CODE, "--gateway", there.address, **here)
        assert done.stdout == f'paired with "{NAME}"; its voice is used from now on\n'
        told = daemon.status()
        assert (told["pairing"]["gateway"], told["gateway"]["ready"]) == (NAME, True)
        assert IN_A_MOMENT not in robotvoice("unpair", **here).stdout
        told = daemon.status()
        assert (told["pairing"]["paired"], told["pairing"]["outdated"]) == (False, False)
        assert "unpaired just now" not in told["summary"]


@pytest.mark.slow
def test_while_somebody_speaks_pair_says_that_the_daemon_follows(
    robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path
) -> None:
    mac = made(tmp_path / "mac")
    with door(mac, code=CODE) as there, running_daemon(robotvoice, loudspeaker) as daemon:
        here = {"ROBOTVOICE_DAEMON_PORT": str(daemon.port)}
        daemon.say("One is here. Two is here. " * 10, wait=False)
        soon(lambda: daemon.heard() > 1)
        done = robotvoice("pair", CODE, "--gateway", there.address, **here)
        assert done.stdout.endswith(f"its voice is used from now on\n{IN_A_MOMENT}\n")
        shown = robotvoice("status", **here).stdout
        assert "this was changed just now" in " ".join(shown.split())
        assert "with no gateway" not in shown


@pytest.mark.slow
def test_it_is_unpaired_while_it_runs(robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path) -> None:
    mac = made(tmp_path / "mac")
    far = "198.51.100.7"
    pair_by_hand(tmp_path / "state", mac, 1)
    with running_daemon(robotvoice, loudspeaker, ROBOTVOICE_GATEWAY=far) as daemon:
        assert paired(daemon)
        (tmp_path / "state" / "pairing.json").unlink()
        (tmp_path / "state" / "personas.json").write_text("what the daemon wrote meanwhile")
        soon(lambda: not paired(daemon))
        assert not has_openssl(daemon)
        assert not (tmp_path / "state" / "personas.json").exists()
        reason = daemon.status()["gateway"]["reason"]
        assert reason.startswith(f"the gateway at {far}:7860 is on another machine")


def is_now(daemon: RunningDaemon, wanted: bool) -> bool:
    return paired(daemon) is wanted


@pytest.mark.slow
def test_a_line_that_is_spoken_is_heard_to_its_end_first(
    robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path
) -> None:
    mac = made(tmp_path / "mac")
    with door(mac) as there, running_daemon(robotvoice, loudspeaker) as daemon:
        status, line = daemon.say("One is here. Two is here. " * 10, wait=False)
        assert status in (200, 202)
        soon(lambda: daemon.heard() > 1)
        pair_by_hand(tmp_path / "state", mac, there.port)
        time.sleep(3 * LOOK_AT_PAIRING)
        assert not paired(daemon)
        assert (daemon.status()["speaking"] or {}).get("id") == line["id"]
        soon(lambda: daemon.idle())
        soon(lambda: paired(daemon))
        told = [each for each in daemon.log if "asyncio" not in each]  # of a busy machine
        assert not [each for each in told if "ending" in each or "dropped" in each]


@pytest.mark.slow
def test_callers_notice_nothing_of_it(robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path) -> None:
    """Whoever asks while it begins anew is answered."""
    mac = made(tmp_path / "mac")
    with door(mac) as there, running_daemon(robotvoice, loudspeaker) as daemon:
        for number in range(4):
            if number % 2:
                (tmp_path / "state" / "pairing.json").unlink()
            else:
                pair_by_hand(tmp_path / "state", mac, there.port)
            end = time.monotonic() + 3
            while time.monotonic() < end:
                assert daemon.ask("GET", "/")[0] == 200
            soon(partial(is_now, daemon, not number % 2))

"""What is written for launchd is what launchd reads, and its commands come in the order it needs."""

import plistlib
from pathlib import Path

import pytest

from robotvoice.service.installer import Installation, Result, run
from robotvoice.service.launchd import Launchd
from robotvoice.service.service import InstallFailed, Service, intact
from tests.robotvoice.service.rig import Machine

KINDS = {
    "Label": str,
    "ProgramArguments": list,
    "EnvironmentVariables": dict,
    "RunAtLoad": bool,
    "KeepAlive": dict,
    "ThrottleInterval": int,
    "ExitTimeOut": int,
    "ProcessType": str,
    "Umask": int,
    "StandardOutPath": str,
    "StandardErrorPath": str,
}
"""Each key that is used, as launchd.plist(5) has it"""
NASTY = "a & <b> \"c\" 'd' 100% $HOME ${log} é"


def agent(program: Path, home: Path, **environment: str) -> Launchd:
    return Launchd(Service("robotvoice-gateway", program, environment), home, 501)


def test_every_key_is_one_that_launchd_knows_and_of_its_kind() -> None:
    read = plistlib.loads(agent(Path("/bin/x"), Path("/Users/me")).content)
    assert {name: type(value) for name, value in read.items()} == KINDS
    assert read["KeepAlive"] == {"SuccessfulExit": False}
    assert read["ThrottleInterval"] >= 10
    assert read["Umask"] == 0o077
    assert read["ProcessType"] in {"Background", "Standard", "Adaptive", "Interactive"}
    assert read["Label"] == "robotvoice-gateway"


def test_paths_come_out_as_they_went_in() -> None:
    program, home = Path(f"/{NASTY}/robotvoice-gateway"), Path(f"/Users/{NASTY}")
    read = plistlib.loads(agent(program, home, ROBOTVOICE_CONFIG=f"/{NASTY}.toml").content)
    assert read["ProgramArguments"] == [str(program), "serve"]
    log = str(home / "Library/Logs/robotvoice-gateway.log")
    assert (read["StandardOutPath"], read["StandardErrorPath"]) == (log, log)
    assert read["EnvironmentVariables"]["ROBOTVOICE_LOG_FILE"] == log
    assert read["EnvironmentVariables"]["ROBOTVOICE_CONFIG"] == f"/{NASTY}.toml"


def test_programs_of_homebrew_are_found() -> None:
    read = plistlib.loads(agent(Path("/bin/x"), Path("/Users/me")).content)
    assert {"/opt/homebrew/bin", "/usr/local/bin"} <= {*read["EnvironmentVariables"]["PATH"].split(":")}


@pytest.fixture
def installation(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """With a launchctl that takes notes and, as the real one, no service that still ends."""
    for name in ("PATH", "STUBS"):
        monkeypatch.setenv(name, machine.environment[name])
    return Installation(agent(machine.program("robotvoice-gateway"), machine.home), run=run)


def test_it_is_started_once_and_replaced_in_place(machine: Machine, installation: Installation) -> None:
    path = "Library/LaunchAgents/robotvoice-gateway.plist"
    start = [
        "launchctl enable gui/501/robotvoice-gateway",
        f"launchctl bootstrap gui/501 {machine.home / path}",
    ]
    installation.install()
    assert machine.typed() == start
    assert list(machine.files()) == [path]
    assert intact(machine.files()[path])
    assert (machine.home / path).stat().st_mode & 0o777 == 0o644  # else launchd refuses it

    installation.install()
    assert machine.typed() == []

    moved = Installation(agent(Path("/elsewhere/robotvoice-gateway"), machine.home), run=run)
    moved.install()
    # The old one takes a moment to end, and until then the new one is refused.
    assert machine.typed() == ["launchctl bootout gui/501/robotvoice-gateway", *start, start[1]]
    assert machine.runs


def test_uninstalling_stops_it_and_leaves_no_file(machine: Machine, installation: Installation) -> None:
    installation.install()
    machine.typed()
    installation.uninstall()
    assert machine.typed() == ["launchctl bootout gui/501/robotvoice-gateway"]
    assert (machine.runs, machine.files()) == (False, {})


def test_what_launchd_refuses_is_told(machine: Machine) -> None:
    def refuses(words: tuple[str, ...]) -> Result:
        return Result(125, "Domain does not support specified action")

    with pytest.raises(InstallFailed, match="Domain does not support specified action"):
        Installation(agent(Path("/bin/x"), machine.home), run=refuses).install()

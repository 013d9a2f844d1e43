"""What an owner wrote is never lost, and what fails is told."""

from pathlib import Path

import pytest

from robotvoice.service.installer import Installation, Result, Run
from robotvoice.service.launchd import Launchd
from robotvoice.service.service import InstallFailed, Service, intact, sealed
from robotvoice.service.systemd import Systemd


def well(words: tuple[str, ...]) -> Result:
    return Result(0, "")


@pytest.fixture
def unit(tmp_path: Path) -> Systemd:
    return Systemd(Service("robotvoice", tmp_path / "robotvoice"), tmp_path / "units", "pi", tmp_path)


@pytest.fixture
def installed(unit: Systemd) -> Path:
    Installation(unit, run=well).install()
    return unit.path


def edited(path: Path) -> bytes:
    path.write_bytes(path.read_bytes().replace(b"RestartSec=5s", b"RestartSec=1s"))
    return path.read_bytes()


@pytest.mark.parametrize("content", ["edited", "somebody else's"])
def test_what_an_owner_wrote_stays_and_is_told(unit: Systemd, installed: Path, content: str) -> None:
    if content == "edited":
        edited(installed)
    else:
        installed.write_text("[Service]\nExecStart=/bin/true\n")
    before = installed.read_bytes()
    for action in (Installation.install, Installation.uninstall):
        for dry_run in (True, False):
            with pytest.raises(InstallFailed, match=r"is not as robotvoice wrote it, .* with --force"):
                action(Installation(unit, run=well, dry_run=dry_run))
    assert [each.read_bytes() for each in installed.parent.iterdir()] == [before]


def test_with_force_it_is_kept_under_another_name(unit: Systemd, installed: Path) -> None:
    first = edited(installed)
    Installation(unit, run=well, force=True).install()
    assert installed.read_bytes() == unit.content
    second = edited(installed) + b"# more\n"
    installed.write_bytes(second)
    Installation(unit, run=well, force=True).uninstall()
    kept = {each.name: each.read_bytes() for each in installed.parent.iterdir()}
    assert kept == {"robotvoice.service.bak": first, "robotvoice.service.bak1": second}


def test_a_former_version_of_ours_is_replaced_without_asking(unit: Systemd, installed: Path) -> None:
    """As after an update, or when the environment was moved."""
    moved = Systemd(Service("robotvoice", Path("/elsewhere/robotvoice")), unit.folder, "pi", unit.linger)
    Installation(moved, run=well).install()
    assert installed.read_bytes() == moved.content != unit.content
    assert [each.name for each in installed.parent.iterdir()] == [installed.name]


def fails_at(*words: str) -> Run:
    return lambda typed: Result(1, "no") if set(words) & set(typed) else Result(0, "")


def test_a_command_that_fails_is_told_with_what_it_said(unit: Systemd) -> None:
    with pytest.raises(InstallFailed, match=r"`systemctl --user daemon-reload` failed \(no\)"):
        Installation(unit, run=fails_at("daemon-reload")).install()


def test_a_service_that_cannot_be_stopped_keeps_its_file(unit: Systemd, installed: Path) -> None:
    with pytest.raises(InstallFailed):
        Installation(unit, run=fails_at("disable")).uninstall()
    assert installed.exists()


@pytest.mark.parametrize("supervisor", ["systemd", "launchd"])
def test_where_no_supervisor_answers_nothing_is_written_and_the_remedy_is_told(
    supervisor: str, unit: Systemd, tmp_path: Path
) -> None:
    """X9."""
    gateway = Service("robotvoice-gateway", tmp_path / "gateway")
    told = Launchd(gateway, tmp_path / "home", 501) if supervisor == "launchd" else unit

    def no_bus(words: tuple[str, ...]) -> Result:
        return Result(1, "Failed to connect to bus: No medium found")

    lines: list[str] = []
    with pytest.raises(InstallFailed, match=r"here; log in .*No medium found\); nothing was changed"):
        Installation(told, tell=lines.append, run=no_bus).install()
    assert lines == []
    Installation(told, tell=lines.append, run=no_bus, dry_run=True).install()
    assert lines[0].startswith(f"this could not be done now: {told.how_to_reach}")
    assert not told.path.parent.exists()


def test_without_a_supervisor_an_installed_service_stays_as_it_is(unit: Systemd, installed: Path) -> None:
    """X9: its links are not ours to guess."""
    with pytest.raises(InstallFailed, match="no systemd of this user here"):
        Installation(unit, run=fails_at("show-environment")).uninstall()
    assert installed.exists()


def test_the_real_systemctl_without_a_bus_leaves_nothing_behind(
    unit: Systemd, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """X9."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    with pytest.raises(InstallFailed, match=r"no systemd of this user here|systemctl cannot be run"):
        Installation(unit).install()
    assert not unit.path.exists()


def test_a_folder_that_cannot_be_made_is_told(unit: Systemd) -> None:
    unit.folder.write_text("a file in its place")
    with pytest.raises(InstallFailed, match=r"cannot be read \(Not a directory\)"):
        Installation(unit, run=well).install()


def test_lingering_is_told_until_it_is_so(unit: Systemd) -> None:
    assert any("sudo loginctl enable-linger pi" in line for line in unit.advice())
    (unit.linger / "pi").touch()
    assert not any("enable-linger" in line for line in unit.advice())


@pytest.mark.parametrize("content", [b"", b"one line", b"[Unit]\nA=1\n", b"a\nb\nc\nd\n"])
def test_a_seal_holds_until_a_byte_changes(content: bytes) -> None:
    written = sealed(content)
    assert intact(written)
    assert not intact(content)
    assert not intact(written + b"\n")
    assert not intact(written.replace(b"wrote this: ", b"wrote this: 0"))

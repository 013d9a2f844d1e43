"""On a Mac the gateway is given to launchd, on Linux to systemd."""

from pathlib import Path

import pytest

from gateway.console.install import add_to, run
from gateway.settings.settings import Settings
from robotvoice.console.command_line import program


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a user whose supervisors know nothing yet, in an environment with the command."""
    for folder in ("bin", "tools"):
        (tmp_path / folder).mkdir()
    for file in ("bin/robotvoice-gateway", "tools/systemctl", "tools/launchctl"):
        (tmp_path / file).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / file).chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin/python"))
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ROBOTVOICE_CONFIG", "")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    return tmp_path


def typed(platform: str, *words: str) -> int:
    parser, commands = program("robotvoice-gateway", "", {"install": ""}, {0: ""})
    add_to(commands)
    return run(parser.parse_args(words), lambda: Settings(state_dir=Path("/s")), platform)


@pytest.mark.parametrize(
    ("platform", "file"),
    [
        ("darwin", "Library/LaunchAgents/robotvoice-gateway.plist"),
        ("linux", ".config/systemd/user/robotvoice-gateway.service"),
    ],
)
def test_each_system_has_its_own_supervisor(
    shown: Path, capsys: pytest.CaptureFixture[str], platform: str, file: str
) -> None:
    assert typed(platform, "install", "--dry-run") == 0
    output = capsys.readouterr().out
    assert f"would write {shown / file}:\n" in output
    assert str(shown / "bin/robotvoice-gateway") in output
    assert "ROBOTVOICE_CONFIG" not in output
    assert not (shown / file).exists()


def test_where_the_command_is_not_installed_a_line_says_so(
    shown: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shown / "bin/robotvoice-gateway").unlink()
    assert typed("linux", "install") == 1
    assert "there is no command robotvoice-gateway beside" in capsys.readouterr().err


def test_it_is_the_users_own_and_not_roots(
    shown: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "pi")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for action in ("install", "uninstall"):
        assert typed("linux", action) == 1
        assert "pi's own, not root's; type this without sudo" in capsys.readouterr().err

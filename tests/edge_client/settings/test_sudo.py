"""Root that was sudo's speaks with the settings of the one who typed it, where it runs their code anyway."""

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from edge_client.settings.settings import default_state_dir
from edge_client.settings.sudo import settings_of_caller

Script = Callable[[bool], None]
UID = os.getuid() or 1234
"""Of the one who typed sudo"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with settings in it; root's is another."""
    roots = tmp_path / "root"
    users = tmp_path / "user"
    for folder in (roots, users):
        (folder / ".config" / "robotvoice").mkdir(parents=True)
    (users / ".config" / "robotvoice" / "robot.toml").write_text('persona = "gremlin"\ndevice = "plughw:1"\n')
    (roots / ".config" / "robotvoice" / "robot.toml").write_text('persona = "vixen"\n')

    def entry(uid: int) -> pwd.struct_passwd:
        if uid not in (0, UID):
            raise KeyError(uid)
        return pwd.struct_passwd(("name", "x", uid, uid, "", str(users if uid else roots), "/bin/sh"))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwuid", entry)
    return users


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Makes the program that runs a file of the user's, or somebody else's: one that is not there."""

    def make(users_own: bool) -> None:
        main, file = ModuleType("__main__"), tmp_path / "script.py"
        main.__file__ = str(file)
        if users_own:
            file.touch()
            if os.getuid() == 0:
                os.chown(file, UID, UID)
        monkeypatch.setitem(sys.modules, "__main__", main)

    return make


def test_the_users_settings_count_and_roots_folder_is_written(home: Path, script: Script) -> None:
    script(True)
    found = settings_of_caller({"SUDO_UID": str(UID), "HOME": "/ignored"})
    assert (found.persona, found.device) == ("gremlin", "plughw:1")
    assert found.state_dir == home.parent / "root" / ".local" / "state" / "robotvoice"


def test_also_when_sudo_keeps_the_users_folders_nothing_is_written_there(home: Path, script: Script) -> None:
    script(True)
    kept = {"SUDO_UID": str(UID), "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
    assert default_state_dir(kept).is_relative_to(home)
    assert not settings_of_caller(kept).state_dir.is_relative_to(home)


def test_a_program_that_is_not_the_users_takes_roots_settings(home: Path, script: Script) -> None:
    """Else whoever may run one program as root could have it run a command of their own."""
    script(False)
    found = settings_of_caller({"SUDO_UID": str(UID), "HOME": str(home)})
    assert (found.persona, found.device) == ("vixen", None)


def test_what_is_named_in_the_environment_comes_first(home: Path, script: Script, tmp_path: Path) -> None:
    script(True)
    (tmp_path / "named.toml").write_text('persona = "spark"\nmdns = false\n')
    named = {"SUDO_UID": str(UID), "ROBOTVOICE_ROBOT_CONFIG": str(tmp_path / "named.toml")}
    assert not settings_of_caller(named).mdns
    assert settings_of_caller({**named, "ROBOTVOICE_PERSONA": "ada"}).persona == "ada"


@pytest.mark.parametrize("told", [None, "0", "x", "987654", "9" * 30])
def test_without_a_user_behind_it_root_is_a_user_like_any_other(
    home: Path, script: Script, told: str | None
) -> None:
    script(True)
    sudo = {} if told is None else {"SUDO_UID": told}
    assert settings_of_caller({**sudo, "HOME": str(home)}).persona == "gremlin"


def test_who_is_not_root_has_their_own(home: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script(True)
    monkeypatch.setattr(os, "geteuid", lambda: UID)
    elsewhere = home.parent / "root"
    assert settings_of_caller({"SUDO_UID": str(UID), "HOME": str(elsewhere)}).persona == "vixen"

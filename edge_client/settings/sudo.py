"""Settings for programs that are started with sudo, as robots' scripts that need their pins often are.

Root speaks as the user who typed sudo: with that user's settings, but only where root runs that user's code
anyway, because settings name commands and devices. What is learned is kept in root's own folder, so that no
file of the user's becomes root's.
"""

import os
import pwd
import sys
from collections.abc import Mapping
from pathlib import Path

from edge_client.settings.settings import CONFIG_VARIABLE, Settings, load_settings

USERS_FILE = ".config/robotvoice/robot.toml"


def settings_of_caller(environ: Mapping[str, str] = os.environ) -> Settings:
    """What the one who started this program has set. Raises InvalidSettings."""
    user = _user_behind(environ) if os.geteuid() == 0 else None
    if user is None:
        return load_settings(environ)
    own = {
        name: value for name, value in environ.items() if name not in ("XDG_CONFIG_HOME", "XDG_STATE_HOME")
    }
    own["HOME"] = pwd.getpwuid(0).pw_dir
    file = Path(user.pw_dir, USERS_FILE)
    if CONFIG_VARIABLE not in own and _is_code_of(user.pw_uid) and file.is_file():
        own[CONFIG_VARIABLE] = str(file)
    return load_settings(own)


def _user_behind(environ: Mapping[str, str]) -> pwd.struct_passwd | None:
    """Who typed sudo; None: nobody, or root."""
    try:
        found = pwd.getpwuid(int(environ.get("SUDO_UID", "0")))
    except (ValueError, KeyError, OverflowError):
        return None
    return found if found.pw_uid else None


def _is_code_of(uid: int) -> bool:
    """Whether the program itself is that user's file."""
    script = getattr(sys.modules.get("__main__"), "__file__", None)
    try:
        return script is not None and os.stat(script).st_uid == uid  # noqa: PTH116 - a name, and no Path is needed
    except OSError:
        return False

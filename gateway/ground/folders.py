"""Where the gateway finds its files: the user's folders as XDG has them, and its own personas."""

import contextlib
import os
from pathlib import Path

from robotvoice.ground.installation import shipped


def config_folder() -> Path | None:
    """What the owner wrote; None if this user has no home folder."""
    return _base_folder("XDG_CONFIG_HOME", ".config")


def state_folder() -> Path | None:
    """What the gateway keeps between two starts; None if this user has no home folder."""
    return _base_folder("XDG_STATE_HOME", ".local/state")


def owned_personas() -> Path | None:
    """Where the owner's personas are looked for, whether or not there are any; None without a home folder."""
    config = config_folder()
    return config / "personas" if config else None


def bundled_personas() -> Path:
    """The personas that come with the package."""
    return shipped("personas")


def reachable(path: Path) -> bool:
    """Whether it is there, as far as this user may look."""
    with contextlib.suppress(OSError):
        return path.exists()
    return False


def _base_folder(variable: str, default: str) -> Path | None:
    told = Path(os.environ.get(variable, ""))
    if told.is_absolute():  # XDG: a relative one is to be ignored
        return told / "robotvoice"
    with contextlib.suppress(RuntimeError):
        return Path.home() / default / "robotvoice"
    return None

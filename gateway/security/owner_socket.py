"""The owner's door: a Unix socket in the state folder. Who can open it may everything; its mode says who."""

import errno
import hashlib
import logging
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from gateway.ground.problems import what_to_do
from robotvoice.ground.state_files import is_private, make_private

log = logging.getLogger(__name__)

NAME = "owner.sock"
LONGEST = 100
"""Bytes of a path: macOS takes 104 with the end, and Linux 108"""
BACKLOG = 16


def owner_path(state_dir: Path) -> Path:
    """Where it is. A state folder with a long name has it in the system's folder for temporary files."""
    path = state_dir.absolute() / NAME
    if len(os.fsencode(path)) <= LONGEST:
        return path
    named = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"robotvoice-owner-{os.getuid()}" / named


def listen_for_owner(state_dir: Path) -> socket.socket | None:
    """None, with a warning, where there can be none: the gateway speaks all the same."""
    path = owner_path(state_dir)
    try:
        if path.parent == state_dir.absolute():
            make_private(path.parent)
        elif not is_private(path.parent):
            raise OSError(errno.EACCES, "it belongs to somebody else")
        if is_listened_on(path):
            log.warning(
                "another gateway uses the state folder %s, so commands reach that one; give this one its own",
                state_dir,
            )
            return None
        return _bound(path)
    except OSError as error:
        log.warning(
            "commands such as pair and breaker cannot reach this gateway: %s: %s", path, what_to_do(error)
        )
        return None


def is_listened_on(path: Path) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.setblocking(False)
        try:
            asking.connect(str(path))
        except BlockingIOError:  # more wait there than it takes
            return True
        except OSError:
            return False
    return True


def leave(path: Path) -> None:
    """Takes the name of a socket that is closed away, unless another gateway has it by now."""
    with suppress(OSError):
        if not is_listened_on(path):
            path.unlink()


def _bound(path: Path) -> socket.socket:
    """Nobody else can open it at any time. Raises OSError."""
    listening = socket.socket(socket.AF_UNIX)
    new = path.with_name(f".{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            new.unlink()
        before = os.umask(0o177)
        try:
            listening.bind(str(new))
        finally:
            os.umask(before)
        listening.listen(BACKLOG)
        new.rename(path)
    except BaseException:
        listening.close()
        with suppress(OSError):
            new.unlink()
        raise
    return listening

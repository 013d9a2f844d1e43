"""The gateway this robot is paired with, as `robotvoice pair` left it on disk. All of it blocks."""

import json
import logging
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from robotvoice.errors import RobotVoiceError
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.json_records import read_record, write_record

log = logging.getLogger(__name__)

FILE_NAME = "pairing.json"
VERSION = 1
LARGEST_FILE = 64 * 1024
"""Bytes; a real one has about 1 KiB"""
LONGEST_NAME = 100
"""Characters"""
LATEST = 1e11
"""Seconds since 1970; further on, the functions that write a date give up"""
TODO = "type: robotvoice unpair"
_ID = "[0-9a-f]{64}"
_TOKEN = "[A-Za-z0-9_-]{16,200}"
_PEM = r"-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*"

Stamp = tuple[int, int, int] | None
"""Of the file as it is: changes whenever it is written or taken away"""


class DamagedPairing(RobotVoiceError):
    """There is a file, and it cannot be used. The message says what to do."""

    code = "invalid_settings"


@dataclass(frozen=True, slots=True)
class Pairing:
    """What `pair` has learned."""

    id: str
    """The gateway's: the SHA-256 of its certificate, in hex"""
    name: str
    """The gateway's"""
    certificate: str
    """The gateway's, in PEM"""
    token: str = field(repr=False)
    """What this robot shows it"""
    tls_port: int
    """Of the gateway's robots' door, when it was paired"""
    robot: str
    """The name by which the gateway knows this robot"""
    since: float
    """Seconds since 1970, by a clock that may have been wrong"""


def load(state_dir: Path) -> Pairing | None:
    """None: it is not paired. Raises DamagedPairing.

    A file that others can read is made private, with a warning.
    """
    path = state_dir / FILE_NAME
    try:
        found = json.loads(read_whole(path, LARGEST_FILE))
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise ValueError("another version wrote it")
        pairing = read_record(Pairing, found)
        check(pairing)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedPairing(
            f"{path} cannot be read ({error.strerror or error}), so this robot counts as not paired: make it "
            "readable for who runs robotvoice"
        ) from error
    except (ValueError, RecursionError, RobotVoiceError) as error:
        raise DamagedPairing(
            f"{path} is damaged ({error}), so this robot counts as not paired: pair it again; {TODO}"
        ) from error
    _make_private(path)
    return pairing


def save(state_dir: Path, pairing: Pairing) -> None:
    """Raises OSError."""
    text = json.dumps({"version": VERSION, **write_record(pairing)}, indent=1)
    write_whole(state_dir / FILE_NAME, text.encode(), synced=True)


def forget(state_dir: Path) -> bool:
    """Whether there was a file. Raises OSError."""
    with suppress(FileNotFoundError, NotADirectoryError):
        (state_dir / FILE_NAME).unlink()
        return True
    return False


def stamp(state_dir: Path) -> Stamp:
    """None: there is no file."""
    with suppress(OSError):
        found = os.stat(state_dir / FILE_NAME)  # noqa: PTH116 - its own errors are of no interest here
        return found.st_ino, found.st_mtime_ns, found.st_size
    return None


def id_of(certificate: str) -> str:
    """Of a certificate in PEM: the id of its gateway. Raises ValueError."""
    import base64  # a robot that is not paired needs none of these
    import hashlib

    found = re.fullmatch(_PEM, certificate)
    if not found:
        raise ValueError("it holds no certificate")
    return hashlib.sha256(base64.b64decode("".join(found[1].split()), validate=True)).hexdigest()


def check(pairing: Pairing) -> None:
    """Raises ValueError for what `load` would not take."""
    if not re.fullmatch(_ID, pairing.id) or id_of(pairing.certificate) != pairing.id:
        raise ValueError("its certificate is not the gateway's")
    if not re.fullmatch(_TOKEN, pairing.token):
        raise ValueError("it holds no token")
    if not 0 < pairing.tls_port < 65536:
        raise ValueError("it holds no port")
    if not 0 <= pairing.since < LATEST:  # nor is NaN
        raise ValueError("it holds a time that cannot be")
    for name in (pairing.name, pairing.robot):  # they end up on terminals
        if not name or not name.isprintable() or len(name) > LONGEST_NAME:
            raise ValueError("it holds a name that cannot be")


def _make_private(path: Path) -> None:
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
            log.warning(
                "%s could be read by others on this machine, and cannot any more. If somebody may have, type "
                "robotvoice unpair, and pair again",
                path,
            )

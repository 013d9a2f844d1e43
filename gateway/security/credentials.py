"""Names and the secrets that were made for them: a secret is told once, and only its hash is kept.

A secret has 256 random bits, so that a plain SHA-256 of it is enough: nobody guesses what it was made of.
"""

import hashlib
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from gateway.ground.problems import what_to_do
from gateway.security.state_lock import to_be_changed
from robotvoice.errors import InvalidMessage, InvalidSettings
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.json_records import read_record, write_record

log = logging.getLogger(__name__)

KEYS_FILE, ROBOTS_FILE = "keys.json", "robots.json"
"""In the state folder: which programs and which robots may ask"""
LARGEST_FILE = 1024 * 1024
"""Bytes"""
MOST = 256
"""Of one kind"""
SEEN_EVERY = 600.0
"""Seconds after which it is written down again that somebody was there"""


@dataclass(frozen=True, slots=True)
class Credential:
    """One that was made. Times are in UTC, as ISO 8601 has them."""

    name: str
    sha256: str
    """Of the secret, in hex"""
    made: str
    seen: str | None = None
    """When it was used last, within SEEN_EVERY"""
    clips: bool = False
    """Whether recordings may come with its requests"""


class Credentials:
    """Those of one file, which commands may change while a gateway uses it."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """`clock` is that of the wall, in seconds."""
        self.path, self._clock = path, clock
        self._read_at: tuple[int, int, int] | None = None
        self._known: dict[str, Credential] = {}
        """By the hash"""
        self._looking = threading.RLock()
        """What one thread reads must not take the place of what another one has read after it"""

    @property
    def all(self) -> tuple[Credential, ...]:
        self._look()
        return tuple(self._known.values())

    def listed(self) -> tuple[Credential, ...]:
        """As `all`, for a person. Raises InvalidSettings for a file that cannot be read."""
        self._look(strictly=True)
        return self.all

    def check_writable(self) -> None:
        """Raises InvalidSettings if nothing could be made or removed now."""
        with self._changing():
            self._write(self._known)

    def holds(self, name: str) -> bool:
        return self._named(name) is not None

    def holds_hash(self, sha256: str) -> bool:
        return self.by_hash(sha256) is not None

    def by_hash(self, sha256: str) -> Credential | None:
        self._look()
        return self._known.get(sha256)

    def find(self, secret: str) -> Credential | None:
        """Whose it is."""
        self._look()
        return self._known.get(_hash(secret))

    def new(self, name: str, *, clips: bool = False, instead_of: str = "") -> str:
        """The secret. `instead_of`: the hash of the one that opens nothing any more from then on.

        Raises InvalidSettings: the name is taken, there are too many, or it cannot be kept.
        """
        secret = secrets.token_urlsafe(32)
        with self._changing():
            kept = {key: each for key, each in self._known.items() if key != instead_of}
            if any(each.name == name for each in kept.values()):
                raise InvalidSettings(f"{name!r} is taken; choose another name, or take that one away first")
            if len(kept) >= MOST:
                raise InvalidSettings(f"there are {MOST} already; take one away first")
            made = Credential(name, _hash(secret), self._now(), clips=clips)
            self._write({**kept, made.sha256: made})
        return secret

    def remove(self, name: str) -> bool:
        """Whether there was one of that name; what has its secret may do nothing any more."""
        with self._changing():
            kept = {key: each for key, each in self._known.items() if each.name != name}
            found = len(kept) < len(self._known)
            if found:
                self._write(kept)
        return found

    def is_to_be_noted(self, name: str) -> bool:
        """Whether `saw` would write: who uses it now was not seen for a while."""
        found = self._named(name)
        return found is not None and not 0 <= self._clock() - _seconds(found.seen) < SEEN_EVERY

    def saw(self, name: str) -> None:
        """It was used just now; a disk that is full forgets it. May wait for the disk and for a lock."""
        if not self.is_to_be_noted(name) or (found := self._named(name)) is None:
            return
        try:
            with self._changing():
                if self._known.get(found.sha256):
                    self._write({**self._known, found.sha256: replace(found, seen=self._now())})
        except InvalidSettings as error:
            log.debug("%s", error.message)

    def _named(self, name: str) -> Credential | None:
        return next((each for each in self.all if each.name == name), None)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time, with what is in the file by now. Raises InvalidSettings."""
        with ExitStack() as held:
            try:
                held.enter_context(to_be_changed(self.path))
            except TimeoutError:
                raise InvalidSettings(f"{self.path} is being changed by another program; try again") from None
            except OSError as error:
                raise self._unchanged(error) from error
            self._look(strictly=True)
            yield

    def _unchanged(self, error: OSError) -> InvalidSettings:
        return InvalidSettings(f"{self.path}: {what_to_do(error)}; nothing was changed")

    def _look(self, *, strictly: bool = False) -> None:
        """Reads it if somebody has changed it. Raises InvalidSettings for a damaged one if `strictly`."""
        with self._looking:
            self._read(strictly)

    def _read(self, strictly: bool) -> None:
        try:
            now = self.path.stat()
            read_at = now.st_mtime_ns, now.st_size, now.st_ino
            if read_at == self._read_at and not strictly:
                return
            self._read_at = read_at
            listed = json.loads(read_whole(self.path, LARGEST_FILE))
            found = [read_record(Credential, each) for each in listed]
        except FileNotFoundError:
            self._read_at, found = None, []
        except (OSError, ValueError, RecursionError, TypeError, AttributeError, InvalidMessage) as error:
            said = f"{self.path} cannot be read ({error}); move it away, and make what was in it anew"
            if strictly:
                raise InvalidSettings(said) from error
            log.error("%s", said)
            found = []
        self._known = {each.sha256: each for each in found}

    def _write(self, known: dict[str, Credential]) -> None:
        listed = [write_record(each) for each in known.values()]
        try:
            write_whole(self.path, json.dumps(listed, indent=1).encode() + b"\n", synced=True)
        except OSError as error:
            raise self._unchanged(error) from error
        self._look()

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")


def _hash(secret: str) -> str:
    return hashlib.sha256(os.fsencode(secret)).hexdigest()


def _seconds(moment: str | None) -> float:
    """Of the wall clock; what cannot be read was long ago."""
    try:
        return datetime.fromisoformat(moment).timestamp() if moment else 0.0
    except ValueError:
        return 0.0

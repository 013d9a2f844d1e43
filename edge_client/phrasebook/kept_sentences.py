"""Sentences that a persona's own cloned voice spoke more than once, on disk under names that tell no text.

A name is an HMAC of persona, revision and text, and so is the seal of each file: what is damaged, or was put
there by somebody else, is not played. All of it blocks.
"""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from edge_client.ground.state_files import read_whole
from edge_client.phrasebook.disk_steps import make_private, on_disk, remove, write_synced
from edge_client.phrasebook.phrase_manifest import LARGEST_RECORDING, REVISION
from edge_client.phrasebook.phrase_store import KEPT, PhraseStore

KEY_FILE = "phrase-key"
KEY_BYTES = SEAL_BYTES = 32
MAGIC = b"RVK1"
USED_AGAIN = 600.0
"""Seconds after which the time of use is written again: an SD card does not last for ever"""


class KeptSentences:
    """Of all personas, beside their packs. Sound is in WIRE_FORMAT."""

    def __init__(self, store: PhraseStore, key_file: Path) -> None:
        self._store, self._key_file = store, key_file
        self._key: bytes | None = None

    @property
    def folder(self) -> Path:
        return self._store.folder

    @property
    def limit(self) -> int:
        """Bytes; 0: nothing is kept."""
        return self._store.limit

    def open(self) -> None:
        """For the process that writes: makes the key if there is none. Raises OSError, as the store does."""
        self._store.open()
        if self._read_key() is None:
            write_synced(self._key_file, os.urandom(KEY_BYTES))

    def name(self, persona: str, revision: str, text: str) -> str | None:
        """64 hex digits; None if nothing can be held of it."""
        key = self._read_key()
        if key is None or not REVISION.fullmatch(revision):
            return None
        return _digest(key, json.dumps([persona, revision, text]).encode()).hex()

    def read(self, persona: str, revision: str, text: str) -> tuple[memoryview, str, str] | None:
        """Sound, engine and voice; None if it is not held, or not as it was written."""
        name = self.name(persona, revision, text)
        if name is None or self._key is None:
            return None
        path = self._path(persona, revision, name)
        try:
            content = read_whole(path, 2 * LARGEST_RECORDING)
            sealed, body = content[: len(MAGIC) + SEAL_BYTES], content[len(MAGIC) + SEAL_BYTES :]
            if sealed != MAGIC + _digest(self._key, name.encode() + body):
                if self._store.is_open:
                    remove(path)
                return None
            end = body.index(b"\n")
            engine, voice = json.loads(body[:end])
            if self._store.is_open and time.time() - path.stat().st_mtime > USED_AGAIN:
                os.utime(path)
        except (OSError, ValueError):
            return None
        return memoryview(body)[end + 1 :], str(engine), str(voice)

    def write(
        self,
        where: tuple[str, str, str],
        pcm: bytes,
        engine: str,
        voice: str,
        revisions: Mapping[str, str],
    ) -> bool:
        """Whether there was room. `where`: persona, revision and name. Raises OSError."""
        persona, revision, name = where
        body = json.dumps([engine, voice]).encode() + b"\n" + pcm
        if self._key is None or not self._store.is_open:
            return False
        content = MAGIC + _digest(self._key, name.encode() + body) + body
        with self._store.writing:
            if not self._store.make_room(on_disk(len(content)), revisions):
                return False
            path = self._path(persona, revision, name)
            make_private(path.parent)
            write_synced(path, content)
        return True

    def _path(self, persona: str, revision: str, name: str) -> Path:
        return self._store.folder / persona / (KEPT + revision) / name

    def _read_key(self) -> bytes | None:
        if self._key is None:
            try:
                found = read_whole(self._key_file, KEY_BYTES)
            except (OSError, ValueError):
                return None
            self._key = found if len(found) == KEY_BYTES else None
        return self._key


def _digest(key: bytes, content: bytes) -> bytes:
    import hmac  # loads OpenSSL, and a robot that kept nothing yet does not need it

    return hmac.digest(key, content, "sha256")

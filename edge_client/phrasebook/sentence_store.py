"""Sentences that a persona's own cloned voice spoke more than once, on disk under names that tell no text.

A name is an HMAC of persona, revision and text, and so is the seal of each file: what is damaged, or was put
there by somebody else, is not played. All of it blocks.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from edge_client.phrasebook.phrase_manifest import REVISION
from edge_client.phrasebook.phrase_store import KEPT, PhraseStore
from robotvoice.ground.state_files import read_whole
from robotvoice.kept_sound.sealed_sound import SECRET_BYTES, Seal, digest, secret_in

KEY_FILE = "phrase-key"
MAGIC = b"RVK1"


class SentenceStore:
    """Of all personas, beside their packs. Sound is in WIRE_FORMAT."""

    def __init__(self, store: PhraseStore, key_file: Path) -> None:
        self.store, self._key_file = store, key_file
        self._key: bytes | None = None

    def open(self) -> None:
        """For the process that writes: makes the key if there is none. Raises OSError, as the store does."""
        self.store.open()
        self._key = secret_in(self._key_file)

    def name(self, persona: str, revision: str, text: str) -> str | None:
        """64 hex digits; None if nothing can be held of it."""
        key = self._read_key()
        if key is None or not REVISION.fullmatch(revision):
            return None
        return digest(key, json.dumps([persona, revision, text]).encode()).hex()

    def read(self, persona: str, revision: str, text: str) -> tuple[memoryview, str, str] | None:
        """Sound, engine and voice; None if it is not held, or not as it was written."""
        name = self.name(persona, revision, text)
        if name is None or self._key is None:
            return None
        path, seal = self._path(persona, revision, name), Seal(MAGIC, self._key)
        try:
            found = self.store.read_sealed(path, seal)
        except OSError:
            return None
        if found is None:
            return None
        (engine, voice), pcm = found
        return pcm, str(engine), str(voice)

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
        if self._key is None or not self.store.is_open:
            return False
        content = Seal(MAGIC, self._key).closed(name, [engine, voice], pcm)
        with self.store.writing:
            if not self.store.room_for(self.store.size_on_disk(len(content)), revisions):
                return False
            self.store.put(self._path(persona, revision, name), content)
        return True

    def _path(self, persona: str, revision: str, name: str) -> Path:
        return self.store.folder / persona / (KEPT + revision) / name

    def _read_key(self) -> bytes | None:
        if self._key is None:
            try:
                found = read_whole(self._key_file, SECRET_BYTES)
            except (OSError, ValueError):
                return None
            self._key = found if len(found) == SECRET_BYTES else None
        return self._key

"""The phrasebook on disk: a folder for each persona, in it its phrases and a folder for what it said often.

    PERSONA/book.json          the pack that is in use; replaced in one step, which is the switch to another
    PERSONA/SHA256.wav         recordings of it, and of the pack being pulled; .part while they are on the way
    PERSONA/kept-REVISION/     sentences that its own cloned voice spoke more than once

A sentence's name is an HMAC of persona, revision and text, and tells none of it. So is the seal of its file:
what is damaged, or was put there by somebody else, is not played. Sound is in WIRE_FORMAT. All of it blocks.
"""

import json
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_client.phrasebook.phrase_manifest import (
    DIGEST,
    LARGEST_MANIFEST,
    LARGEST_RECORDING,
    REVISION,
    Manifest,
    Recording,
    pcm_of,
    read_manifest,
)
from robotvoice.errors import InvalidMessage
from robotvoice.ground.state_files import read_whole
from robotvoice.kept_sound.kept_sound import GONE, KeptSound, files_in, folders_in
from robotvoice.kept_sound.sealed_sound import SECRET_BYTES, Seal, digest, secret_in

log = logging.getLogger(__name__)

BOOK = "book.json"
KEPT = "kept-"
KEPT_MAGIC = b"RVK1"
LOCK = ".lock"  # no persona can be called that
WHOLE = ".wav"
BLOCK = 4096
"""Bytes that a disk gives out at a time"""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is held of one persona."""

    persona: str
    revision: str | None
    """Of its pack; None: there is none"""
    phrases: int
    complete: bool
    """Whether the pack holds all its phrases"""
    kept: int
    """Sentences that were heard more than once"""
    bytes: int


class PhraseStore(KeptSound):
    """Opens nothing until it is asked."""

    def __init__(self, folder: Path, limit: int, key_file: Path) -> None:
        """`limit`: bytes that all files together take on the disk; 0: nothing is held."""
        super().__init__(folder, limit, lock=LOCK, block=BLOCK, synced=True)
        self._read: dict[str, tuple[tuple[int, int, int], Manifest]] = {}
        """Each book as it was read last, with its file's mark"""
        self._key_file = key_file
        self._key: bytes | None = None

    # For everybody

    def book(self, persona: str) -> Manifest | None:
        """The pack that is in use; None also if it cannot be read."""
        path = self.folder / persona / BOOK
        try:
            found = path.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)
            if (before := self._read.get(persona)) and before[0] == mark:
                return before[1]
            manifest = read_manifest(read_whole(path, LARGEST_MANIFEST), persona)
        except (OSError, ValueError, InvalidMessage):
            self._read.pop(persona, None)
            return None
        self._read[persona] = (mark, manifest)
        return manifest

    def pcm(self, book: Manifest, recording: Recording) -> memoryview:
        """Raises OSError, and ValueError for a file that is damaged."""
        path = self.path(book, recording)
        if not path.exists():  # no process that writes has opened it since packs had folders of their own
            path = path.parent / book.pack / path.name
        return pcm_of(read_whole(path, LARGEST_RECORDING), recording)

    def path(self, manifest: Manifest, recording: Recording) -> Path:
        """Where it is, or would be."""
        return self.folder / manifest.persona / (recording.sha256 + WHOLE)

    def shelves(self) -> list[Shelf]:
        """Of every persona there is something of."""
        return [self._shelf(folder) for folder in sorted(folders_in(self.folder))]

    def kept_name(self, persona: str, revision: str, text: str) -> str | None:
        """Of a sentence: 64 hex digits; None if nothing can be held of it."""
        key = self._read_key()
        if key is None or not REVISION.fullmatch(revision):
            return None
        return digest(key, json.dumps([persona, revision, text]).encode()).hex()

    def read_kept(self, persona: str, revision: str, text: str) -> tuple[memoryview, str, str] | None:
        """A sentence's sound, engine and voice; None if it is not held, or not as it was written."""
        name = self.kept_name(persona, revision, text)
        if name is None or self._key is None:
            return None
        try:
            found = self.read_sealed(self._kept_path(persona, revision, name), Seal(KEPT_MAGIC, self._key))
        except OSError:
            return None
        if found is None:
            return None
        (engine, voice), pcm = found
        return pcm, str(engine), str(voice)

    # For the one who writes

    def open_to_keep(self) -> None:
        """Makes the key of sentences, too, if there is none. Raises OSError, as `open` does."""
        self.open()
        self._key = secret_in(self._key_file)

    def keep(
        self, where: tuple[str, str, str], pcm: bytes, engine: str, voice: str, revisions: Mapping[str, str]
    ) -> bool:
        """Whether there was room for a sentence. `where`: persona, revision and name. Raises OSError."""
        if self._key is None or not self.is_open:
            return False
        content = Seal(KEPT_MAGIC, self._key).closed(where[-1], [engine, voice], pcm)
        with self.writing:
            if not self.room_for(self.size_on_disk(len(content)), revisions):
                return False
            self.put(self._kept_path(*where), content)
        return True

    def tidy(self, revisions: Mapping[str, str], resting: Collection[str] = ()) -> None:
        """Takes away what nobody can use: of personas not among these, and what was left half done.

        Of those that are `resting` it stays for a day. What was kept of another revision goes too; an old
        pack stays until there is room needed or a new one. Raises OSError.
        """
        with self.writing:
            self.recount()
            for persona in self._read.copy().keys() - revisions.keys():
                self._read.pop(persona, None)
            for folder in folders_in(self.folder):
                if not self.limit or folder.name not in {*revisions, *resting}:
                    self._erase(folder)
                    continue
                kept = KEPT + revisions.get(folder.name, "")
                for inner in folders_in(folder):
                    if inner.name.startswith(KEPT) and inner.name != kept != KEPT:
                        self.remove(inner)
            self.unwanted(revisions)

    def _erase(self, folder: Path) -> None:
        """All of a persona. Raises OSError."""
        number = sum(path.name != BOOK for path, _ in files_in(folder) if path.name != GONE)
        self.remove(folder)
        if number:
            log.warning(
                "the voice of %s may not be used any more; recordings erased: %d", folder.name, number
            )

    def room_for(self, needed: int, revisions: Mapping[str, str], sparing: Manifest | None = None) -> bool:
        """Whether so many bytes more on the disk are within the limit.

        Personas not among these go first, then packs of old revisions, then what was kept and is unused for
        longest. `sparing` is a pack being pulled. Raises OSError.
        """
        with self.writing:
            self.recount()
            return self.make_room(needed, self._dispensable(revisions, sparing))

    def _opened(self) -> None:
        """Packs had folders of their own once: what is in them comes to its place."""
        for persona in folders_in(self.folder):
            for pack in folders_in(persona):
                if DIGEST.fullmatch(pack.name):
                    for path, _ in files_in(pack):
                        path.replace(persona / path.name)
                    self.remove(pack)

    def _dispensable(self, revisions: Mapping[str, str], sparing: Manifest | None) -> Iterator[list[Path]]:
        """What goes together, the first first."""
        spared = {self.path(sparing, each) for each in sparing.sentences} if sparing else set()
        yield from ([folder] for folder in self.unwanted(revisions))
        for persona, revision in revisions.items():
            book = self.book(persona)
            if book and book.revision != revision:
                pack = {self.path(book, each) for each in book.sentences}
                yield [self.folder / persona / BOOK, *(pack - spared)]
        for path in self.sizes:
            if path.parent.name.startswith(KEPT) and path.parts[-3] in revisions:
                yield [path]

    def _kept_path(self, persona: str, revision: str, name: str) -> Path:
        return self.folder / persona / (KEPT + revision) / name

    def _read_key(self) -> bytes | None:
        if self._key is None:
            try:
                found = read_whole(self._key_file, SECRET_BYTES)
            except (OSError, ValueError):
                return None
            self._key = found if len(found) == SECRET_BYTES else None
        return self._key

    def _shelf(self, folder: Path) -> Shelf:
        book = self.book(folder.name)
        kept = [inner for inner in folders_in(folder) if inner.name.startswith(KEPT)]
        return Shelf(
            persona=folder.name,
            revision=book.revision if book else None,
            phrases=len(book.sentences) if book else 0,
            complete=book.complete if book else False,
            kept=sum(len(list(files_in(inner))) for inner in kept),
            bytes=self.bytes_of(folder),
        )

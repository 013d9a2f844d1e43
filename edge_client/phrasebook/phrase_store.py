"""The phrasebook on disk: a folder for each persona, in it one for each pack and one for what it said often.

    PERSONA/book.json          the pack that is in use; replaced in one step, which is the switch to another
    PERSONA/PACK/SHA256.wav    its recordings; .part while they are being pulled
    PERSONA/kept-REVISION/     sentences that were heard more than once
    PERSONA/.gone              since when no gateway spoke with it: the time of this file
    .lock                      held by the one process that writes

Whoever reads needs no lock. All of it blocks.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_client.ground.state_files import read_whole
from edge_client.phrasebook.disk_steps import UNFINISHED, bytes_of, files_in, folders_in, make_private, remove
from edge_client.phrasebook.phrase_manifest import (
    LARGEST_MANIFEST,
    LARGEST_RECORDING,
    Manifest,
    Recording,
    pcm_of,
    read_manifest,
)
from robotvoice.errors import InvalidMessage

BOOK = "book.json"
KEPT = "kept-"
LOCK = ".lock"  # no persona can be called that
GONE = ".gone"
WHOLE = ".wav"
STAYS = 24 * 3600.0
"""Seconds until that of a persona goes which no gateway speaks with: another may be linked for a while"""


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


class PhraseStore:
    """Opens nothing until it is asked."""

    def __init__(self, folder: Path, limit: int) -> None:
        """`limit`: bytes that all files together take on the disk; 0: nothing is held."""
        self.folder, self.limit = folder, limit
        self.writing = threading.RLock()
        """Held by a thread that takes away, or adds what has not been made room for"""
        self._lock: int | None = None
        self._read: dict[str, tuple[tuple[int, int, int], Manifest]] = {}
        """Each book as it was read last, with its file's mark"""

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
        return pcm_of(read_whole(self.path(book, recording), LARGEST_RECORDING), recording)

    def path(self, manifest: Manifest, recording: Recording) -> Path:
        """Where it is, or would be."""
        return self.folder / manifest.persona / manifest.pack / (recording.sha256 + WHOLE)

    def shelves(self) -> list[Shelf]:
        """Of every persona there is something of."""
        return [self._shelf(folder) for folder in sorted(folders_in(self.folder))]

    # For the one who writes

    def open(self) -> None:
        """Takes the folder. Raises OSError; BlockingIOError: another process has it."""
        with self.writing:
            if self._lock is not None:
                return
            make_private(self.folder)
            descriptor = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                # The system gives it back however this process ends.
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
                raise
            self._lock = descriptor

    def close(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def is_open(self) -> bool:
        return self._lock is not None

    def tidy(self, revisions: Mapping[str, str]) -> None:
        """Takes away what nobody can use: of personas long not among these, and what was left half done.

        What was kept of another revision goes too; an old pack stays until there is room needed or a new one.
        Raises OSError.
        """
        with self.writing:
            for persona in self._read.copy().keys() - revisions.keys():
                self._read.pop(persona, None)
            for folder in folders_in(self.folder):
                revision = revisions.get(folder.name)
                if not self.limit or not _stays(folder, revision is not None):
                    remove(folder)
                    continue
                for inner in folders_in(folder):
                    if revision is not None and inner.name.startswith(KEPT) and inner.name != KEPT + revision:
                        remove(inner)
                for path, _ in files_in(folder):
                    if path.name.startswith(UNFINISHED):
                        remove(path)

    def make_room(self, needed: int, revisions: Mapping[str, str], sparing: Manifest | None = None) -> bool:
        """Whether so many bytes more on the disk are within the limit.

        Personas not among these go first, then packs of old revisions, then what was kept and is unused for
        longest. `sparing` is a pack being pulled. Raises OSError.
        """
        with self.writing:
            if self._has_room(needed):
                return True
            dispensable = list(self._dispensable(revisions, sparing))
            freed = sum(bytes_of(path) for paths in dispensable for path in paths)
            if bytes_of(self.folder) - freed + needed > self.limit:
                return False
            for paths in dispensable:
                for path in paths:
                    remove(path)
                if self._has_room(needed):
                    return True
            return False  # what a pack shares with another one frees nothing

    def _has_room(self, needed: int) -> bool:
        return bytes_of(self.folder) + needed <= self.limit

    def _dispensable(self, revisions: Mapping[str, str], sparing: Manifest | None) -> Iterator[list[Path]]:
        """What goes together, the first first."""
        gone, packs, kept = list[Path](), list[list[Path]](), list[tuple[Path, os.stat_result]]()
        for folder in folders_in(self.folder):
            revision = revisions.get(folder.name)
            if revision is None:
                gone.append(folder)
                continue
            book = self.book(folder.name)
            if book and book.revision != revision:
                spared = sparing is not None and sparing.pack == book.pack
                packs.append([folder / BOOK] if spared else [folder / book.pack, folder / BOOK])
            for inner in folders_in(folder):
                if inner.name.startswith(KEPT):
                    kept += files_in(inner)
        yield from ([folder] for folder in gone)
        yield from packs
        yield from ([path] for path, about in sorted(kept, key=lambda each: each[1].st_mtime_ns))

    def _shelf(self, folder: Path) -> Shelf:
        book = self.book(folder.name)
        kept = [inner for inner in folders_in(folder) if inner.name.startswith(KEPT)]
        return Shelf(
            persona=folder.name,
            revision=book.revision if book else None,
            phrases=len(book.sentences) if book else 0,
            complete=book.complete if book else False,
            kept=sum(len(list(files_in(inner))) for inner in kept),
            bytes=bytes_of(folder),
        )


def _stays(folder: Path, wanted: bool) -> bool:
    """Whether somebody speaks with this persona, or did less than a day ago. Raises OSError."""
    mark = folder / GONE
    if wanted:
        remove(mark)
        return True
    age = time.time() - mark.stat().st_mtime if mark.exists() else -1.0
    if age < 0:  # also when the clock was set back
        mark.touch(mode=0o600)
    return age < STAYS

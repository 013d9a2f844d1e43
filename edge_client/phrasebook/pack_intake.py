"""A pack on its way to the disk: beside the one in use until all of it is there. All of it blocks."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from edge_client.phrasebook.phrase_manifest import (
    LARGEST_RECORDING,
    Manifest,
    PhrasesFailed,
    Recording,
    pcm_of,
    write_manifest,
)
from edge_client.phrasebook.phrase_store import BOOK, WHOLE, PhraseStore
from robotvoice.ground.state_files import make_private, read_whole, sync_folder

PART = ".part"
"""How the name of a recording ends while it is being pulled; it outlives a cut and a crash"""


class Intake:
    """Of one pack, into a store that is open. Everything raises OSError."""

    def __init__(self, store: PhraseStore, manifest: Manifest) -> None:
        self._store, self._manifest = store, manifest
        self._persona = store.folder / manifest.persona

    def prepare(self, revisions: Mapping[str, str]) -> list[Recording]:
        """Makes room; returns what is missing, each once. Raises PhrasesFailed if there can be no room.

        What the pack in use has is not; what is damaged is. `revisions` are those of today, by persona.
        """
        manifest = self._manifest
        make_private(self._persona)
        book = self._store.book(manifest.persona)
        self._keep_only(book, manifest)
        wanted = {each.sha256: each for each in manifest.sentences}
        missing = [each for each in wanted.values() if not self._is_whole(each)]
        on_disk = self._store.size_on_disk
        needed = sum(on_disk(each.bytes) - on_disk(self.begun(each)) for each in missing)
        if book != manifest:
            needed += on_disk(len(write_manifest(manifest)))
        if not self._store.room_for(needed, revisions, manifest):
            self._keep_only(book)
            with suppress(OSError):  # there is more of it
                self._persona.rmdir()
            raise PhrasesFailed(
                f"there is no room for the {manifest.bytes / 1e6:.1f} MB of {manifest.persona}'s phrases: "
                "raise phrasebook_mb"
            )
        return missing

    def begun(self, recording: Recording) -> int:
        """Bytes that were pulled of it before."""
        try:
            return min(self._part(recording).stat().st_size, recording.bytes)
        except FileNotFoundError:
            return 0

    def begin_again(self, recording: Recording) -> None:
        self._store.remove(self._part(recording))

    def append(self, recording: Recording, piece: bytes) -> None:
        with _to_go_on(self._part(recording)) as file:
            file.write(piece)

    def finish(self, recording: Recording) -> None:
        """All of it was pulled. Raises PhrasesFailed if it is something else."""
        part = self._part(recording)
        try:
            pcm_of(read_whole(part, LARGEST_RECORDING), recording)
        except ValueError as error:
            self._store.remove(part)
            raise PhrasesFailed(
                f"a recording of {self._manifest.persona} that came is refused: {error}"
            ) from None
        with _to_go_on(part) as file:
            os.fsync(file.fileno())
        part.replace(self._store.path(self._manifest, recording))

    def switch(self) -> None:
        """From now on this pack is in use; the one before it goes."""
        sync_folder(self._persona)
        self._store.put(self._persona / BOOK, write_manifest(self._manifest))
        self._keep_only(self._manifest)

    def give_up(self) -> None:
        """The disk may be full: nothing half done is left on it."""
        for path in self._persona.glob("*" + PART):
            self._store.remove(path)

    def _keep_only(self, *packs: Manifest | None) -> None:
        """Other recordings of the persona go."""
        kept = {each.sha256 for pack in packs if pack for each in pack.sentences}
        for path in self._persona.iterdir():
            if path.suffix in (WHOLE, PART) and path.stem not in kept:
                self._store.remove(path)

    def _is_whole(self, recording: Recording) -> bool:
        try:
            self._store.pcm(self._manifest, recording)
        except FileNotFoundError:
            return False
        except ValueError:
            self._store.remove(self._store.path(self._manifest, recording))
            return False
        return True

    def _part(self, recording: Recording) -> Path:
        return self._store.path(self._manifest, recording).with_suffix(PART)


def _to_go_on(path: Path) -> IO[bytes]:
    """For its owner's eyes only; a link is not followed."""
    how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, how, 0o600), "ab")

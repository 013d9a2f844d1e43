"""A pack on its way to the disk: beside the one in use until all of it is there. All of it blocks."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from edge_client.ground.state_files import read_whole
from edge_client.phrasebook.disk_steps import (
    folders_in,
    make_private,
    on_disk,
    private_file,
    remove,
    sync_folder,
    write_all,
    write_synced,
)
from edge_client.phrasebook.phrase_manifest import (
    LARGEST_RECORDING,
    Manifest,
    PhrasesFailed,
    Recording,
    pcm_of,
    write_manifest,
)
from edge_client.phrasebook.phrase_store import BOOK, KEPT, PhraseStore

PART = ".part"
"""How the name of a recording ends while it is being pulled; it outlives a cut and a crash"""


class Intake:
    """Of one pack, into a store that is open. Everything raises OSError."""

    def __init__(self, store: PhraseStore, manifest: Manifest) -> None:
        self._store, self._manifest = store, manifest
        self._persona = store.folder / manifest.persona

    def prepare(self, revisions: Mapping[str, str]) -> list[Recording]:
        """Makes room; returns what is missing, each once. Raises PhrasesFailed if there can be no room.

        What another pack of the persona has is taken from there; what is damaged is missing. `revisions` are
        those of today, by persona.
        """
        manifest = self._manifest
        make_private(self._persona / manifest.pack)
        book = self._store.book(manifest.persona)
        for folder in self._others():
            self._take_over_from(folder)
            if not book or folder.name != book.pack:
                remove(folder)
        wanted = {each.sha256: each for each in manifest.sentences}
        missing = [each for each in wanted.values() if not self._is_whole(each)]
        needed = sum(on_disk(each.bytes) - on_disk(self.begun(each)) for each in missing)
        if book != manifest:
            needed += on_disk(len(write_manifest(manifest)))
        if not self._store.make_room(needed, revisions, manifest):
            if not book or book.pack != manifest.pack:
                remove(self._persona / manifest.pack)
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
        remove(self._part(recording))

    def append(self, recording: Recording, piece: bytes) -> None:
        with private_file(self._part(recording), os.O_APPEND) as descriptor:
            write_all(descriptor, piece)

    def finish(self, recording: Recording) -> None:
        """All of it was pulled. Raises PhrasesFailed if it is something else."""
        part = self._part(recording)
        try:
            pcm_of(read_whole(part, LARGEST_RECORDING), recording)
        except ValueError as error:
            remove(part)
            raise PhrasesFailed(
                f"a recording of {self._manifest.persona} that came is refused: {error}"
            ) from None
        with private_file(part, 0) as descriptor:
            os.fsync(descriptor)
        part.replace(self._store.path(self._manifest, recording))

    def switch(self) -> None:
        """From now on this pack is in use; the one before it goes."""
        sync_folder(self._persona / self._manifest.pack)
        write_synced(self._persona / BOOK, write_manifest(self._manifest))
        for folder in self._others():
            remove(folder)

    def give_up(self) -> None:
        """The disk may be full: nothing half done is left on it."""
        for folder in (self._persona / self._manifest.pack).glob("*" + PART):
            remove(folder)

    def _others(self) -> list[Path]:
        """Folders of the persona's other packs."""
        packs = [each for each in folders_in(self._persona) if not each.name.startswith(KEPT)]
        return [each for each in packs if each.name != self._manifest.pack]

    def _take_over_from(self, other: Path) -> None:
        for recording in self._manifest.sentences:
            path = self._store.path(self._manifest, recording)
            with suppress(OSError):  # then it is pulled
                os.link(other / path.name, path)

    def _is_whole(self, recording: Recording) -> bool:
        try:
            self._store.pcm(self._manifest, recording)
        except FileNotFoundError:
            return False
        except ValueError:
            remove(self._store.path(self._manifest, recording))
            return False
        return True

    def _part(self, recording: Recording) -> Path:
        return self._store.path(self._manifest, recording).with_suffix(PART)

"""The packs of all personas: what is in them, from memory, and their recordings, from disk.

There, an edition of a persona's voice has a folder with its recordings and their list. What is found is what
was written: a file that was cut or changed is removed, and so is what nobody speaks with.
"""

import asyncio
import datetime
import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from gateway.phrases.phrase_pack import PhrasePack, Recording, pack_of, sentences_to_record
from robotvoice.kept_sound.kept_sound import KeptSound, folders_in
from robotvoice.persona import Persona

log = logging.getLogger(__name__)

T = TypeVar("T")
MANIFEST = "manifest.json"
ENDING = ".wav"


class PackStore:
    """Holds recordings of the personas it was told of last, and of no other edition of theirs.

    Its methods are for one task at a time, but for `pack`, `held` and `file`.
    """

    def __init__(
        self,
        folder: Path,
        limit: int,
        revisions: Mapping[str, str] | None = None,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        """`limit`: bytes of all recordings together; `revisions`: the commit of each model that is pinned;
        `today` says which consents have ended.
        """
        self._today = today
        self._ids: frozenset[str] = frozenset()
        """Of the personas it was told of last"""
        self._revisions = dict(revisions or {})
        self.files = KeptSound(folder, limit, lock="lock", ending=ENDING)
        self._held: dict[str, dict[str, Recording]] = {}
        self._unwanted: list[Path] = []
        """Editions that nobody speaks with, in the order in which they go"""
        # One thread: nothing on disk is looked at and removed at the same time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="phrases")

    def wanted(self, persona: Persona) -> tuple[str, ...]:
        """The sentences that are to be recorded."""
        return sentences_to_record(persona, self._today())

    def held(self, persona: Persona) -> Mapping[str, Recording]:
        """By text; of this edition of the persona only, and none if its voice may not be used any more."""
        return self._held.get(self._edition(persona), {}) if self.wanted(persona) else {}

    def pack(self, persona: Persona) -> PhrasePack:
        """From memory."""
        return pack_of(persona, self.wanted(persona), self.held(persona))

    async def use(self, personas: Iterable[Persona]) -> None:
        """Reads what there is of these, and removes what is of no use to them, if not at once.

        At once goes all of a persona that is gone, or whose own voice is none that may be cloned. Raises
        OSError; BlockingIOError: another process has the folder.
        """
        everybody = list(personas)
        wanted = {self._edition(each): texts for each in everybody if (texts := self.wanted(each))}
        ids = frozenset(each.id for each in everybody)
        over = {each.id for each in everybody if not each.voice.clones or each.voice.has_ended(self._today())}
        over |= self._ids - ids
        self._held = await self._blocking(lambda: self._look(wanted, over))
        self._ids = ids

    async def put(self, persona: Persona, text: str, wav: bytes, gain: float) -> bool:
        """Keeps it on disk in place of one that is there; whether there was room. Raises OSError."""
        recording = Recording(text, hashlib.sha256(wav).hexdigest(), len(wav), gain)
        edition, held = self._edition(persona), self.held(persona)
        needed = len(wav) - (held[text].bytes if text in held else 0)
        recordings = {**held, text: recording}
        kept = await self._blocking(lambda: self._write(edition, wav, needed, recordings.values()))
        if kept:
            self._held[edition] = recordings
        return kept

    async def file(self, persona: Persona, sha256: str) -> Path | None:
        """The WAV, looked at just now; None if it is not held. Raises DamagedRecording."""
        edition = self._edition(persona)
        if all(each.sha256 != sha256 for each in self.held(persona).values()):
            return None
        path = self._path(edition, sha256)
        if not await asyncio.to_thread(_is_whole, path):
            raise DamagedRecording
        return path

    async def close(self) -> None:
        """What is being written is finished first."""
        await self._blocking(self.files.close)
        self._thread.shutdown(wait=False)

    def _edition(self, persona: Persona) -> str:
        """The name of a folder. Another commit of the model may sound different, too."""
        made = persona.voice.model_voice
        commit = self._revisions.get(made.model) if made else None
        return ".".join(filter(None, (persona.id, persona.revision, commit)))

    def _path(self, edition: str, sha256: str) -> Path:
        return self.files.folder / edition / (sha256 + ENDING)

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _look(
        self, wanted: Mapping[str, Collection[str]], over: Collection[str]
    ) -> dict[str, dict[str, Recording]]:
        if not wanted and not self.files.folder.exists():
            return {}
        self.files.open()
        self.files.recount()
        for edition in list(folders_in(self.files.folder)):
            if (id := edition.name.partition(".")[0]) in over:
                number = len(list(edition.glob(f"*{ENDING}")))
                self.files.remove(edition)
                log.warning("the voice of %s is cloned no more; recorded phrases erased: %d", id, number)
        self._unwanted = self.files.unwanted(wanted)
        found = {edition: self._found(edition, texts) for edition, texts in wanted.items()}
        while self._unwanted and not self._has_room(0):
            self.files.remove(self._unwanted.pop(0))
        return found

    def _found(self, edition: str, texts: Collection[str]) -> dict[str, Recording]:
        found: dict[str, Recording] = {}
        for recording in _manifest(self.files.folder / edition / MANIFEST):
            path = self._path(edition, recording.sha256)
            if recording.text not in texts:
                continue
            if _is_whole(path):
                found[recording.text] = recording
            else:
                log.warning("a recorded phrase was damaged and is made anew", extra={"file": str(path)})
        self._keep_only(edition, found.values())
        return found

    def _write(self, edition: str, wav: bytes, needed: int, recordings: Collection[Recording]) -> bool:
        """It is one of these recordings, which are all of this edition."""
        if not self._has_room(needed):
            return False
        told = json.dumps([asdict(each) for each in recordings], indent=1)
        self.files.put(self._path(edition, hashlib.sha256(wav).hexdigest()), wav)
        self.files.put(self.files.folder / edition / MANIFEST, told.encode())
        self._keep_only(edition, recordings)
        return True

    def _has_room(self, needed: int) -> bool:
        return self.files.make_room(needed, ([edition] for edition in self._unwanted))

    def _keep_only(self, edition: str, recordings: Iterable[Recording]) -> None:
        kept = {MANIFEST, *(each.sha256 + ENDING for each in recordings)}
        for path in list((self.files.folder / edition).glob("*")):
            if path.name not in kept:
                self.files.remove(path)


class DamagedRecording(Exception):
    """What is on disk is not what was written."""


def _is_whole(path: Path) -> bool:
    """Whether it is there, as it was written: its name is its digest."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == path.stem
    except OSError:
        return False


def _manifest(path: Path) -> list[Recording]:
    """One that cannot be read is as good as none."""
    try:
        found = [Recording(**each) for each in json.loads(path.read_bytes())]
        if not all(each.gain > 0 for each in found):
            raise ValueError("no gain")
        return found
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        log.warning("the list of recorded phrases cannot be read", extra={"file": str(path)})
        return []

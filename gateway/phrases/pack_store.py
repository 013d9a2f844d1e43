"""The packs of all personas: what is in them, from memory, and their recordings, from disk."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from gateway.phrases.phrase_files import PhraseFiles
from gateway.phrases.phrase_pack import PhrasePack, Recording, pack_of, sentences_to_record
from robotvoice.persona import Persona

T = TypeVar("T")


class PhraseStore:
    """Holds recordings of the personas it was told of last, and of no other edition of theirs.

    Its methods are for one task at a time, but for `pack`, `held` and `file`.
    """

    def __init__(self, folder: Path, limit: int, revisions: Mapping[str, str] | None = None) -> None:
        """`limit`: bytes of all recordings together; `revisions`: the commit of each model that is pinned."""
        self.limit = limit
        self._revisions = dict(revisions or {})
        self._files = PhraseFiles(folder)
        self._held: dict[str, dict[str, Recording]] = {}
        # One thread: nothing on disk is looked at and removed at the same time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="phrases")

    def held(self, persona: Persona) -> Mapping[str, Recording]:
        """By text; of this edition of the persona only."""
        return self._held.get(self._edition(persona), {})

    def pack(self, persona: Persona) -> PhrasePack:
        """From memory."""
        return pack_of(persona, self.held(persona))

    async def use(self, personas: Iterable[Persona]) -> None:
        """Reads what there is of these, and removes what is of no use to them. Raises OSError."""
        wanted = {self._edition(each): sentences_to_record(each) for each in personas}
        self._held = await self._blocking(lambda: self._files.look(wanted))
        await self._blocking(lambda: self._files.keep_within(self.limit - self._total))

    def has_room(self, persona: Persona, text: str, wav: bytes) -> bool:
        """Whether this recording of the text, in place of one that is there, keeps within the limit."""
        before = self.held(persona).get(text)
        return self._total + len(wav) - (before.bytes if before else 0) <= self.limit

    async def put(self, persona: Persona, text: str, wav: bytes, gain: float) -> None:
        """Keeps it in place of one that is there; returns when it is on disk. Raises OSError."""
        edition = self._edition(persona)
        recording = Recording(text, hashlib.sha256(wav).hexdigest(), len(wav), gain)
        recordings = {**self.held(persona), text: recording}
        room = self.limit - self._total - len(wav)
        await self._blocking(lambda: self._files.keep_within(room))
        await self._blocking(lambda: self._files.write(edition, wav, recordings.values()))
        self._held[edition] = recordings

    async def file(self, persona: Persona, sha256: str) -> Path | None:
        """The WAV, looked at just now; None if it is not held. Raises DamagedRecording."""
        edition = self._edition(persona)
        recordings = self.held(persona).values()
        recording = next((each for each in recordings if each.sha256 == sha256), None)
        if recording is None:
            return None
        if not await asyncio.to_thread(self._files.is_whole, edition, recording):
            raise DamagedRecording
        return self._files.path(edition, sha256)

    async def close(self) -> None:
        """What is being written is finished first."""
        await self._blocking(self._files.close)
        self._thread.shutdown(wait=False)

    @property
    def _total(self) -> int:
        return sum(each.bytes for edition in self._held.values() for each in edition.values())

    def _edition(self, persona: Persona) -> str:
        """The name of a folder. Another commit of the model may sound different, too."""
        made = persona.voice.model_voice
        commit = self._revisions.get(made.model) if made else None
        return ".".join(filter(None, (persona.id, persona.revision, commit)))

    async def _blocking(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


class DamagedRecording(Exception):
    """What is on disk is not what was written."""

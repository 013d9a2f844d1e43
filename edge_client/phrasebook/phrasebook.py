"""The phrasebook as an engine: what the robot holds of a persona's own voice, also with the gateway away."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from edge_client.phrasebook.phrase_store import PhraseStore
from robotvoice.engines.base import EngineBase
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Sentence

log = logging.getLogger(__name__)

PIECE = 1 / 5
"""Seconds of audio in a chunk that is played"""


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """What the robot knows of a persona's own voice, which is a cloned one."""

    revision: str
    engine: str


@dataclass(frozen=True, slots=True)
class _Held:
    """A sentence there is a recording of."""

    origin: Origin
    pcm: bytes | memoryview = b""
    problem: str = ""
    """Why the recording cannot be played"""

    def __bool__(self) -> bool:
        return not self.problem


class Phrasebook(EngineBase):
    """Plays from disk; needs no breaker, is before the gateway in a chain, and holds no audio in memory."""

    name = "phrasebook"
    first_audio_cap = 1.0

    def __init__(
        self,
        store: PhraseStore,
        own_voice: Callable[[str], OwnVoice | None],
        on_damage: Callable[[str], None] = lambda persona: None,
    ) -> None:
        """`own_voice` is that of a persona as it is today; None: it has no cloned one. `on_damage` is told
        whose recording cannot be played.
        """
        self._store, self._own_voice = store, own_voice
        self._on_damage = on_damage

    @property
    def description(self) -> str:
        return f"phrasebook in {self._store.folder}"

    async def holds(self, persona: str, sentences: Sequence[Sentence]) -> bool:
        """Whether all of them would be played."""
        own = self._own(persona)
        return own is not None and await asyncio.to_thread(
            lambda: all(self._find(sentence.text, persona, own) for sentence in sentences)
        )

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """`voice.voice` is the persona. All of it or EngineUnavailable: damage is noticed before the first
        chunk. It holds nothing in a language that is asked for.
        """
        own = None if voice.language else self._own(voice.voice)
        found = await asyncio.to_thread(self._find, sentence.text, voice.voice, own) if own else None
        if not found:
            if found is not None:
                log.warning("a recording of %s cannot be played: %s", voice.voice, found.problem)
                self._on_damage(voice.voice)
            raise EngineUnavailable("not_held", "this sentence is not in the phrasebook")
        pcm = found.pcm
        step = int(WIRE_FORMAT.sample_rate * PIECE) * WIRE_FORMAT.frame_bytes
        for start in range(0, len(pcm), step):
            yield AudioChunk(bytes(pcm[start : start + step]), WIRE_FORMAT, found.origin)

    def _own(self, persona: str) -> OwnVoice | None:
        return self._own_voice(persona) if self._store.limit else None

    def _find(self, text: str, persona: str, own: OwnVoice) -> "_Held | None":
        found = self._in_pack(text, persona, own)
        if not found and (kept := self._store.read_kept(persona, own.revision, text)):
            pcm, engine, voice = kept
            return _Held(Origin(engine, voice, stored=True), pcm)
        return found

    def _in_pack(self, text: str, persona: str, own: OwnVoice) -> "_Held | None":
        origin = Origin(own.engine, persona, stored=True)
        problem = ""
        for _ in range(2):  # a process beside us may just have switched to another pack
            book = self._store.book(persona)
            recording = book.find(text) if book and book.revision == own.revision else None
            if not book or not recording:
                return None
            try:
                return _Held(origin, self._store.pcm(book, recording))
            except (OSError, ValueError) as error:
                problem = str(error)
        return _Held(origin, problem=problem)

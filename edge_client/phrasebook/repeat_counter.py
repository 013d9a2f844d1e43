"""What the gateway speaks more than once is kept, so that the robot has it when the gateway is away."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

from edge_client.phrasebook.phrase_manifest import LARGEST_RECORDING
from edge_client.phrasebook.phrase_store import PhraseStore
from robotvoice.engines.base import Engine
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.kept_sound.kept_sound import DiskTrouble
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk
from robotvoice.utterance import Sentence

log = logging.getLogger(__name__)

SECOND = 2
"""Which hearing is kept: most of what a robot says it says once, and an SD card does not last for ever"""
MOST_COUNTED = 1024
"""Sentences whose hearings are counted; the one not heard for longest is forgotten"""
MOST_WAITING = 2
"""Sentences that wait to be written"""
TRY_AGAIN = 60.0
"""Seconds until a folder that could not be had is asked for again"""

UNKEPT = "sentences cannot be kept on disk (%s); it is tried again"


@dataclass(slots=True)
class Sighting:
    """A sentence while the gateway speaks it."""

    persona: str
    revision: str
    name: str
    pcm: bytearray | None
    """None: it is only counted"""
    origins: set[tuple[str, str]] = field(default_factory=set)
    """Engine and voice of what was heard of it"""

    def add(self, chunk: AudioChunk) -> None:
        if self.pcm is None:
            return
        self.pcm += chunk.pcm
        self.origins.add((chunk.origin.engine, chunk.origin.voice))
        if len(self.pcm) > LARGEST_RECORDING or chunk.format != WIRE_FORMAT or len(self.origins) > 1:
            self.pcm = None


class RepeatCounter:
    """Counts what is heard, by names that tell no text. `run` is to be kept running by its owner."""

    def __init__(
        self,
        store: PhraseStore,
        revisions: Callable[[], Mapping[str, str] | None],
        on_kept: Callable[[], None] = lambda: None,
    ) -> None:
        """`revisions`: those of all personas with a cloned voice, by id; None before any gateway told."""
        self._store, self._revisions, self._on_kept = store, revisions, on_kept
        self._heard: OrderedDict[str, int] = OrderedDict()
        self._waiting: asyncio.Queue[Sighting] = asyncio.Queue(MOST_WAITING)
        self._ready = False
        self._trouble = DiskTrouble(log, UNKEPT, store.folder, "another process keeps them")

    def listening(self, engine: Engine) -> Engine:
        """The same engine, the gateway's, and what it speaks is heard."""
        return _CountingEngine(engine, self)

    def hearing(self, text: str, persona: str) -> Sighting | None:
        """Of a sentence that begins; None if it is not to be kept."""
        revision = (self._revisions() or {}).get(persona)
        name = self._store.kept_name(persona, revision, text) if self._ready and revision else None
        if not revision or not name:
            return None
        again = self._heard.get(name, 0) + 1 >= SECOND
        return Sighting(persona, revision, name, bytearray() if again else None)

    def heard(self, hearing: Sighting) -> None:
        """It was spoken to its end."""
        if (self._revisions() or {}).get(hearing.persona) != hearing.revision:
            return
        times = self._heard.pop(hearing.name, 0) + 1
        if times >= SECOND and hearing.pcm and not self._waiting.full():
            self._waiting.put_nowait(hearing)
            return
        self._heard[hearing.name] = times
        while len(self._heard) > MOST_COUNTED:
            self._heard.popitem(last=False)

    async def run(self) -> None:
        """Writes what was heard, until cancelled; returns at once if nothing may be kept."""
        while self._store.limit:
            hearing = await self._waiting.get() if self._ready else None
            try:
                if hearing is None:
                    await asyncio.to_thread(self._store.open_to_keep)
                    self._ready = True
                else:
                    await self._keep(hearing)
                self._trouble.over()
            except OSError as error:
                self._trouble.tell(error)
                if hearing is None:
                    await asyncio.sleep(TRY_AGAIN)
            except Exception:  # such as a machine that has no thread left: the daemon speaks on
                log.exception("keeping what is heard often broke, and goes on")
                await asyncio.sleep(TRY_AGAIN)

    async def _keep(self, hearing: Sighting) -> None:
        """Raises OSError."""
        revisions = self._revisions() or {}
        if not hearing.pcm or revisions.get(hearing.persona) != hearing.revision:
            return
        ((engine, voice),) = hearing.origins
        where = hearing.persona, hearing.revision, hearing.name
        if await asyncio.to_thread(self._store.keep, where, bytes(hearing.pcm), engine, voice, revisions):
            self._on_kept()


class _CountingEngine(WrappedEngine):
    """As the engine it is around; only a sentence that came to its end counts as heard."""

    def __init__(self, engine: Engine, keeping: RepeatCounter) -> None:
        super().__init__(engine)
        self._keeping = keeping

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        hearing = None if voice.language else self._keeping.hearing(sentence.text, voice.voice)
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                if hearing:
                    hearing.add(chunk)
                yield chunk
        if hearing:
            self._keeping.heard(hearing)

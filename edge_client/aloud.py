"""An utterance on its way to the loudspeaker: made ahead of what is playing, never in full if it is long."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from edge_client.player import NullPlayer, Played
from edge_client.player_choice import open_player
from edge_client.settings import Settings
from edge_client.voice_lock import alone
from speech.audio import AudioChunk, Origin
from speech.chain_events import Ended, SentenceStarted
from speech.errors import NothingCanSpeak, PlayerFailed, SpokenInPart
from speech.fallback import FallbackChain
from speech.utterance import Outcome, Reason, Utterance

log = logging.getLogger(__name__)

READ_AHEAD = 512
"""Chunks that may wait for the player: enough for a long sentence, so that a gateway is soon free again"""

UNHEARD = 0.5
"""Seconds of sound that a player and its pipe may hold"""

Ahead = asyncio.Queue[AudioChunk | SentenceStarted | None]
Begins = Callable[[SentenceStarted], bool]
"""Told before a sentence is handed over, also when it is repeated; False ends the utterance before it"""


@dataclass(slots=True)
class Heard:
    """What is known of an utterance that was spoken; of several voices, about the last resort."""

    entry: int
    """The voice's place in the chain; 0 is the persona's own"""
    origin: Origin
    substitute: Reason | None
    first_audio: float
    """What the clock said when the first of it was handed over"""
    seconds: float = 0.0


async def speak_aloud(
    chain: FallbackChain,
    utterance: Utterance,
    settings: Settings,
    clock: Callable[[], float],
    on_sentence: Callable[[SentenceStarted], None],
    *,
    play: bool,
    begins: Begins = lambda _: True,
) -> Heard | None:
    """Returns when all was heard; without `play`, when all was made. None: no sentence was to begin.

    Nobody else on this machine speaks meanwhile. A player that breaks is replaced, once in a sentence, which
    is then played again. Raises NothingCanSpeak, SpokenInPart and PlayerFailed.
    """
    ahead = Ahead(READ_AHEAD)
    speaking = asyncio.create_task(_speak(chain, utterance, ahead, on_sentence), name="speak ahead")
    try:
        taken = _Taken(ahead, clock, begins)
        if play:
            async with alone(settings.voice_lock):
                played = await _played(taken, settings, clock)
        else:
            played = await NullPlayer(clock).play(taken.chunks())
        if not taken.left:
            await speaking
    finally:
        speaking.cancel()
        await asyncio.wait({speaking})
    heard = taken.heard
    if heard and played.first_audio is not None and not taken.again:
        heard.first_audio = played.first_audio
    return heard


async def _played(taken: "_Taken", settings: Settings, clock: Callable[[], float]) -> Played:
    broken_in = -1
    while True:
        player = None
        try:
            player = await open_player(settings, clock=clock)
            async with aclosing(taken.chunks()) as chunks:
                return await player.play(chunks)
        except PlayerFailed as failure:
            if player is None or taken.sentence == broken_in:
                if taken.sentence:
                    raise _part(taken.sentence, "played", failure.message) from failure
                raise
            broken_in = taken.sentence
            log.warning("the player is replaced: %s", failure.message)


class _Taken:
    """What a player takes out. It keeps what may not have been heard yet, for the player after it."""

    def __init__(self, ahead: Ahead, clock: Callable[[], float], begins: Begins) -> None:
        self._ahead, self._clock, self._begins = ahead, clock, begins
        self._before: list[AudioChunk] = []
        self._now: list[AudioChunk] = []
        self._ended = False
        self.sentence = 0
        """Which one is being taken: so many before it were"""
        self.heard: Heard | None = None
        """Its seconds are what was taken in all, what was taken again aside"""
        self.again = False
        """Whether something was"""
        self.left = False
        """Whether a sentence was not to begin any more"""

    async def chunks(self) -> AsyncGenerator[AudioChunk, None]:
        """When called again it begins with the sentence in which it was left, or the one just before."""
        for chunk in (*self._before, *self._now):
            self.again = True
            yield chunk
        while not self._ended:
            taken = await self._ahead.get()
            if isinstance(taken, AudioChunk):
                self._keep(taken)
                yield taken
            elif taken and self._begins(taken):
                self._before, self._now, self.sentence = self._now, [], taken.sentence
                if self.heard is None:
                    self.heard = Heard(taken.entry, taken.origin, taken.substitute, self._clock())
                elif taken.entry > self.heard.entry:
                    heard = self.heard
                    heard.entry, heard.origin, heard.substitute = taken.entry, taken.origin, taken.substitute
            else:
                self._ended, self.left = True, taken is not None

    def _keep(self, chunk: AudioChunk) -> None:
        assert self.heard is not None, "a sentence starts before its first chunk"
        self._now.append(chunk)
        self.heard.seconds += chunk.format.seconds(chunk.samples)
        if self._before and sum(each.format.seconds(each.samples) for each in self._now) > UNHEARD:
            self._before.clear()


async def _speak(
    chain: FallbackChain,
    utterance: Utterance,
    ahead: Ahead,
    on_sentence: Callable[[SentenceStarted], None],
) -> None:
    try:
        async with aclosing(chain.speak(utterance)) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    await ahead.put(event)
                elif isinstance(event, SentenceStarted):
                    await ahead.put(event)
                    on_sentence(event)
                elif isinstance(event, Ended) and event.outcome is not Outcome.COMPLETE:
                    raise _unfinished(event)
    except Exception:
        # Not when cancelled: then nobody takes anything out any more, and a full queue stays full.
        await ahead.put(None)
        raise
    await ahead.put(None)


def _unfinished(ended: Ended) -> NothingCanSpeak | SpokenInPart:
    why = ended.reason.text if ended.reason else "no voice is ready"
    if not ended.spoken:
        return NothingCanSpeak(f"nothing could speak: {why}")
    return _part(len(ended.spoken), "spoken", why)


def _part(number: int, what: str, why: str) -> SpokenInPart:
    first = f"{number} sentences were" if number > 1 else "sentence was"
    return SpokenInPart(f"only the first {first} {what}: {why}")

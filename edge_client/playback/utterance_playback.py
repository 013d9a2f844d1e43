"""An utterance on its way to the loudspeaker: made ahead of what is playing, never in full if it is long."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from edge_client.playback.devices.device_problem import LoudspeakerAway
from edge_client.playback.earcon import earcon
from edge_client.playback.loudspeaker import Loudspeaker, WaitLimit
from edge_client.playback.play_queue import PlayQueue
from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.players.player import NullPlayer, Played
from edge_client.playback.players.player_choice import plays_files
from edge_client.playback.programs.child_failed import ChildFailed
from robotvoice.chain.chain_events import Ended, SentenceStarted
from robotvoice.chain.fallback import NOTHING_LEGIBLE, FallbackChain
from robotvoice.errors import EmptyText, NothingCanSpeak, PlayerFailed, SpokenInPart
from robotvoice.languages import CANNOT_READ
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Outcome, Reason, Utterance

log = logging.getLogger(__name__)

READ_AHEAD = 512
"""Chunks that may wait for the player: enough for a long sentence, so that a gateway is soon free again"""

UNHEARD = 0.5
"""Seconds of sound that a player and its pipe may hold"""

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
    recalled: bool = False
    """Whether all of it came from the phrasebook"""

    def and_then(self, more: "Heard") -> "Heard":
        """Both as one."""
        told = max(self, more, key=lambda each: (each.entry, not each.recalled))
        return replace(told, first_audio=self.first_audio, seconds=self.seconds + more.seconds)


def via(by: SentenceStarted | Heard) -> Literal["gateway", "robot"]:
    """Whose voice is heard; the phrasebook is the robot's."""
    return "robot" if by.substitute or by.recalled else "gateway"


async def play_chain(
    chain: FallbackChain,
    utterance: Utterance,
    loudspeaker: Loudspeaker | None,
    *,
    clock: Callable[[], float] = time.monotonic,
    on_substitute: Callable[[], None] = lambda: None,
    begins: Begins = lambda _: True,
    patience: WaitLimit | None = None,
) -> Heard | None:
    """Returns when all was heard; without a loudspeaker, when all was made. None: no sentence was to begin.

    `on_substitute` is called for each sentence that the first voice of the chain does not speak. Unless the
    settings forbid it, an earcon tells whoever listens that no voice could finish the text.

    Nobody else on this machine speaks meanwhile. A player that breaks is replaced, once in a sentence, which
    is then played again; for a loudspeaker that is not there it waits with `patience`. Raises EmptyText if
    no voice reads any of it, NothingCanSpeak, SpokenInPart, LoudspeakerAway (with the sentence to go on with)
    and PlayerFailed.
    """
    pre_buffer = loudspeaker.pre_buffer if loudspeaker and not plays_files(loudspeaker.settings) else None
    play_out = loudspeaker.play_out if loudspeaker else PlaybackClock(clock)
    ahead = PlayQueue(READ_AHEAD, pre_buffer, clock, play_out)
    speaking = asyncio.create_task(_speak(chain, utterance, ahead, on_substitute), name="speak ahead")
    try:
        taken = _Taken(ahead, clock, begins, loudspeaker)
        if loudspeaker:
            played = await _played(taken, loudspeaker, patience)
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


async def _played(taken: "_Taken", loudspeaker: Loudspeaker, patience: WaitLimit | None) -> Played:
    broken_in, nothing_heard = -1, True
    while True:
        playing = False
        try:
            async with loudspeaker.taken(patience):
                playing = True
                async with aclosing(taken.chunks()) as chunks:
                    return await loudspeaker.play(chunks)
        except LoudspeakerAway as away:
            if patience is None and taken.sentence:
                raise _part(taken.sentence, "played", away.why) from away
            away.sentence = None if nothing_heard else taken.unheard
            raise
        except PlayerFailed as failure:
            nothing_heard &= isinstance(failure, ChildFailed) and failure.before_any_sound
            if not playing or taken.sentence == broken_in:
                if taken.sentence:
                    raise _part(taken.sentence, "played", failure.message) from failure
                raise
            broken_in = taken.sentence
            log.warning("the player is replaced: %s", failure.message)


class _Taken:
    """What a player takes out. It keeps what may not have been heard yet, for the player after it."""

    def __init__(
        self,
        ahead: PlayQueue,
        clock: Callable[[], float],
        begins: Begins,
        loudspeaker: Loudspeaker | None,
    ) -> None:
        self._ahead, self._clock, self._begins = ahead, clock, begins
        self._earcons = loudspeaker if loudspeaker and loudspeaker.settings.earcon else None
        self._before: list[AudioChunk] = []
        self._now: list[AudioChunk] = []
        self._ended = False
        self._format = WIRE_FORMAT
        self.sentence = 0
        """Which one is being taken: so many before it were"""
        self._sentence_before = 0
        self.heard: Heard | None = None
        """Its seconds are what was taken in all, what was taken again aside"""
        self.again = False
        """Whether something was"""
        self.left = False
        """Whether a sentence was not to begin any more"""

    @property
    def unheard(self) -> int | None:
        """The first sentence that may not have been heard to its end; None: none has begun."""
        if self.heard is None:
            return None
        return self._sentence_before if self._before else self.sentence

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
            elif isinstance(taken, SentenceStarted) and self._begins(taken):
                self._sentence_before = self.sentence
                self._before, self._now, self.sentence = self._now, [], taken.sentence
                now = self._clock()
                heard = Heard(taken.entry, taken.origin, taken.substitute, now, recalled=taken.recalled)
                self.heard = self.heard.and_then(heard) if self.heard else heard
            else:
                self._ended, self.left = True, isinstance(taken, SentenceStarted)
                if self._earcons and isinstance(taken, NothingCanSpeak | SpokenInPart):
                    log.info("an earcon says that the text was not finished (%s)", taken.code)
                    self._earcons.tell_of_an_earcon()
                    yield earcon(self._format)

    def _keep(self, chunk: AudioChunk) -> None:
        assert self.heard is not None, "a sentence starts before its first chunk"
        self._now.append(chunk)
        self._format = chunk.format
        self.heard.seconds += chunk.format.seconds(chunk.samples)
        if self._before and sum(each.format.seconds(each.samples) for each in self._now) > UNHEARD:
            self._before.clear()


async def _speak(
    chain: FallbackChain,
    utterance: Utterance,
    ahead: PlayQueue,
    on_substitute: Callable[[], None],
) -> None:
    try:
        async with aclosing(chain.speak(utterance)) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    await ahead.put(event)
                elif isinstance(event, SentenceStarted):
                    await ahead.put(event)
                    if event.entry > 0:
                        on_substitute()
                elif isinstance(event, Ended) and event.outcome is not Outcome.COMPLETE:
                    raise _unfinished(event)
    except (NothingCanSpeak, SpokenInPart) as error:
        await ahead.put(error)
        raise
    except Exception:
        # Not when cancelled: then nobody takes anything out any more, and a full queue stays full.
        await ahead.put(None)
        raise
    await ahead.put(None)


def _unfinished(ended: Ended) -> EmptyText | NothingCanSpeak | SpokenInPart:
    why = ended.reason.text if ended.reason else "no voice is ready"
    if not ended.spoken and ended.reason and ended.reason.code == CANNOT_READ:
        return EmptyText(NOTHING_LEGIBLE.format(why))
    if not ended.spoken:
        return NothingCanSpeak(f"nothing could speak: {why}")
    return _part(len(ended.spoken), "spoken", why)


def _part(number: int, what: str, why: str) -> SpokenInPart:
    first = f"{number} sentences were" if number > 1 else "sentence was"
    return SpokenInPart(f"only the first {first} {what}: {why}")

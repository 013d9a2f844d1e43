"""An utterance on its way to the loudspeaker: made ahead of what is playing, never in full if it is long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from edge_client.player import NullPlayer, Player, open_player
from edge_client.settings import Settings
from speech.audio import AudioChunk, Origin
from speech.chain_events import Ended, SentenceStarted
from speech.errors import NothingCanSpeak, SpokenInPart
from speech.fallback import FallbackChain
from speech.utterance import Outcome, Reason, Utterance

READ_AHEAD = 512
"""Chunks that may wait for the player: enough for a long sentence, so that a gateway is soon free again"""

Ahead = asyncio.Queue[AudioChunk | None]


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
) -> Heard:
    """Returns when all was heard; without `play`, when all was made.

    Raises NothingCanSpeak, SpokenInPart and PlayerFailed.
    """
    ahead = Ahead(READ_AHEAD)
    speaking = asyncio.create_task(_speak(chain, utterance, ahead, clock, on_sentence), name="speak ahead")
    try:
        player: Player = await open_player(settings, clock=clock) if play else NullPlayer(clock)
        played = await player.play(_taken_from(ahead))
        heard = await speaking
    finally:
        speaking.cancel()
        await asyncio.wait({speaking})
    if played.first_audio is not None:
        heard.first_audio = played.first_audio
    heard.seconds = played.seconds
    return heard


async def _speak(
    chain: FallbackChain,
    utterance: Utterance,
    ahead: Ahead,
    clock: Callable[[], float],
    on_sentence: Callable[[SentenceStarted], None],
) -> Heard:
    heard: Heard | None = None
    try:
        async with aclosing(chain.speak(utterance)) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    await ahead.put(event)
                elif isinstance(event, SentenceStarted):
                    on_sentence(event)
                    if heard is None or event.entry > heard.entry:
                        heard = Heard(event.entry, event.origin, event.substitute, clock())
                elif isinstance(event, Ended) and event.outcome is not Outcome.COMPLETE:
                    raise _unfinished(event)
    except Exception:
        # Not when cancelled: then nobody takes anything out any more, and a full queue stays full.
        await ahead.put(None)
        raise
    await ahead.put(None)
    assert heard is not None, "a complete utterance has a sentence that started"
    return heard


async def _taken_from(ahead: Ahead) -> AsyncIterator[AudioChunk]:
    while chunk := await ahead.get():
        yield chunk


def _unfinished(ended: Ended) -> NothingCanSpeak | SpokenInPart:
    why = ended.reason.text if ended.reason else "no voice is ready"
    if not ended.spoken:
        return NothingCanSpeak(f"nothing could speak: {why}")
    number = len(ended.spoken)
    return SpokenInPart(
        f"only the first {f'{number} sentences were' if number > 1 else 'sentence was'} spoken: {why}"
    )

"""One utterance, from the chain's events to the WebSocket's messages."""

import base64
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Protocol

from gateway.encoders.resample import at_wire_rate, whole_at_wire_rate
from gateway.observe.request_log import TextRecord
from robotvoice.chain.ahead import ahead
from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import NoKey
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk
from robotvoice.utterance import Outcome, Reason, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire

PIECE = WIRE_FORMAT.sample_rate // 2 * WIRE_FORMAT.frame_bytes
"""Bytes; half a second"""


class Outlet(Protocol):
    """Where messages and audio go. Raises ConnectionError when the client is gone."""

    async def send(self, message: wire.Answer) -> None: ...
    async def send_sound(self, sound: bytes | wire.Audio, seconds: float) -> None: ...


async def speak(
    request: wire.Synthesize,
    utterance: Utterance,
    chain: FallbackChain,
    outlet: Outlet,
    budget: Budget,
    seen: TextRecord,
    *,
    tells_stored: bool = True,
    loss: Callable[[], Reason | None] = lambda: None,
) -> None:
    """Sends everything up to `complete` or `error`. Raises ConnectionError when the client is gone.

    `tells_stored`: whether the client may learn that it was said before. `loss`: why it may hear no other
    sentence.
    """
    telling = _Telling(request, chain.own_engine, outlet, seen.warnings, tells_stored=tells_stored)
    if not request.stream:
        events = _all_at_once(chain, utterance, budget, seen)
    else:
        speak = partial(chain.speak, utterance, repeat_heard=request.engines == "all", budget=budget)
        events = ahead(speak) if len(utterance.sentences) > 1 else speak()
    async with aclosing(at_wire_rate(events)) as events:
        async for event in events:
            if isinstance(event, SentenceStarted) and event.sentence and (why := loss()):
                raise NoKey(why.text)
            seen.see(event)
            await telling.tell(event)


async def _all_at_once(
    chain: FallbackChain, utterance: Utterance, budget: Budget, seen: TextRecord
) -> AsyncGenerator[ChainEvent, None]:
    """The events of an utterance in one voice and one piece."""
    whole = await speak_whole(chain, utterance, within=budget.whole, taken_over=seen.see)
    yield SentenceStarted(0, whole.entry, whole.origin, WIRE_FORMAT, whole.substitute)
    yield AudioChunk(await whole_at_wire_rate(whole.chunks), WIRE_FORMAT, whole.origin)
    yield Ended(Outcome.COMPLETE, whole.spoken)


class _Telling:
    """What one client is told of an utterance; one without an `id` only hears the sound and its end."""

    def __init__(
        self,
        request: wire.Synthesize,
        own_engine: str,
        outlet: Outlet,
        warnings: VoiceWarnings,
        *,
        tells_stored: bool,
    ) -> None:
        self._tells_stored = tells_stored
        self._warnings = warnings
        self._own_engine = own_engine
        self._id = request.id
        self._binary = request.audio == "binary"
        self._one_piece = not request.stream
        self._outlet = outlet
        self._started = False
        self._samples = 0

    async def tell(self, event: ChainEvent) -> None:
        match event:
            case AudioChunk():
                await (self._all_in_one(event.pcm) if self._one_piece else self._audio(event.pcm))
                self._samples += event.samples
            case SentenceStarted():
                if not self._started and self._id is not None:
                    await self._outlet.send(self._start(event))
                self._started = True
            case TakenOver():
                if self._id is not None:
                    await self._outlet.send(
                        wire.Takeover(
                            self._id, event.sentence, event.from_engine, event.to_engine, event.reason.code
                        )
                    )
            case Ended():
                await self._end(event)

    def _start(self, event: SentenceStarted) -> wire.Start:
        origin, reason = event.origin, event.substitute
        return wire.Start(
            id=self._id,
            sample_rate=WIRE_FORMAT.sample_rate,
            channels=WIRE_FORMAT.channels,
            engine=origin.engine,
            voice=origin.voice,
            settings=origin.settings,
            stored=origin.stored and self._tells_stored,
            substitute=None
            if reason is None
            else wire.Substitute(self._own_engine, reason.code, reason.text),
            warnings=tuple(self._warnings),
        )

    async def _audio(self, pcm: bytes) -> None:
        """Whatever the engine gave, it goes out in pieces that a client reads in a moment."""
        for start in range(0, len(pcm), PIECE):
            piece = pcm[start : start + PIECE]
            seconds = WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(piece)))
            await self._outlet.send_sound(piece if self._binary else self._in_text(piece), seconds)

    async def _all_in_one(self, pcm: bytes) -> None:
        # Nobody hears the beginning of one message while its end is on its way.
        if self._binary:
            await self._outlet.send_sound(pcm, 0.0)
        else:
            await self._outlet.send(self._in_text(pcm, final=True))

    def _in_text(self, pcm: bytes, *, final: bool = False) -> wire.Audio:
        return wire.Audio(self._id, base64.b64encode(pcm).decode("ascii"), WIRE_FORMAT.sample_rate, final)

    async def _end(self, event: Ended) -> None:
        seconds = WIRE_FORMAT.seconds(self._samples)
        spoken = event.spoken
        if not self._tells_stored:
            spoken = tuple(replace(each, stored=False) for each in spoken)
        if event.outcome is not Outcome.COMPLETE:
            detail = event.reason.text if event.reason else "nothing could speak it"
            reason = event.reason.code if event.reason else None
            await self._outlet.send(wire.Error(self._id, "incomplete", detail, spoken, reason))
            return
        if not (self._binary or self._one_piece):
            await self._outlet.send(self._in_text(b"", final=True))
        warnings = tuple(self._warnings)
        await self._outlet.send(wire.Complete(self._id, round(seconds * 1000), spoken, warnings))

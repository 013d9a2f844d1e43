"""One utterance, from the chain's events to the WebSocket's messages."""

import asyncio
import base64
import logging
from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Protocol

from aiohttp import web

from gateway.resample import at_wire_rate
from speech import wire
from speech.audio import WIRE_FORMAT, AudioChunk
from speech.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from speech.fallback import FallbackChain
from speech.utterance import Outcome, Utterance
from speech.whole_file import speak_whole

log = logging.getLogger(__name__)

SEND_WITHIN = 60.0
"""Seconds a client may take to read one message; a robot may read no faster than it plays."""


class Outlet(Protocol):
    """Where messages and audio go. Raises ConnectionError when the client is gone."""

    async def send(self, message: wire.Answer) -> None: ...
    async def send_pcm(self, pcm: bytes) -> None: ...


class SocketOutlet:
    """A WebSocket, with a deadline for each message."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket

    async def send(self, message: wire.Answer) -> None:
        await self._within(self._socket.send_str(wire.encode(message)))

    async def send_pcm(self, pcm: bytes) -> None:
        await self._within(self._socket.send_bytes(pcm))

    async def _within(self, sending: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(SEND_WITHIN):
                await sending
        except TimeoutError:
            raise ConnectionError(f"the client read nothing for {SEND_WITHIN:g} s") from None


async def speak(request: wire.Synthesize, utterance: Utterance, chain: FallbackChain, outlet: Outlet) -> None:
    """Sends everything up to `complete` or `error`. Raises ConnectionError when the client is gone."""
    telling = _Telling(request, utterance, chain.own_engine, outlet)
    events = (
        chain.speak(utterance, repeat_heard=request.engines == "all")
        if request.stream
        else _all_at_once(chain, utterance)
    )
    async with aclosing(at_wire_rate(events)) as events:
        async for event in events:
            await telling.tell(event)


async def _all_at_once(chain: FallbackChain, utterance: Utterance) -> AsyncGenerator[ChainEvent, None]:
    """The events of an utterance in one voice and one piece."""
    whole = await speak_whole(chain, utterance)
    sample_format = whole.chunks[0].format
    yield SentenceStarted(0, 0, whole.origin, sample_format, whole.substitute)
    yield AudioChunk(b"".join(chunk.pcm for chunk in whole.chunks), sample_format, whole.origin)
    yield Ended(Outcome.COMPLETE, whole.spoken)


class _Telling:
    """What one client is told of an utterance; one without an `id` only hears the sound and its end."""

    def __init__(
        self, request: wire.Synthesize, utterance: Utterance, own_engine: str, outlet: Outlet
    ) -> None:
        self._own_engine = own_engine
        self._id = request.id
        self._binary = request.audio == "binary"
        self._utterance = utterance
        self._outlet = outlet
        self._started = False
        self._samples = 0

    async def tell(self, event: ChainEvent) -> None:
        match event:
            case AudioChunk():
                await self._audio(event.pcm)
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
            stored=origin.stored,
            substitute=None
            if reason is None
            else wire.Substitute(self._own_engine, reason.code, reason.text),
        )

    async def _audio(self, pcm: bytes, *, final: bool = False) -> None:
        if self._binary:
            await self._outlet.send_pcm(pcm)
        else:
            data = base64.b64encode(pcm).decode("ascii")
            await self._outlet.send(wire.Audio(self._id, data, WIRE_FORMAT.sample_rate, final))

    async def _end(self, event: Ended) -> None:
        seconds = WIRE_FORMAT.seconds(self._samples)
        log.info(
            "spoken" if event.outcome is Outcome.COMPLETE else "not spoken to the end",
            extra={
                "utterance": self._utterance.id,
                "persona": self._utterance.persona,
                "engines": ",".join(sorted({row.engine for row in event.spoken})),
                "seconds": round(seconds, 3),
                "reason": event.reason.code if event.reason else "none",
            },
        )
        if event.outcome is not Outcome.COMPLETE:
            detail = event.reason.text if event.reason else "nothing could speak it"
            await self._outlet.send(wire.Error(self._id, "incomplete", detail, event.spoken))
            return
        if not self._binary:
            await self._audio(b"", final=True)
        await self._outlet.send(wire.Complete(self._id, round(seconds * 1000), event.spoken))

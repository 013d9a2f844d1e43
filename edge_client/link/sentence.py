"""One sentence over a WebSocket: asked for, admitted, heard."""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TYPE_CHECKING

from edge_client.link.gateway_answers import check_admitted, check_end, chunk_of, origin_of, pass_on_warnings
from robotvoice.chain.budget import possible_budget
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import FIRST_AUDIO_BUDGET, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.text.spoken_length import LONGEST_GAP, LONGEST_START, longest_seconds
from robotvoice.utterance import RequestOptions, Sentence
from robotvoice.wire import wire

if TYPE_CHECKING:
    from edge_client.link.socket import Exchange, Socket

FOR_A_NO = 0.1
"""Seconds before the listener's time is over in which a gateway says that it will not be in time"""
LISTEN_EVERY = 0.03
"""Seconds without an answer after which a gateway that has yet to begin is asked for a sign of life"""
WRITTEN_OUT = 2.0
"""Times as long as its text alone tells: a gateway may have other words for what stands there"""
SLOW_FOR = 2.0
"""Seconds waited for sound on top of what a slow machine needs"""
SLOWEST = 3.0
"""Seconds that a second of sound may take to be made, from its first on"""


def request_of(sentence: Sentence, voice: VoiceSpec, id: str, round_trip: float) -> wire.Synthesize:
    """`voice.voice` is the persona; the way there and back is taken off the budget, and what a no takes."""
    asked, budget = sentence.asked, None
    if asked.start_by < math.inf:
        left = asked.start_by - asyncio.get_running_loop().time() - round_trip - FOR_A_NO
        budget = round(possible_budget(left) * 1000)
    return wire.Synthesize(
        text=sentence.text,
        id=id,
        voice=voice.voice,
        language=voice.language,
        audio="binary",
        engines="own",
        priority=asked.priority.word,
        budget_ms=budget,
        prepared=True,
        speed=asked.speed,
    )


def seconds_for(sentence: Sentence) -> float:
    """Until its first sound."""
    start_by = sentence.asked.start_by
    return start_by - asyncio.get_running_loop().time() if start_by < math.inf else FIRST_AUDIO_BUDGET


class SoundBounds:
    """How much sound a gateway may send for one sentence, and how slowly, so that the next one is heard."""

    def __init__(self, text: str, speed: float) -> None:
        """`speed` is how many times as fast as usual it is to be spoken."""
        longest = LONGEST_START + longest_seconds(text, any_language=True) + LONGEST_GAP
        self._most = WRITTEN_OUT * longest / min(1.0, speed)
        self._sound = self._waited = 0.0

    def add(self, sound: float, waited: float) -> None:
        """Seconds of sound that came, and how many were waited for them. Raises EngineFailure."""
        if self._sound:
            self._waited += waited
        self._sound += sound
        if self._sound > self._most:
            raise EngineFailure("too_long", "gateway sends more sound than the sentence can be")
        if self._waited > SLOW_FOR + SLOWEST * self._sound:
            raise EngineFailure("too_slow", "gateway sends sound far slower than it is heard")


async def spoken_over(
    socket: "Socket", request: wire.Synthesize, within: float, asked: RequestOptions
) -> AsyncGenerator[AudioChunk, None]:
    """What is sent for a request, which has an id; its first sound is to come in `within` seconds.

    A sentence that is not wanted any more, or would begin too late, is cancelled there if the connection
    stays; else the connection is closed.

    Raises EngineFailure, and EngineUnavailable for a refusal. An answer that is only late is a refusal where
    there is a heartbeat to say whether that is the gateway's fault, else a failure.
    """
    id = request.id or ""
    ended = False
    clock, bounds = asyncio.get_running_loop().time, SoundBounds(request.text, asked.speed)
    with socket.exchange(id) as answers:
        try:
            await socket.send(request)
            if socket.heartbeat:
                # So that at the end of this wait it is known who does not answer.
                await socket.heartbeat.ping()
            answer = await _answer(socket, answers)
            ended = isinstance(answer, wire.Unavailable | wire.Error)
            check_admitted(answer, within, socket.endpoint.pin.name if socket.endpoint.pin else None)
            origin: Origin | None = None
            samples = 0
            while not ended:
                since = clock()
                frame = await (answers.receive() if samples else _first_sound(socket, answers))
                if isinstance(frame, bytes):
                    chunk = chunk_of(frame, origin)
                    samples += chunk.samples
                    bounds.add(chunk.format.seconds(chunk.samples), clock() - since)
                    yield chunk
                elif isinstance(frame, wire.Start):
                    origin = origin_of(frame)
                    pass_on_warnings(frame, asked)
                elif isinstance(frame, wire.ENDS):
                    ended = True
                    if isinstance(frame, wire.Complete):
                        pass_on_warnings(frame, asked)
                    check_end(frame, samples)
        finally:
            # After an end nothing more comes for this sentence, and the connection serves the next one.
            if ended:
                socket.has_answered = True
            elif socket.heartbeat is None:
                await socket.close()
            elif not socket.failure:
                socket.heartbeat.check()
                with suppress(EngineFailure):
                    await socket.send(wire.Cancel(id))


async def _answer(socket: "Socket", answers: "Exchange") -> bytes | wire.Answer:
    """Yes or no comes at once from a gateway that lives."""
    try:
        async with asyncio.timeout(socket.answer_within):
            return await answers.receive()
    except TimeoutError:
        kind = EngineUnavailable if socket.heartbeat else EngineFailure
        raise kind("no_answer", "gateway did not answer in time") from None


async def _first_sound(socket: "Socket", answers: "Exchange") -> bytes | wire.Answer:
    """What comes next, as long as the gateway is heard to live."""
    while socket.heartbeat:
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTEN_EVERY):
                return await answers.receive()
        await socket.heartbeat.ping()
        if socket.is_silent:
            raise EngineUnavailable("no_answer", "gateway fell silent before it began to speak")
    return await answers.receive()

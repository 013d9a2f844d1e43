"""One sentence over a connection that is kept: asked for, admitted, heard."""

import asyncio
import math
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from edge_client.link import _check_length, _chunk, _origin, _refusal, _remark
from speech import wire
from speech.audio import AudioChunk, Origin
from speech.errors import EngineFailure, EngineUnavailable
from speech.persona import VoiceSpec
from speech.utterance import Priority, Sentence

if TYPE_CHECKING:
    from edge_client.kept_link_socket import Exchange, KeptSocket

PRIORITIES: Mapping[Priority, Literal["urgent", "dialogue", "story", "background"]] = {
    Priority.URGENT: "urgent",
    Priority.DIALOGUE: "dialogue",
    Priority.STORY: "story",
    Priority.BACKGROUND: "background",
}
LEAST_BUDGET_MS, MOST_BUDGET_MS = 50, 600_000
LISTEN_EVERY = 0.03
"""Seconds without an answer after which a gateway that has yet to begin is asked for a sign of life"""


def request_of(sentence: Sentence, voice: VoiceSpec, id: str, round_trip: float) -> wire.Synthesize:
    """`voice.voice` is the persona; the way there and back is taken off the budget."""
    asked, budget = sentence.asked, None
    if asked.start_by < math.inf:
        left = asked.start_by - asyncio.get_running_loop().time() - round_trip
        budget = min(max(round(left * 1000), LEAST_BUDGET_MS), MOST_BUDGET_MS)
    return wire.Synthesize(
        text=sentence.text,
        id=id,
        voice=voice.voice,
        audio="binary",
        engines="own",
        priority=PRIORITIES[asked.priority],
        budget_ms=budget,
        prepared=True,
    )


async def spoken_over(
    socket: "KeptSocket", request: wire.Synthesize, id: str
) -> AsyncGenerator[AudioChunk, None]:
    """A sentence that is not wanted any more is cancelled; the connection stays.

    Raises EngineFailure, and EngineUnavailable for a refusal or an answer that is only late: whether that is
    the gateway's fault is for its heartbeat to say.
    """
    ended = False
    with socket.exchange(id) as answers:
        try:
            await socket.send(wire.encode(request))
            await socket.ping()  # so that at the end of this wait it is known who does not answer
            answer = await _answer(socket, answers)
            if isinstance(answer, wire.Unavailable):
                ended = True
                retry = None if answer.retry_after_ms is None else answer.retry_after_ms / 1000
                remark = _remark(answer.detail or answer.reason)
                raise EngineUnavailable(_remark(answer.reason), f"gateway: {remark}", retry)
            if isinstance(answer, wire.Error):
                ended = True
                raise _refusal(answer)
            if not isinstance(answer, wire.Accepted):
                raise EngineFailure(
                    "protocol", "gateway answered a request with something else than yes or no"
                )
            origin: Origin | None = None
            samples = 0
            while not ended:
                frame = await (answers.receive() if samples else _first_sound(socket, answers))
                if isinstance(frame, bytes):
                    chunk = _chunk(frame, origin)
                    samples += chunk.samples
                    yield chunk
                elif isinstance(frame, wire.Start):
                    origin = _origin(frame)
                elif isinstance(frame, wire.ENDS):
                    ended = True
                    _check_end(frame, samples)
        finally:
            if not ended and not socket.failure:
                socket.check()
                with suppress(EngineFailure):
                    await socket.send(wire.encode(wire.Cancel(id)))


async def _answer(socket: "KeptSocket", answers: "Exchange") -> bytes | wire.Answer:
    """Yes or no comes at once from a gateway that lives."""
    try:
        async with asyncio.timeout(socket.answer_within):
            return await answers.receive()
    except TimeoutError:
        raise EngineUnavailable("no_answer", "gateway did not answer in time") from None


async def _first_sound(socket: "KeptSocket", answers: "Exchange") -> bytes | wire.Answer:
    """What comes next, as long as the gateway is heard to live."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LISTEN_EVERY):
                return await answers.receive()
        await socket.ping()
        if socket.is_silent:
            raise EngineUnavailable("no_answer", "gateway fell silent before it began to speak")


def _check_end(frame: wire.Complete | wire.Error | wire.Cancelled, samples: int) -> None:
    if isinstance(frame, wire.Complete):
        _check_length(frame, samples)
    elif isinstance(frame, wire.Error):
        raise _refusal(frame)
    else:
        raise EngineFailure("cut", "gateway gave up a sentence")

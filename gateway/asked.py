"""What a request says besides its text: who asks, how urgently, and how long the answer may take."""

import re
from collections.abc import Sequence
from dataclasses import replace

from aiohttp import web

from speech import wire
from speech.budget import Budget
from speech.errors import InvalidMessage
from speech.persona import Persona
from speech.utterance import Asked, Priority, Sentence

PRIORITIES = {priority.name.lower(): priority for priority in Priority}
DIGITS = re.compile(r"[0-9]{1,9}")
LEAST_BUDGET_MS, MOST_BUDGET_MS = 50, 600_000


def client_of(request: web.BaseRequest) -> str:
    """A connection: who opens several speaks as several."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else ""


def asked_over_http(request: web.BaseRequest) -> Asked:
    """Raises InvalidMessage."""
    priority = request.headers.get(wire.HEADER_PRIORITY, "dialogue").lower()
    if priority not in PRIORITIES:
        raise InvalidMessage(f"{wire.HEADER_PRIORITY} must be one of {', '.join(PRIORITIES)}")
    return Asked(client_of(request), PRIORITIES[priority])


def own_only(request: web.BaseRequest) -> bool:
    """Whether the caller has substitutes of its own. Raises InvalidMessage."""
    engines = request.headers.get(wire.HEADER_ENGINES, "all").lower()
    if engines not in ("own", "all"):
        raise InvalidMessage(f"{wire.HEADER_ENGINES} must be own or all")
    return engines == "own"


def asked_by_message(client: str, message: wire.Synthesize) -> Asked:
    return Asked(client, PRIORITIES[message.priority])


def budget_header(request: web.BaseRequest) -> float | None:
    """Seconds; None: the request does not say. Raises InvalidMessage."""
    value = request.headers.get(wire.HEADER_BUDGET)
    if value is None:
        return None
    return _seconds(int(value) if DIGITS.fullmatch(value) else -1, wire.HEADER_BUDGET)


def budget_field(message: wire.Synthesize) -> float | None:
    """Seconds; None: the message does not say. Raises InvalidMessage."""
    return None if message.budget_ms is None else _seconds(message.budget_ms, "budget_ms")


def streamed(persona: Persona, said: float | None) -> Budget:
    """Of an answer that is heard while it is made."""
    return Budget(first_audio=persona.first_audio_budget if said is None else said)


def whole(persona: Persona, said: float | None) -> float:
    """Seconds for an answer that is nothing before it is whole."""
    return persona.whole_answer_budget if said is None else said


def with_asked(sentences: Sequence[Sentence], asked: Asked) -> tuple[Sentence, ...]:
    return tuple(replace(sentence, asked=asked) for sentence in sentences)


def _seconds(milliseconds: int, field: str) -> float:
    if not LEAST_BUDGET_MS <= milliseconds <= MOST_BUDGET_MS:
        raise InvalidMessage(f"{field} must be from {LEAST_BUDGET_MS} to {MOST_BUDGET_MS} milliseconds")
    return milliseconds / 1000

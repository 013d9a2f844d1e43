"""What the daemon tells of its lines, to as many as listen. It holds no text."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from edge_client.daemon.job import Line
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import TooManyRequests

Announcement = dict[str, Any]
"""One row of `GET /events`"""
Listener = asyncio.Queue[Announcement | None]

MOST_LISTENERS = 16
MOST_UNREAD = 256
"""Announcements; who falls further behind hears no more"""


def announcement(event: str, line: Line, sentence: SentenceStarted | None, at: float) -> Announcement:
    """`at` is in seconds since 1970."""
    told: Announcement = {
        "type": event,
        "id": line.id,
        "at": round(at, 3),
        "persona": line.persona.id,
        "priority": line.priority.name.lower(),
    }
    if sentence:
        why = sentence.substitute
        told |= {
            "sentence": sentence.sentence,
            "via": "robot" if why or sentence.recalled else "gateway",
            "engine": sentence.origin.engine,
            "voice": sentence.origin.voice,
            "stored": sentence.origin.stored,
            "reason": why.code if why else None,
        }
    if line.error:
        told |= {"code": line.error.code, "error": line.error.message}
    if event == "cut":
        told["goes_on"] = not line.ended
    return told


class Announcements:
    """Hands each announcement to everybody who listens."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._ended = False

    def tell(self, told: Announcement) -> None:
        for listener in tuple(self._listeners):
            if listener.qsize() < MOST_UNREAD:
                listener.put_nowait(told)
            else:
                self._send_away(listener)

    @asynccontextmanager
    async def listened_to(self) -> AsyncGenerator[Listener, None]:
        """What is told from now on; None is the last. Raises TooManyRequests."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise TooManyRequests(f"{MOST_LISTENERS} programs listen already; end one of them")
        listener = Listener(MOST_UNREAD + 1)
        self._listeners.add(listener)
        if self._ended:
            self._send_away(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Everybody hears that there is no more."""
        self._ended = True
        for listener in tuple(self._listeners):
            self._send_away(listener)

    def _send_away(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        listener.put_nowait(None)

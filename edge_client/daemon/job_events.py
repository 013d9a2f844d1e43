"""What the daemon tells of its jobs: to as many as listen, and in numbers for `status`. It holds no text."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from edge_client.daemon.job import Job
from edge_client.playback.utterance_playback import via
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import PlayerFailed, TooManyRequests

Announcement = dict[str, Any]
"""One row of `GET /events`"""
Listener = asyncio.Queue[Announcement | None]

MOST_LISTENERS = 16
MOST_UNREAD = 256
"""Announcements; who falls further behind hears no more"""
MOST_KINDS = 64
"""Voices and reasons that are counted one by one; a gateway may make up as many as it likes"""
ERRORS_KEPT = 10


def announcement(event: str, job: Job, sentence: SentenceStarted | None, at: float) -> Announcement:
    """`at` is in seconds since 1970."""
    told: Announcement = {
        "type": event,
        "id": job.id,
        "at": round(at, 3),
        "persona": job.persona.id,
        "priority": job.priority.word,
    }
    if sentence:
        why = sentence.substitute
        told |= {
            "sentence": sentence.sentence,
            "via": via(sentence),
            "engine": sentence.origin.engine,
            "voice": sentence.origin.voice,
            "stored": sentence.origin.stored,
            "reason": why.code if why else None,
        }
    if job.error:
        told |= {"code": job.error.code, "error": job.error.message}
    if event == "cut":
        told["goes_on"] = not job.ended
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


class Tally:
    """Of a daemon's life. Times are in seconds of the wall clock."""

    def __init__(self) -> None:
        self._spoken: Counter[tuple[str, str, bool]] = Counter()
        self._reasons: dict[str, dict[str, Any]] = {}
        self._jobs: Counter[str] = Counter()
        self._errors: deque[dict[str, Any]] = deque(maxlen=ERRORS_KEPT)

    def sentence(self, started: SentenceStarted, now: float) -> None:
        """One that is being heard."""
        why, stored = started.substitute, started.recalled
        key = (via(started), started.origin.engine, stored)
        self._spoken[
            key if key in self._spoken or len(self._spoken) < MOST_KINDS else (key[0], "others", stored)
        ] += 1
        if why:
            code = why.code if why.code in self._reasons or len(self._reasons) < MOST_KINDS else "others"
            before = self._reasons.get(code, {"sentences": 0})["sentences"]
            told = {"code": code, "reason": why.text, "sentences": before + 1, "last": round(now, 3)}
            self._reasons[code] = told

    def job(self, event: str, job: Job, now: float) -> None:
        """One that ended, or had to make room."""
        self._jobs[event] += 1
        if job.error and (event == "failed" or isinstance(job.error, PlayerFailed)):
            told = {"at": round(now, 3), "code": job.error.code, "error": job.error.message}
            self._errors.append(told)

    def as_json(self) -> dict[str, Any]:
        """`spoken` counts sentences (`stored`: from the phrasebook), `lines` what became of whole texts."""
        return {
            "spoken": [
                {"via": via, "engine": engine, "stored": stored, "sentences": count}
                for (via, engine, stored), count in self._spoken.most_common()
            ],
            "reasons": sorted(self._reasons.values(), key=lambda each: -each["last"]),
            "lines": dict(self._jobs),
            "errors": list(self._errors),
        }

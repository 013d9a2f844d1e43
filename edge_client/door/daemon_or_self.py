"""The one door: a text is said by the daemon if there is one, else by this process itself.

Commands, programs and scripts use it. What nobody waits for is told by the log, as an error: a command shows
nothing less, and one that says nothing would seem to hang.
"""

import asyncio
import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_client.daemon.daemon_client import reach, reach_or_raise
from edge_client.daemon.daemon_errors import DaemonGone, DaemonHangs, NoDaemon, TooLate
from edge_client.settings.settings import Settings
from edge_client.speaking.result import Queued, Said, from_answer
from robotvoice.utterance import PriorityName

if TYPE_CHECKING:  # Who asks a daemon needs nothing of what speaks.
    from edge_client.playback.players.playback_clock import PlaybackClock
    from edge_client.speaking.robot import Script

log = logging.getLogger(__name__)

NOTICE = 1.5
"""Seconds after which it is told if there is no loudspeaker; others may only be speaking"""


@dataclass(frozen=True, slots=True)
class SayRequest:
    """A text, and how it is to be said."""

    text: str
    settings: Settings
    persona: str | None = None
    """None: the one of the settings"""
    language: str | None = None
    """A tag; None: the persona's own"""
    priority: PriorityName = "dialogue"
    deadline: float | None = None
    """Seconds from now, in which it must begin"""
    wait: bool = True
    """Until it was spoken"""
    play: bool = True
    file: Path | None = None
    by_daemon: bool = True
    """Whether one may say it: it plays as its own settings say, and writes no files for others"""

    @property
    def who(self) -> str:
        return self.settings.persona if self.persona is None else self.persona


async def by_the_daemon(request: SayRequest) -> Said | Queued:
    """Raises NoDaemon if none has taken it, so that somebody else may say it, and what the daemon met."""
    if not request.by_daemon:
        raise NoDaemon("it is not for a daemon")
    port = request.settings.daemon_port
    try:
        daemon = await reach_or_raise(port)
    except DaemonHangs as hangs:
        raise NoDaemon(hangs.message) from hangs
    # A daemon has settings of its own: only a choice is passed on, not a default.
    chosen = request.settings.persona if request.settings.persona != Settings().persona else None
    async with daemon:
        telling = asyncio.create_task(_tell_whom_it_waits_for(port), name="tell whom it waits for")
        try:
            answer = await daemon.say(
                request.text,
                persona=chosen if request.persona is None else request.persona,
                language=request.language,
                priority=request.priority,
                deadline_ms=None if request.deadline is None else round(request.deadline * 1000),
                wait=request.wait,
            )
        finally:
            telling.cancel()
            await asyncio.wait({telling})
    if request.wait:
        return from_answer(request.text, answer)
    if problem := answer.get("problem"):
        log.error("it may not be heard: %s", problem)
    return Queued(answer["id"], tuple(answer.get("warnings", ())))


async def by_itself(
    request: SayRequest,
    asked_at: float,
    *,
    script: "Script | None" = None,
    before: "Collection[asyncio.Task[Any]]" = (),
    play_out: "PlaybackClock | None" = None,
) -> Said:
    """When these tasks have ended; `script` is its text, if that has been read before.

    Raises TooLate if it has not begun within its deadline from `asked_at` on, a time of the loop, and what
    `Robot.say` raises.
    """
    from edge_client.speaking.robot import Robot

    begin_by = None if request.deadline is None else asked_at + request.deadline
    try:
        async with asyncio.timeout_at(begin_by) as limit:

            def begins(_: object) -> bool:
                limit.reschedule(None)
                return True

            if before:
                await asyncio.wait(before)
            return await Robot(request.settings, play_out=play_out).say(
                script or request.text,
                request.who,
                language=request.language,
                out=request.file,
                play=request.play and request.settings.player != "none",
                begins=begins,
            )
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TooLate(f"nothing was said: it could not begin within {request.deadline:g} s") from error


async def _tell_whom_it_waits_for(port: int) -> None:
    await asyncio.sleep(NOTICE)
    with suppress(DaemonGone):  # who asked is told
        if daemon := await reach(port):
            async with daemon:
                problem = (await daemon.status())["loudspeaker"]["problem"]
            if problem:
                log.error("it waits for the loudspeaker: %s", problem)

"""What this process says: by the daemon when there is one, else by itself, one line after another."""

import asyncio
import logging
import os
import time
import uuid
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from edge_client.daemon.daemon_client import DaemonClient, reach
from edge_client.daemon.daemon_errors import Stopped, TooLate
from edge_client.ground.work_thread import WorkThread
from edge_client.personas.known_personas import load_known_personas
from edge_client.playback.players.play_out import PlayOut
from edge_client.settings.settings import Settings
from edge_client.speaking.result import Said
from edge_client.speaking.robot import LONGEST_TEXT, Robot
from robotvoice.errors import RobotVoiceError, TooManyRequests
from robotvoice.reading import PLAIN
from robotvoice.text import clean

log = logging.getLogger(__name__)

MOST_WAITING = 64
"""Lines of this process, as many as the daemon takes"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, and how it is to be said."""

    text: str
    persona: str | None
    """None: the one of the settings"""
    priority: str
    deadline: float | None
    """Seconds from now, in which it must begin"""
    play: bool
    file: Path | None
    settings: Settings
    language: str | None = None
    """A tag; None: the persona's own"""

    @property
    def who(self) -> str:
        return self.settings.persona if self.persona is None else self.persona

    @property
    def is_for_the_daemon(self) -> bool:
        """A daemon plays; it writes no files for others."""
        return self.play and self.file is None and self.settings.player != "none"


@dataclass(slots=True, eq=False)
class _Own:
    """A line that this process says itself."""

    task: "asyncio.Task[Any]"
    stopped: bool = False


class LinesOfProcess:
    """Its coroutines run in `thread`, and nowhere else."""

    def __init__(self) -> None:
        self.thread = WorkThread("robotvoice")
        self._own: dict[str, _Own] = {}
        self._play_outs: dict[float, PlayOut] = {}
        """What is known of the loudspeaker, by what counts as its rest"""

    async def say(self, asked: Asked) -> Said:
        """Returns when it was spoken. Raises RobotVoiceError."""
        asked_at = asyncio.get_running_loop().time()
        if asked.is_for_the_daemon and (daemon := await reach(asked.settings.daemon_port)):
            async with daemon:
                return _said(asked.text, await _by_the_daemon(daemon, asked, wait=True))
        return await self._by_itself(uuid.uuid4().hex[:12], asked, asked_at)

    async def begin(self, asked: Asked) -> str:
        """Returns at once, with the line's id. Raises RobotVoiceError for what cannot be said at all."""
        asked_at = asyncio.get_running_loop().time()
        if asked.is_for_the_daemon and (daemon := await reach(asked.settings.daemon_port)):
            async with daemon:
                return str((await _by_the_daemon(daemon, asked, wait=False))["id"])
        who = load_known_personas(asked.settings.state_dir).find(asked.who)
        clean(asked.text, LONGEST_TEXT, who.reading if who else PLAIN)
        self._make_room()
        line = uuid.uuid4().hex[:12]
        registered = asyncio.Event()
        self.thread.start(lambda: self._unattended(line, asked, asked_at, registered))
        await registered.wait()
        return line

    async def stop(self, line: str | None, port: int) -> list[str]:
        """Ends that line, or all that this process and the daemon say; returns their ids."""
        ended = [each for each in self._own if line in (None, each)]
        tasks = {self._own[each].task for each in ended}
        for each in ended:
            self._own[each].stopped = True
            self._own[each].task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if line not in ended and (daemon := await reach(port)):
            async with daemon:
                ended += await daemon.stop(line)
        return ended

    async def _unattended(self, line: str, asked: Asked, asked_at: float, registered: asyncio.Event) -> None:
        """Nobody waits for it: why it was not spoken is in the log."""
        try:
            await self._by_itself(line, asked, asked_at, registered)
        except Stopped:
            log.info("line %s was stopped", line)
        except RobotVoiceError as error:
            log.warning("line %s was not spoken: %s", line, error.message)
        except Exception:
            log.exception("line %s broke", line)
        finally:
            registered.set()

    async def _by_itself(
        self, line: str, asked: Asked, asked_at: float, registered: asyncio.Event | None = None
    ) -> Said:
        self._make_room()
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        before = {each.task for each in self._own.values()}
        own = self._own[line] = _Own(task)
        if registered:
            registered.set()
        try:
            begin_by = None if asked.deadline is None else asked_at + asked.deadline
            async with asyncio.timeout_at(begin_by) as limit:

                def begins(_: object) -> bool:
                    limit.reschedule(None)
                    return True

                if before:
                    await asyncio.wait(before)
                rest = asked.settings.rest
                play_out = self._play_outs.setdefault(rest, PlayOut(time.monotonic, rest))
                return await Robot(asked.settings, play_out=play_out).say(
                    asked.text,
                    asked.who,
                    language=asked.language,
                    out=asked.file,
                    play=asked.play and asked.settings.player != "none",
                    begins=begins,
                )
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise TooLate(f"nothing was said: it could not begin within {asked.deadline:g} s") from error
        except asyncio.CancelledError:
            if not own.stopped:
                raise
            raise Stopped("it was stopped") from None
        finally:
            del self._own[line]

    def _make_room(self) -> None:
        if len(self._own) >= MOST_WAITING:
            raise TooManyRequests(f"{MOST_WAITING} lines of this program wait to be spoken: say it later")


async def _by_the_daemon(daemon: DaemonClient, asked: Asked, *, wait: bool) -> dict[str, Any]:
    # A daemon has settings of its own: only a choice is passed on, not a default.
    chosen = asked.settings.persona if asked.settings.persona != Settings().persona else None
    return await daemon.say(
        asked.text,
        persona=chosen if asked.persona is None else asked.persona,
        language=asked.language,
        priority=asked.priority,
        deadline=asked.deadline,
        wait=wait,
    )


def _said(text: str, answer: dict[str, Any]) -> Said:
    known = {field.name: answer.get(field.name) for field in fields(Said)}
    more = {"text": text, "warnings": tuple(answer.get("warnings", ()))}
    return Said(**{**known, **more})  # type: ignore[arg-type]  # the daemon is of the same release


_lines = LinesOfProcess()


def lines_of_process() -> LinesOfProcess:
    """The same for all of this process, as it has one loudspeaker."""
    return _lines


def _begin_anew() -> None:
    """A forked child has the memory of its parent's lines, but not the thread that says them."""
    global _lines
    _lines = LinesOfProcess()


os.register_at_fork(after_in_child=_begin_anew)

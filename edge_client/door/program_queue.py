"""What this process says: by the daemon when there is one, else by itself, one line after another."""

import asyncio
import logging
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from edge_client.daemon.daemon_client import reach
from edge_client.daemon.daemon_errors import NoDaemon, Stopped
from edge_client.door.daemon_or_self import SayRequest, by_itself, by_the_daemon
from edge_client.ground.loop_thread import LoopThread
from edge_client.personas.known_personas import load_known_personas
from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.speaking.result import Queued, Said
from edge_client.speaking.robot import Script
from robotvoice.errors import RobotVoiceError, TooManyRequests
from robotvoice.reading_options import PLAIN

log = logging.getLogger(__name__)

MOST_WAITING = 64
"""Lines of this process, as many as the daemon takes"""


class ProgramQueue:
    """Its coroutines run in `thread`, and nowhere else."""

    def __init__(self) -> None:
        self.thread = LoopThread("robotvoice")
        self._own: dict[str, asyncio.Task[Any]] = {}
        """The lines that it says itself"""
        self._stopped: set[str] = set()
        self._play_outs: dict[float, PlaybackClock] = {}
        """What is known of the loudspeaker, by what counts as its rest"""

    async def say(self, request: SayRequest) -> Said | Queued:
        """Returns when it was spoken; without waiting at once. Raises RobotVoiceError."""
        asked_at = asyncio.get_running_loop().time()
        with suppress(NoDaemon):
            return await by_the_daemon(request)
        line, script = uuid.uuid4().hex[:12], Script(request.text, to_file=request.file is not None)
        if request.wait:
            return await self._in_turn(line, request, script, asked_at)
        # What cannot be said at all is told at once.
        who = load_known_personas(request.settings.state_dir).find(request.who)
        script.read((who.reading if who else PLAIN).of(request.language))
        self._make_room()
        queued = asyncio.Event()
        self.thread.start(lambda: self._unattended(line, request, script, asked_at, queued.set))
        await queued.wait()
        return Queued(line)

    async def stop(self, line: str | None, port: int) -> list[str]:
        """Ends that line, or all that this process and the daemon say; returns their ids."""
        ended = [each for each in self._own if line in (None, each)]
        tasks = {self._own[each] for each in ended}
        self._stopped.update(ended)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if line not in ended and (daemon := await reach(port)):
            async with daemon:
                ended += (await daemon.stop(line))["stopped"]
        return ended

    async def _unattended(
        self, line: str, request: SayRequest, script: Script, asked_at: float, queued: Callable[[], None]
    ) -> None:
        """Nobody waits for it: why it was not spoken is in the log."""
        try:
            await self._in_turn(line, request, script, asked_at, queued)
        except Stopped:
            log.info("line %s was stopped", line)
        except RobotVoiceError as error:
            log.warning("line %s was not spoken: %s", line, error.message)
        except Exception:
            log.exception("line %s broke", line)
        finally:
            queued()

    async def _in_turn(
        self,
        line: str,
        request: SayRequest,
        script: Script,
        asked_at: float,
        queued: Callable[[], None] = lambda: None,
    ) -> Said:
        self._make_room()
        task = asyncio.current_task()
        assert task is not None, "a coroutine runs in a task"
        before = set(self._own.values())
        self._own[line] = task
        queued()
        rest = request.settings.rest
        play_out = self._play_outs.setdefault(rest, PlaybackClock(time.monotonic, rest))
        try:
            return await by_itself(request, asked_at, script=script, before=before, play_out=play_out)
        except asyncio.CancelledError:
            if line not in self._stopped:
                raise
            raise Stopped("it was stopped") from None
        finally:
            del self._own[line]
            self._stopped.discard(line)

    def _make_room(self) -> None:
        if len(self._own) >= MOST_WAITING:
            raise TooManyRequests(f"{MOST_WAITING} lines of this program wait to be spoken: say it later")


_queue = ProgramQueue()


def program_queue() -> ProgramQueue:
    """The same for all of this process, as it has one loudspeaker."""
    return _queue


def _begin_anew() -> None:
    """A forked child has the memory of its parent's lines, but not the thread that says them."""
    global _queue
    _queue = ProgramQueue()


os.register_at_fork(after_in_child=_begin_anew)

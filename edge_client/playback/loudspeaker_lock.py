"""One voice at a time on this machine, whichever process and user it comes from.

Who speaks holds the lock and gives a sign of it every second: it touches the file. A holder that gives none,
and plays nothing, does not speak: after STALLED seconds others speak all the same, one at a time, by a second
lock.
"""

import asyncio
import logging
import os
import pwd
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge_client.ground.loudspeaker_lock_path import held
from edge_client.playback.devices.sound_cards import PROC, lock_holder, plays, program
from robotvoice.ground.lock_file import is_at, lock, locked, unlock

log = logging.getLogger(__name__)

PAUSE = 0.02
"""Seconds between two looks at whether it is free"""
SIGN_EVERY = 1.0
"""Seconds between two signs of whoever speaks"""
STALLED = 5.0
"""Seconds without one after which nobody is waited for"""
PASSING = ".passing"
"""Ends the name of the second lock"""


class _Signs:
    """Of whoever has a lock, as somebody sees them who waits for it."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path, self._clock = path, clock
        self._seen: int | None = None
        self._since = 0.0

    def none(self) -> None:
        """The lock was free."""
        self._seen = None

    def are_missing(self) -> bool:
        """Whether there was none for too long; the first look only begins to wait for one."""
        try:
            touched = self._path.stat().st_mtime_ns
        except OSError:
            return False
        if touched != self._seen:
            self._seen, self._since = touched, self._clock()
        return self._clock() - self._since >= STALLED


class LoudspeakerLock:
    """Nobody else speaks while it is held. To be closed.

    Where no lock can be had at all, an error in the log says so: two voices at once are better than none.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic, proc: Path = PROC) -> None:
        self._path, self._clock, self._proc = path, clock, proc
        self._second = path.with_name(path.name + PASSING)
        self._descriptor: int | None = None
        self._passing: int | None = None
        """The second lock, if another one is passed"""
        self._signs, self._others_signs = _Signs(path, clock), _Signs(self._second, clock)
        self._plays_until = 0.0
        """A holder that gives no signs was seen to play, and is not looked at again before that"""
        self._told: int | None = -1
        """Of which process was said that it is passed"""

    def take(self) -> bool:
        """Whether nobody else has it now. Players that this task starts from now on have it, too.

        One that stays open has it as often as it is taken again: it is the same open file.
        """
        try:
            return self._take_first() or self._pass()
        except OSError as error:
            log.error("voices may overlap, as %s cannot be locked (%s)", self._path, error.strerror or error)
            return True

    def give_back(self) -> None:
        held.set(())
        if self._descriptor is not None:
            unlock(self._descriptor)
        self._leave_second()

    def close(self) -> None:
        """Gives it back, too."""
        self.give_back()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str | None:
        """The program that has it."""
        pid = lock_holder(self._path)
        return program(pid) if pid else None

    async def give_signs(self, passed: Callable[[], object]) -> None:
        """For as long as it is held. `passed` is called if this process slept and others went on."""
        while True:
            before = self._clock()
            await asyncio.sleep(SIGN_EVERY)
            if self._clock() - before >= STALLED and self._passing is None and self._is_passed():
                passed()
            self._sign()

    def _take_first(self) -> bool:
        if self._descriptor is not None and not is_at(self._descriptor, self._path):
            os.close(self._descriptor)
            self._descriptor = None
        if self._descriptor is None:
            self._descriptor = locked(self._path)
            taken = self._descriptor is not None
        else:
            taken = lock(self._descriptor)
        if not taken or self._descriptor is None:
            return False
        self._signs.none()
        # The sign comes first: who is about to pass looks for it once the second lock is held.
        self._sign()
        if self._is_passed():
            unlock(self._descriptor)
            return False
        held.set((self._descriptor,))
        return True

    def _pass(self) -> bool:
        """Whether who has it does not speak, and nobody else passes."""
        if not self._signs.are_missing() or self._plays(self._path):
            return False
        second = locked(self._second)
        if second is None and not (self._others_signs.are_missing() and not self._plays(self._second)):
            return False
        if not self._signs.are_missing():
            if second is not None:
                os.close(second)
            return False
        self._leave_second()
        self._passing = second
        held.set(() if second is None else (second,))
        self._sign()
        self._tell()
        return True

    def _is_passed(self) -> bool:
        """Whether somebody speaks with the second lock."""
        if not self._second.exists():
            return False
        other = locked(self._second)
        if other is None:
            return not self._others_signs.are_missing()
        os.close(other)
        self._others_signs.none()
        return False

    def _plays(self, path: Path) -> bool:
        if self._clock() < self._plays_until:
            return True
        pid = lock_holder(path, self._proc)
        if pid is None or not plays(pid, self._proc):
            return False
        self._plays_until = self._clock() + SIGN_EVERY
        return True

    def _sign(self) -> None:
        descriptor = self._descriptor if self._passing is None else self._passing
        if descriptor is not None:
            with suppress(OSError):  # of another user's file that not everybody may write
                os.utime(descriptor)

    def _leave_second(self) -> None:
        if self._passing is not None:
            unlock(self._passing)
            os.close(self._passing)
            self._passing = None

    def _tell(self) -> None:
        pid = lock_holder(self._path, self._proc)
        if pid == self._told:
            return
        self._told = pid
        log.warning(
            "%s has kept the loudspeaker for %g s and says nothing, so it is not waited for",
            _named(pid, self._proc),
            STALLED,
        )


def _named(pid: int | None, proc: Path = PROC) -> str:
    """A process, its program and its user, as far as can be known."""
    if pid is None:
        return "another program"
    user = "another user"
    with suppress(OSError, KeyError):
        user = pwd.getpwuid((proc / str(pid)).stat().st_uid).pw_name
    return f"process {pid} ({program(pid, proc) or 'a program'} of {user})"


@dataclass(frozen=True, slots=True)
class Speaking:
    """A program, for a person."""

    name: str
    pid: int | None


def speaking_now(lock: Path) -> Speaking | None:
    """None: nobody is speaking, or it cannot be known."""
    try:
        descriptor = locked(lock)
    except OSError:
        return None
    if descriptor is not None:
        os.close(descriptor)
        return None
    pid = lock_holder(lock)
    if pid is None:
        return Speaking("another program", None)
    return Speaking(f"process {pid} ({program(pid) or 'a program of another user'})", pid)

"""One voice at a time on this machine, whichever process and user it comes from."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

from edge_client.ground.loudspeaker_lock_path import held
from edge_client.playback.devices.sound_cards import lock_holder, program
from robotvoice.ground.lock_file import is_at, lock, locked, unlock

log = logging.getLogger(__name__)

PAUSE = 0.02
"""Seconds between two looks at whether it is free"""


class LoudspeakerLock:
    """Nobody else speaks while it is held. To be closed.

    Where no lock can be had at all, an error in the log says so: two voices at once are better than none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Whether nobody else has it now. Players that this task starts from now on have it, too.

        One that stays open has it as often as it is taken again: it is the same open file.
        """
        try:
            if self._descriptor is not None and not is_at(self._descriptor, self._path):
                self.close()
            if self._descriptor is None:
                self._descriptor = locked(self._path)
                taken = self._descriptor is not None
            else:
                taken = lock(self._descriptor)
        except OSError as error:
            log.error("voices may overlap, as %s cannot be locked (%s)", self._path, error.strerror or error)
            return True
        if taken and self._descriptor is not None:
            held.set((self._descriptor,))
        return taken

    def give_back(self) -> None:
        held.set(())
        if self._descriptor is not None:
            unlock(self._descriptor)

    def close(self) -> None:
        """Gives it back, too."""
        if self._descriptor is not None:
            self.give_back()
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> str | None:
        """The program that has it."""
        pid = lock_holder(self._path)
        return program(pid) if pid else None


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

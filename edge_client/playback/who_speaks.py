"""Who has the loudspeaker of this machine just now: whoever speaks by itself holds a lock for that."""

import os
from dataclasses import dataclass
from pathlib import Path

from edge_client.playback.devices.sound_cards import lock_holder, program
from robotvoice.ground.lock_file import locked


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

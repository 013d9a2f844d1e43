"""One at a time changes what the gateway remembers of others: a gateway, another one, or a command."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from robotvoice.ground.lock_file import locked
from robotvoice.ground.state_files import make_private

NAME = "security.lock"
"""In the state folder"""
WAIT = 5.0
"""Seconds; whoever holds it writes a file of a few hundred bytes"""
LOOK_EVERY = 0.02


@contextmanager
def state_locked(state_dir: Path) -> Iterator[None]:
    """Blocks until nobody else is in here. Raises OSError, also if somebody stays for WAIT seconds."""
    make_private(state_dir)
    last = time.monotonic() + WAIT
    while (held := locked(state_dir / NAME, private=True)) is None:
        if time.monotonic() > last:
            raise TimeoutError(None, f"another program holds {state_dir / NAME}")
        time.sleep(LOOK_EVERY)
    try:
        yield
    finally:
        os.close(held)

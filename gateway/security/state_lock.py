"""One at a time changes a file that a gateway, another one and commands use."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from robotvoice.ground.lock_file import locked
from robotvoice.ground.state_files import make_private

WAIT = 0.5
"""Seconds; whoever is in there writes a file of a few hundred bytes"""
LOOK_EVERY = 0.01


@contextmanager
def to_be_changed(file: Path) -> Iterator[None]:
    """Blocks until nobody else changes it. Raises OSError, TimeoutError if somebody does all the while."""
    make_private(file.parent)
    last = time.monotonic() + WAIT
    while (held := locked(file.with_suffix(".lock"), private=True)) is None:
        if time.monotonic() > last:
            raise TimeoutError(None, "another program changes it")
        time.sleep(LOOK_EVERY)
    try:
        yield
    finally:
        os.close(held)

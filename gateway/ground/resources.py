"""Memory and files of the process: what is given back, and what is told when there are no more."""

import asyncio
import ctypes
import logging
import sys
from typing import Any

log = logging.getLogger(__name__)

TOLD_EVERY = 10.0
"""Seconds"""
NOT_ACCEPTED = "socket.accept() out of system resource"
"""What asyncio calls it"""


class OutOfFiles:
    """A loop's handler of exceptions that nobody caught; all others are told as they always are."""

    def __init__(self) -> None:
        self._told_at: float | None = None

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if context.get("message") != NOT_ACCEPTED:
            loop.default_exception_handler(context)
        elif self._told_at is None or loop.time() - self._told_at >= TOLD_EVERY:
            self._told_at = loop.time()
            log.warning("new connections wait, as no more files can be opened; raise the limit (ulimit -n)")


M_MMAP_THRESHOLD = -3  # of mallopt(3)
LARGE = 1024 * 1024
"""Bytes from which a block is on its own, and gone when it is freed"""


def give_large_blocks_back() -> None:
    """Bodies, clips and files of sound leave no holes behind.

    glibc raises its threshold up to 32 MB with what it has seen freed, and such blocks then lie between
    others: the process kept 60 MB more after a dozen large bodies. Elsewhere there is nothing to do.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE)

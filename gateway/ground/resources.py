"""Files of the process: what is told when there are no more."""

import asyncio
import logging
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

"""When this machine's network becomes another one: told by the system, and looked at now and then."""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from robotvoice.ground.changes import set_within
from robotvoice.ground.interfaces import Interface

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks where the system tells nothing"""
SLEPT = 5.0
"""Seconds by which a wait must have lasted longer to have been a sleep: of the machine, or of this process"""
LARGEST = 65536
"""Bytes of what the system tells, of which only that it tells is of interest"""
_LINKS, _IPV4_ADDRESSES, _IPV6_ADDRESSES = 0x1, 0x10, 0x100
"""RTMGRP_…, of <linux/rtnetlink.h>"""
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""One that goes on while the machine sleeps, which Python's own monotonic clock does on neither system"""


class NetworkChanges:
    """Knows the interfaces there are, for the length of its block."""

    def __init__(
        self,
        look: Callable[[], tuple[Interface, ...]],
        *,
        clock: Callable[[], float] = lambda: time.clock_gettime(_CLOCK),
    ) -> None:
        """`clock` is one that goes on while the machine sleeps."""
        self._look, self._clock = look, clock
        self._told = asyncio.Event()
        self._socket: socket.socket | None = None
        self.now: tuple[Interface, ...] = ()
        """What was found at the last look"""
        self.wakes = 0
        """How often the machine woke up; after that nobody knows what has become of the network"""

    async def __aenter__(self) -> Self:
        try:
            self._socket = _telling()
        except (OSError, NotImplementedError) as error:
            log.debug("the system tells of no changes of the network (%s): they are looked for", error)
        else:
            asyncio.get_running_loop().add_reader(self._socket, self._read)
        self.now = self._found()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    async def change(self) -> tuple[Interface, ...]:
        """Waits until the interfaces are others than they were, or may be after a sleep."""
        while True:
            began = self._clock()
            await set_within(self._told, LOOK_EVERY)
            self._told.clear()
            slept = self._clock() - began > LOOK_EVERY + SLEPT
            before, self.now = self.now, self._found()
            self.wakes += slept
            if slept or self.now != before:
                return self.now

    def _found(self) -> tuple[Interface, ...]:
        try:
            return self._look()
        except (OSError, ValueError) as error:  # a machine that is full, or a name that is no text
            log.debug("the interfaces cannot be read (%s): they count as they were", error)
            return self.now

    def _read(self) -> None:
        """Only takes away what was told: too much for the socket's room is an error, and news as well."""
        assert self._socket is not None
        with suppress(OSError):
            while self._socket.recv(LARGEST):
                pass
        self._told.set()


def _telling() -> socket.socket:
    """Readable whenever an interface or an address comes or goes. Raises OSError, NotImplementedError."""
    if sys.platform == "linux":
        found = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        try:
            found.bind((0, _LINKS | _IPV4_ADDRESSES | _IPV6_ADDRESSES))
        except OSError:
            found.close()
            raise
    elif sys.platform == "darwin":
        found = socket.socket(socket.AF_ROUTE, socket.SOCK_RAW, 0)
    else:
        raise NotImplementedError(sys.platform)
    found.setblocking(False)
    return found

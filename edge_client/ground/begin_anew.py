"""A program that starts itself anew in its own process, and keeps the socket at which others ask for it.

It is handed on as systemd hands sockets to services (sd_listen_fds(3)): whoever connects meanwhile waits in
its queue and notices nothing.
"""

import os
import socket
import sys
from typing import NoReturn

FIRST = 3
"""The descriptor, as the protocol has it"""
PROCESS, NUMBER = "LISTEN_PID", "LISTEN_FDS"


def begin_anew(listening: socket.socket) -> NoReturn:
    """With the same arguments, when all else is put away. Raises OSError where it cannot be started."""
    os.dup2(listening.fileno(), FIRST, inheritable=True)
    environment = {**os.environ, PROCESS: str(os.getpid()), NUMBER: "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def handed_on() -> socket.socket | None:
    """The socket that was kept; None: it was started by somebody else. To be asked once."""
    process, number = os.environ.pop(PROCESS, ""), os.environ.pop(NUMBER, "")
    if process != str(os.getpid()) or number != "1":
        return None
    try:
        found = socket.socket(fileno=FIRST)
    except OSError:
        return None
    os.set_inheritable(FIRST, False)
    return found

"""What the benchmark's own processes have in common: one line that says where they are, then silence.

Libraries print to standard output; from that line on it goes where standard error goes.
"""

import os
import socket
import sys
import types
from typing import TextIO


def announce(port: int | None) -> TextIO:
    """Says "ready", and at which port if it has one; returns what is left to answer with."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout.flush()
    answers.write("ready\n" if port is None else f"ready at http://127.0.0.1:{port}\n")
    answers.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def serve_by_uvicorn(app: object) -> None:
    """On a free port, until a signal."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        announce(listening.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


def stand_in_for_portaudio() -> None:
    """Where it is missing, so that mlx-audio can be imported; it imports it even where it plays nothing."""
    try:
        import sounddevice  # noqa: F401 (only to see whether it can be)
    except OSError:
        sys.modules["sounddevice"] = types.ModuleType("sounddevice")

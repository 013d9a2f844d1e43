"""What the libraries of the robot's side load and a robot has no use for: 7 of a daemon's 47 MB."""

import mimetypes
import os
import sys

OPENSSL = ("ssl", "_ssl", "_hashlib")
"""asyncio and aiohttp do without TLS, and hashlib has its own SHA-256"""


def leave_out_what_robots_do_not_use() -> None:
    """To be called before asyncio and aiohttp are loaded, by a process that never speaks TLS.

    A gateway is spoken to by plain HTTP on the network at home. `import ssl` raises ImportError afterwards.
    """
    for name in OPENSSL:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # as the import system's reference says
    # A list in C++, which brings its whole library along for the handful that aiohttp keeps.
    os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
    mimetypes.knownfiles.clear()  # no file is sent by its name

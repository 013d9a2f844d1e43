"""The command `robotvoice`, also as `python -m edge_client`."""

import sys

INTERRUPTED = 130
OPENSSL = ("ssl", "_ssl", "_hashlib")
"""asyncio and aiohttp do without TLS, and hashlib has its own SHA-256"""


def main() -> int:
    """Returns the exit code. Ctrl-C is quiet from the first moment on."""
    from robotvoice.console.interrupts import end_at_once

    loaded = end_at_once(INTERRUPTED)
    _leave_out_what_robots_do_not_use()
    from robotvoice.console.output import leave_readers_free_to_go

    leave_readers_free_to_go()
    from edge_client.cli import main as robotvoice

    return robotvoice(loaded=loaded)


def _leave_out_what_robots_do_not_use() -> None:
    """7 of a daemon's 47 MB. To be called before asyncio and aiohttp are loaded.

    A gateway is spoken to by plain HTTP on the network at home. `import ssl` raises ImportError afterwards.
    """
    import mimetypes
    import os

    for name in OPENSSL:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # as the import system's reference says
    # A list in C++, which brings its whole library along for the handful that aiohttp keeps.
    os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
    mimetypes.knownfiles.clear()  # no file is sent by its name


if __name__ == "__main__":
    sys.exit(main())

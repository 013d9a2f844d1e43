"""The command `robotvoice`, also as `python -m edge_client`."""

import sys

INTERRUPTED = 130
OPENSSL = ("ssl", "_ssl", "_hashlib")
"""asyncio and aiohttp do without TLS, and hashlib has its own SHA-256"""
PAIR, CONFIG = "pair", "--config"


def main() -> int:
    """Returns the exit code. Ctrl-C is quiet from the first moment on."""
    from robotvoice.console.interrupts import end_at_once

    loaded = end_at_once(INTERRUPTED)
    _leave_out_what_robots_do_not_use(tls=_speaks_tls(sys.argv[1:]))
    from robotvoice.console.output import leave_readers_free_to_go

    leave_readers_free_to_go()
    from edge_client.cli import main as robotvoice

    return robotvoice(loaded=loaded)


def _speaks_tls(arguments: list[str]) -> bool:
    """Only a robot that is paired does, and one that is just being paired."""
    import os
    from pathlib import Path

    from edge_client.pairing.pairing_file import FILE_NAME
    from edge_client.settings.settings import likely_state_dir

    if PAIR in arguments[:1]:
        return True
    config: str | None = None
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if len(name) > len("--") and CONFIG.startswith(name):
            config = value or (arguments[number + 1] if number + 1 < len(arguments) else None)
    folder = likely_state_dir(os.environ, Path(config) if config else None)
    return (folder / FILE_NAME).exists()


def _leave_out_what_robots_do_not_use(*, tls: bool) -> None:
    """7 of a daemon's 47 MB. To be called before asyncio and aiohttp are loaded.

    Without `tls` a gateway is spoken to by plain HTTP on this machine. `import ssl` raises ImportError
    afterwards.
    """
    import mimetypes
    import os

    for name in () if tls else OPENSSL:
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # as the import system's reference says
    if tls:
        import ssl

        # aiohttp has every authority of the system read twice: 2 MB, and a robot believes its gateway alone.
        ssl.SSLContext.set_default_verify_paths = lambda _: None  # type: ignore[assignment]  # on purpose
    # A list in C++, which brings its whole library along for the handful that aiohttp keeps.
    os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
    mimetypes.knownfiles.clear()  # no file is sent by its name


if __name__ == "__main__":
    sys.exit(main())

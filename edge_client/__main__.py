"""The command `robotvoice`, also as `python -m edge_client`."""

import sys

INTERRUPTED = 130
TLS, HASHES = ("ssl", "_ssl"), ("_hashlib",)
"""asyncio and aiohttp do without TLS, and hashlib has all but scrypt itself, which only `pair` needs"""
READ_AT_ONCE = 32 * 1024
"""Bytes: more than a gateway sends at a time. asyncio would keep 256 KB for each connection"""
PAIR, CONFIG = "pair", "--config"


def main() -> int:
    """Returns the exit code. Ctrl-C is quiet from the first moment on."""
    from robotvoice.console.interrupts import end_at_once

    loaded = end_at_once(INTERRUPTED)
    pairs = sys.argv[1:2] == [PAIR]
    _leave_out_what_robots_do_not_use(tls=pairs or _is_paired(sys.argv[1:]), hashes=pairs)
    from robotvoice.console.output import leave_readers_free_to_go

    leave_readers_free_to_go()
    from edge_client.cli import main as robotvoice

    return robotvoice(loaded=loaded)


def _is_paired(arguments: list[str]) -> bool:
    """Whether it has a gateway that it speaks to by TLS."""
    import os
    from pathlib import Path

    from edge_client.pairing.pairing_file import FILE_NAME
    from edge_client.settings.settings import likely_state_dir

    config: str | None = None
    for number, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if len(name) > len("--") and CONFIG.startswith(name):
            config = value or (arguments[number + 1] if number + 1 < len(arguments) else None)
    folder = likely_state_dir(os.environ, Path(config) if config else None)
    return (folder / FILE_NAME).exists()


def _leave_out_what_robots_do_not_use(*, tls: bool, hashes: bool) -> None:
    """7 of a daemon's 47 MB. To be called before asyncio and aiohttp are loaded.

    Without `tls` a gateway is spoken to by plain HTTP on this machine. `import ssl` raises ImportError
    afterwards. `hashes` are those of OpenSSL.
    """
    import mimetypes
    import os

    for name in (*(() if tls else TLS), *(() if hashes else HASHES)):
        if name not in sys.modules:
            sys.modules[name] = None  # type: ignore[assignment]  # as the import system's reference says
    if tls:
        import ssl
        from asyncio.sslproto import SSLProtocol

        SSLProtocol.max_size = READ_AT_ONCE
        # aiohttp has every authority of the system read twice: 2 MB, and a robot believes its gateway alone.
        ssl.SSLContext.set_default_verify_paths = lambda _: None  # type: ignore[assignment]  # on purpose
    # A list in C++, which brings its whole library along for the handful that aiohttp keeps.
    os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
    mimetypes.knownfiles.clear()  # no file is sent by its name


if __name__ == "__main__":
    sys.exit(main())

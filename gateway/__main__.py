"""The command `robotvoice-gateway`, also as `python -m gateway`."""

import sys

STOPPED = 0


def main() -> int:
    """Returns the exit code. Ctrl-C is quiet from the first moment on."""
    from robotvoice.console.interrupts import end_at_once

    loaded = end_at_once(STOPPED)
    from robotvoice.console.output import leave_readers_free_to_go

    leave_readers_free_to_go()
    from gateway.cli import main as robotvoice_gateway

    return robotvoice_gateway(loaded=loaded)


if __name__ == "__main__":
    sys.exit(main())

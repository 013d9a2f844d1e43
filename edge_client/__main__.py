"""The command `robotvoice`, also as `python -m edge_client`."""

import sys

INTERRUPTED = 130


def main() -> int:
    """Returns the exit code. Ctrl-C is quiet from the first moment on."""
    from robotvoice.console.interrupts import end_at_once

    loaded = end_at_once(INTERRUPTED)
    from edge_client.ground.light_imports import leave_out_what_robots_do_not_use

    leave_out_what_robots_do_not_use()
    from robotvoice.console.output import leave_readers_free_to_go

    leave_readers_free_to_go()
    from edge_client.cli import main as robotvoice

    return robotvoice(loaded=loaded)


if __name__ == "__main__":
    sys.exit(main())

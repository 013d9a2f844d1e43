"""The command `robotvoice`, also as `python -m edge_client`."""

import sys

from edge_client.light_imports import leave_out_what_robots_do_not_use


def main() -> int:
    """Returns the exit code."""
    leave_out_what_robots_do_not_use()
    from edge_client.cli import main as robotvoice

    return robotvoice()


if __name__ == "__main__":
    sys.exit(main())

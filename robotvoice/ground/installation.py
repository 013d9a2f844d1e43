"""What to type when packages are missing: robotvoice is installed from a clone of its repository."""

import shlex
import sys


def how_to_install(*extras: str) -> str:
    """The line for the interpreter that runs, to be typed in the clone."""
    wanted = shlex.quote(f".[{','.join(extras)}]")
    return (
        f"in your clone of robotvoice, type: {shlex.quote(sys.executable)} -m pip install "
        f"-e {wanted} -c constraints.txt"
    )

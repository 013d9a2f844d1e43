"""What comes with robotvoice and is no Python, and what to type when packages are missing."""

import shlex
import sys
from pathlib import Path


def how_to_install(*extras: str) -> str:
    """The line for the interpreter that runs, to be typed in the clone."""
    wanted = shlex.quote(f".[{','.join(extras)}]")
    return (
        f"in your clone of robotvoice, type: {shlex.quote(sys.executable)} -m pip install "
        f"-e {wanted} -c constraints.txt"
    )


PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """The folder `name`: within the package where a wheel put it, beside the package in a clone.

    Found by way of this package, since any folder on the import path could be called so.
    """
    installed = PACKAGE / "shipped" / name
    return installed if installed.is_dir() else PACKAGE.parent / name

"""What the demonstration tells while it goes on, wrapped as its terminal needs it."""

import sys
from typing import TextIO

from robotvoice.console.output import write


def tell(text: str, stream: TextIO | None = None) -> None:
    """On standard output unless a stream is given; nobody need read it."""
    write(text, stream or sys.stdout)

"""How a bad value, or a folder, is told to whoever can mend it."""

import errno
import reprlib
import sys
from collections.abc import Mapping, Sequence

from robotvoice.console.output import write
from robotvoice.console.wrapping import one_line

_short = reprlib.Repr()
_short.maxstring = _short.maxother = _short.maxlong = 60


def shown(value: object) -> str:
    """A value as its writer may recognise it: on one line, short."""
    match value:
        case None:
            return "an empty value"
        case bool():
            return str(value).lower()
        case Mapping():
            return "a block of keys"
        case str():
            return _short.repr(value)
        case Sequence():
            return f"a list of {len(value)}"
    try:
        return _short.repr(value)
    except ValueError:  # Python writes no whole number of more than 4300 digits
        return "so large a number"


def what_to_do(error: OSError) -> str:
    """About a folder that could not be written."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "make room on its disk" if full else "make the folder writable"


def complain(message: str) -> None:
    """On standard error, each line of it by itself."""
    for line in message.splitlines():
        write(f"robotvoice-gateway: {one_line(line)}", sys.stderr)

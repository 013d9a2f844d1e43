"""How a bad value, or a folder, is told to whoever can mend it: one line, what it was, and near names."""

import codecs
import errno
import reprlib
from collections.abc import Mapping, Sequence

# Looked up now: it is a file, and a log has to be written also when no more files can be opened.
_escaped = codecs.getencoder("unicode_escape")
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


def one_line(text: str) -> str:
    """`text` with everything escaped that a terminal or a log would not print as itself."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c)[0].decode("ascii") for c in text)


def what_to_do(error: OSError) -> str:
    """About a folder that could not be written."""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "make room on its disk" if full else "make the folder writable"

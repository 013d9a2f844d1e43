"""A comment with a check sum tells a file that robotvoice wrote from one that its owner changed."""

import hashlib
import re

_SEAL = re.compile(rb"^.*robotvoice wrote this: ([0-9a-f]{64}).*\n", re.MULTILINE)


def sealed(content: bytes, *, below: int = 0, comment: tuple[bytes, bytes] = (b"# ", b"")) -> bytes:
    """With the comment after the first `below` lines."""
    lines = content.splitlines(keepends=True)
    opened, closed = comment
    seal = b"robotvoice wrote this: " + hashlib.sha256(content).hexdigest().encode()
    return b"".join([*lines[:below], opened, seal, closed, b"\n", *lines[below:]])


def intact(content: bytes) -> bool:
    """Whether it is as it was written, by whichever version."""
    found = _SEAL.search(content)
    if found is None:
        return False
    rest = content[: found.start()] + content[found.end() :]
    return hashlib.sha256(rest).hexdigest().encode() == found[1]

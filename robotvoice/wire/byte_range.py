"""Which part of a file a request wants: RFC 9110, section 14, for a single range of bytes."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What is answered: a status, and which bytes."""

    status: int
    """200: all of it; 206; 416: there are no such bytes"""
    start: int
    stop: int
    content_range: str | None = None
    """The header of that name"""


def part_wanted(size: int, range_header: str | None, if_range: str | None, etag: str) -> Part:
    """Of a file of `size` bytes. A range that cannot be read, or is of another file, counts as none."""
    found = _RANGE.fullmatch((range_header or "").strip())
    if found is None or not any(found.groups()) or if_range not in (None, etag):
        return Part(200, 0, size)
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(first) > int(last):
        return Part(200, 0, size)
    if start >= size:
        return Part(416, 0, 0, f"bytes */{size}")
    return Part(206, start, stop, f"bytes {start}-{stop - 1}/{size}")

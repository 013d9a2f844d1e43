"""Lines that fit a width: broken between words only, so that a path, an address or a name can be copied."""

import codecs
import re
import unicodedata
from collections.abc import Iterator

TO_TYPE = re.compile(r"(?<=\S)(?<!\bon the Mac) (?=(?:on the Mac )?type(?: there)?: )")
"""What is to be typed stands behind it, up to the end of its line"""

WORD = re.compile(r"(?:[^\s`]|`[^`]*`|`)+")
"""What stands between backticks is one: a command that is to be typed"""


# Looked up now: it is a file, and a log has to be written also when no more files can be opened.
_escaped = codecs.getencoder("unicode_escape")


def one_line(text: str) -> str:
    """`text` with everything escaped that a terminal or a log would not print as itself."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c)[0].decode("ascii") for c in text)


def cells(text: str) -> int:
    """The columns of a terminal that a text without control characters takes."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """With spaces up to so many columns."""
    space = " " * (width - cells(text))
    return f"{space}{text}" if right else f"{text}{space}"


def wrapped(text: str, width: int, hanging: str = "") -> list[str]:
    """The words of a text on lines of at most `width` columns, those after the first behind `hanging`.

    A word that is longer has a line of its own; so has a command in backticks. There is at least one line.
    """
    lines: list[str] = []
    line = ""
    for word in WORD.findall(text):
        if line.strip() and cells(line) + 1 + cells(word) > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line.strip() else f"{hanging if lines else ''}{word}"
    return [*lines, line]


def folded(text: str, width: int | None) -> str:
    """Whole lines of text for a terminal of so many columns; None: for no terminal, so as they are.

    A line that has no room gets as many as it needs, the next ones further in. A command in it (see TO_TYPE)
    stays on one line, however long.
    """
    if width is None:
        return text
    return "\n".join(part for line in text.splitlines() for part in _folded_line(line, width))


def _folded_line(line: str, width: int) -> Iterator[str]:
    if cells(line) <= width or line.lstrip().startswith(("type: ", "type there: ", "on the Mac type: ")):
        yield line
        return
    start = line[: len(line) - len(line.lstrip())]
    hanging = f"{start}  "
    said, *to_type = TO_TYPE.split(line)
    yield from _with_start(said.strip(), width, start, hanging)
    for command in to_type:
        yield f"{hanging}{command}"


def _with_start(text: str, width: int, start: str, hanging: str) -> list[str]:
    first, *more = wrapped(f"{'x' * len(start)}{text}" if start else text, width, hanging)
    return [f"{start}{first[len(start) :]}", *more]


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1

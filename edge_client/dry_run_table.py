"""A dry run for a person, in at most 80 columns of a terminal."""

import unicodedata
from collections.abc import Iterator

from edge_client.dry_run import DryRun, Line

COLUMNS = 80
HEADINGS = ("NO", "LANGUAGE", "GIVEN TO", "TEXT")
MOST_GIVEN = 18
"""Columns for the names of engines and voices"""
LONGEST_DROPPED = 300
"""Characters shown of a part that is not spoken"""


def as_table(told: DryRun) -> str:
    """Sentences with their engines, the pauses between them, and what is not spoken and why."""
    return "\n".join(line.rstrip() for line in _lines(told))


def _lines(told: DryRun) -> Iterator[str]:
    rows = [row for number, line in enumerate(told.sentences, 1) for row in _rows(number, line)]
    if rows:
        widths = [max(_width(cell) for cell in column) for column in zip(HEADINGS, *rows, strict=True)]
        widths[2] = min(widths[2], MOST_GIVEN)
        widths[3] = COLUMNS - sum(widths[:3]) - 2 * 3
        for row in (HEADINGS, *rows):
            yield from _wrapped_row(row, widths)
    if told.dropped:
        yield "" if rows else "nothing is spoken"
        kinds = max(len(each.kind) for each in told.dropped)
        yield "NOT SPOKEN"
        for each in told.dropped:
            text = each.text if len(each.text) <= LONGEST_DROPPED else each.text[:LONGEST_DROPPED] + "..."
            yield from _wrapped_row((each.kind, text), [kinds, COLUMNS - kinds - 2])


def _rows(number: int, line: Line) -> Iterator[tuple[str, str, str, str]]:
    """One for each text that engines would be given, and one for the pause."""
    texts: dict[tuple[str, str], list[str]] = {}
    for each in line.given:
        texts.setdefault((each.language, each.text), []).append(f"{each.engine} {each.voice}".strip())
    for at, ((language, text), engines) in enumerate(texts.items()):
        yield "" if at else str(number), language, ", ".join(engines), text
    if line.pause_s:
        yield "", "", "", f"(pause {line.pause_s:g} s)"


def _wrapped_row(cells: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    columns = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for at in range(max(map(len, columns))):
        parts = (column[at] if at < len(column) else "" for column in columns)
        yield "  ".join(
            part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True)
        )


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns; a word that is longer is cut."""
    lines = [""]
    for word in _printable(text).split():
        if lines[-1] and _width(lines[-1]) + 1 + _width(word) <= width:
            lines[-1] += f" {word}"
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if _width(lines[-1]) + _width(character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def _printable(text: str) -> str:
    return "".join(
        each if each.isprintable() or each.isspace() else "\N{REPLACEMENT CHARACTER}" for each in text
    )


def _width(text: str) -> int:
    """Columns on a terminal, where Chinese characters take two and accents none."""
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 0 if unicodedata.combining(each) else 1
        for each in text
    )

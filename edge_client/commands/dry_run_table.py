"""A dry run for a person, in at most 80 columns."""

from collections.abc import Iterator

from edge_client.speaking.dry_run import DryRun, Line
from robotvoice.console.tables import sheet, table
from robotvoice.console.wrapping import cells

COLUMNS = 80
HEADINGS = ("NO", "LANGUAGE", "GIVEN TO", "TEXT")
LONGEST_WORD = 36
"""Columns; scripts without spaces have no other place to be broken at"""
LONGEST_DROPPED = 300
"""Characters shown of a part that is not spoken"""


def as_table(told: DryRun, width: int | None = None) -> str:
    """Sentences with their engines, the pauses between them, and what is not spoken and why."""
    width = min(width or COLUMNS, COLUMNS)
    rows = [row for number, line in enumerate(told.sentences, 1) for row in _rows(number, line)]
    parts = [table([HEADINGS, *rows], width) if rows else "nothing is spoken"]
    if told.dropped:
        pairs = [(each.kind, _printable(_shortened(each.text))) for each in told.dropped]
        parts.append(f"NOT SPOKEN\n{sheet(pairs, width)}")
    return "\n\n".join(parts)


def _rows(number: int, line: Line) -> Iterator[tuple[str, str, str, str]]:
    """One for each text that engines would be given, and one for the pause."""
    texts: dict[tuple[str, str], list[str]] = {}
    for each in line.given:
        unread = f"(does not read {' and '.join(each.left_out)})" if each.left_out else ""
        text = " ".join(filter(None, (each.text, unread)))
        texts.setdefault((each.language, text), []).append(f"{each.engine} {each.voice}".strip())
    for at, ((language, text), engines) in enumerate(texts.items()):
        yield "" if at else str(number), language, _printable(", ".join(engines)), _printable(text)
    if line.pause_s:
        yield "", "", "", f"(pause {line.pause_s:g} s)"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_DROPPED else f"{text[:LONGEST_DROPPED]}..."


def _printable(text: str) -> str:
    """Without control characters and backticks, and no word longer than a column can be."""
    shown = "".join(
        each if each.isprintable() or each.isspace() else "\N{REPLACEMENT CHARACTER}" for each in text
    )
    return " ".join(part for word in shown.replace("`", "'").split() for part in _pieces(word))


def _pieces(word: str) -> Iterator[str]:
    piece = ""
    for each in word:
        if cells(piece) + cells(each) > LONGEST_WORD:
            yield piece
            piece = ""
        piece += each
    yield piece

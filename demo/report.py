"""The table at the end."""

from collections.abc import Sequence
from typing import Any

from robotvoice.console import tables

HEADINGS = ("PERSONA", "VIA", "VOICE", "WAIT", "REASON")
WAIT = 3


def table(rows: Sequence[dict[str, Any]], width: int | None = None) -> str:
    """One row for each line that was spoken, in so many columns. WAIT is until its first sound."""
    return tables.table([HEADINGS, *map(_cells, rows)], width, right={WAIT})


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["persona"],
        row["via"],
        f"{row['engine']} {row['voice']}" + (f" {row['pitch']}/{row['rate']}" if row["pitch"] else ""),
        f"{row['first_audio_ms']} ms",
        row["reason"] or "",
    )

"""The table at the end."""

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

HEADINGS = ("PERSONA", "VIA", "ENGINE AND VOICE", "FIRST AUDIO", "AUDIO", "FILE", "TEXT", "REASON")
SHORT_TEXT = 34
"""Characters; the whole text is in run.json"""


def table(rows: Sequence[dict[str, Any]]) -> str:
    """One row for each line that was spoken."""
    lines = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    width = shutil.get_terminal_size((200, 24)).columns
    return "\n".join(
        "  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)).rstrip()[
            : max(width, 120)
        ]
        for line in lines
    )


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["persona"],
        f"{row['via']} ({row['found_by']})" if row["via"] == "gateway" else row["via"],
        f"{row['engine']} {row['voice']}" + (f" {row['pitch']}/{row['rate']}" if row["pitch"] else ""),
        f"{row['first_audio_ms']} ms",
        f"{row['audio_s']:.1f} s",
        row["file"],
        textwrap.shorten(row["text"], SHORT_TEXT, placeholder="..."),
        row["reason"] or "",
    )

"""What every demonstration has in common: its end, whatever happens, and its table."""

import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from demo.commands import CommandFailed, tell
from proofs.rig.figures import save
from robotvoice.console import tables
from robotvoice.console.output import columns, leave_readers_free_to_go

Row = dict[str, Any]
"""What `robotvoice say --json` tells of one line"""
HEADINGS = ("PERSONA", "VIA", "VOICE", "WAIT", "REASON")
WAIT = 3


def perform(
    out: Path, name: str, sounds: str, show: Callable[[], list[Row]], as_wanted: Callable[[list[Row]], bool]
) -> int:
    """Runs a demonstration to its end and writes its rows to `name`.json; returns the exit code.

    `sounds`: its WAV files, which are removed first.
    """
    leave_readers_free_to_go()
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as Ctrl-C: the gateway may be frozen just then
    out.mkdir(exist_ok=True)
    rows_file = out / f"{name}.json"
    for old in (*out.glob(sounds), rows_file):
        old.unlink(missing_ok=True)
    try:
        rows = show()
    except CommandFailed as failure:
        tell(f"\n{failure}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    save(rows_file, rows)
    told = f"WAIT is until the first sound. The same for programs: {rows_file}; the sound: {out}/*.wav"
    tell(f"\n{table(rows, columns(sys.stdout))}\n\n{told}")
    if not as_wanted(rows):
        tell("Not every line was spoken by whom it should; see the column VIA.", sys.stderr)
        return 1
    return 0


def table(rows: Sequence[Row], width: int | None = None) -> str:
    """One row for each line that was spoken, in so many columns. WAIT is until its first sound."""
    return tables.table([HEADINGS, *map(_cells, rows)], width, right={WAIT})


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row["persona"],
        row["via"],
        f"{row['engine']} {row['voice']}" + (f" {row['pitch']}/{row['rate']}" if row["pitch"] else ""),
        f"{row['first_audio_ms']} ms",
        row["reason"] or "",
    )

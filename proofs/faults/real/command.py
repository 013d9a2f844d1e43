"""The real part as a command: one run, its tables, its promises."""

import asyncio
import logging
import math
import signal
from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any

from proofs.faults.real.result import Row, Run
from proofs.faults.real.run import SECONDS, run
from proofs.faults.report import Figures
from robotvoice.console.tables import table

__all__ = ["SECONDS", "fault_table", "judged"]

HEADINGS = ("FAULT", "SCHEDULED", "HIT", "TEXTS", "FIRST AUDIO, WORST", "SPENT", "BACK AFTER")


def judged(
    seed: int, seconds: float, *, fallbacks: bool = True, log: Path | None = None
) -> tuple[Figures, str]:
    """The figures of a run, and a table of what was done to it; the gateway's log is written to `log`.

    Raises RunBroken where it cannot be done.
    """
    # The robots of a run tell each sentence that the gateway did not speak: that is what it is about.
    logging.getLogger("robotvoice").setLevel(logging.ERROR)
    done = asyncio.run(_until_told(run(seed, seconds, fallbacks=fallbacks)))
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{done.times()}\n{done.account.text()}", encoding="utf-8")
    told = f"real processes, seed {seed}; full disk: {done.disk}; {done.after.told(done.before)}"
    return done.figures(), f"{told}\n{fault_table(done.rows())}"


async def _until_told(running: Coroutine[Any, Any, Run]) -> Run:
    """Whoever is told to end ends its processes, and gives the small disk back."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await running


def fault_table(rows: Iterable[Row]) -> str:
    """A line for each kind of fault; times in seconds."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    return table(lines, right=range(1, len(HEADINGS)))


def _cells(row: Row) -> tuple[str, ...]:
    back = "-" if row.back is None else "never" if row.back == math.inf else f"{row.back:.1f}"
    counts = (str(row.scheduled), str(row.hit), str(row.requests))
    return (row.kind.replace("_", " "), *counts, f"{row.first_audio_worst:.2f}", str(row.spent), back)

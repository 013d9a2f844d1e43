"""What every demonstration has in common: its end, whatever happens, and its table."""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demo.commands import CommandFailed, Gateway
from demo.report import table
from demo.telling import tell
from robotvoice.console.output import columns, leave_readers_free_to_go

Row = dict[str, Any]
"""What `robotvoice say --json` tells of one line"""


def perform(
    out: Path,
    name: str,
    sounds: str,
    prepare: Callable[[], Gateway],
    show: Callable[[Gateway], list[Row]],
    as_wanted: Callable[[list[Row]], bool],
) -> int:
    """Runs a demonstration to its end and writes its rows to `name`.json; returns the exit code.

    `sounds`: its WAV files, which are removed first. Nothing that it started is left.
    """
    leave_readers_free_to_go()
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # as Ctrl-C: the gateway may be frozen just then
    out.mkdir(exist_ok=True)
    rows_file = out / f"{name}.json"
    for old in (*out.glob(sounds), rows_file):
        old.unlink(missing_ok=True)
    gateway: Gateway | None = None
    try:
        gateway = prepare()
        rows = show(gateway)
    except CommandFailed as failure:
        tell(f"\n{failure}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if gateway:
            gateway.stop()
    rows_file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    told = f"WAIT is until the first sound. The same for programs: {rows_file}; the sound: {out}/*.wav"
    tell(f"\n{table(rows, columns(sys.stdout))}\n\n{told}")
    if not as_wanted(rows):
        tell("Not every line was spoken by whom it should; see the column VIA.", sys.stderr)
        return 1
    return 0

"""python -m proofs.soak: a gateway goes and comes for an hour's worth of times while three programs speak.

Prints what was seen, writes out/soak.json, and ends with 0 when every promise was kept, else with 1.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from proofs.rig.figures import save
from proofs.rig.program import RunBroken
from proofs.soak.report import figures_of
from proofs.soak.run import run
from robotvoice.console.tables import sheet

OUT = Path("out/soak.json")
CHANGES = 120
"""A sleep and a wake each minute, for an hour"""
IDLE = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.soak", description="Whether a daemon lasts.")
    parser.add_argument("--changes", type=int, default=CHANGES, metavar="N", help="of the gateway's state")
    parser.add_argument(
        "--idle", type=float, default=IDLE, metavar="S", help="seconds of rest, with a gateway and without"
    )
    parser.add_argument(
        "--paired", action="store_true", help="the robot speaks by TLS, as with another machine"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    try:
        row = figures_of(run(options.seed, options.changes, options.idle, paired=options.paired))
    except RunBroken as problem:
        print(problem, file=sys.stderr)
        return 1
    print(sheet([(name.replace("_", " "), str(value)) for name, value in row.items() if name != "broken"]))
    save(OUT, row)
    for promise in row["broken"]:
        print(f"BROKEN with --seed {options.seed}: {promise}", file=sys.stderr)
    return 1 if row["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())

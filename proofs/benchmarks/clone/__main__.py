"""`python -m proofs.benchmarks.clone`: the table, the targets and out/bench/clone.json."""

import argparse
import sys
import time
from pathlib import Path

from proofs.benchmarks.clone.plan import QUICK, Plan
from proofs.benchmarks.clone.race import measure
from proofs.benchmarks.report import table
from proofs.rig.figures import Progress, save
from proofs.rig.program import RunBroken
from robotvoice.console.output import columns

OUT = Path("out") / "bench"


def main() -> int:
    """Returns the exit code: 1 when an answer was lost or wrong, or nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m proofs.benchmarks.clone", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see in a minute or two whether all of it works")
    arguments = parser.parse_args()
    progress = Progress()
    began = time.monotonic()
    try:
        race = measure(progress, QUICK if arguments.quick else Plan())
    except RunBroken as broken:
        print(f"clone: {broken}", file=sys.stderr)
        return 1
    finally:
        progress.clear()
    print(race.table(columns(sys.stdout)))
    print()
    print(table(race.targets(), columns(sys.stdout)))
    if race.warnings:
        print("\nThe gateway's warnings:", *race.warnings, sep="\n  ")
    minutes = (time.monotonic() - began) / 60
    file = save(OUT / "clone.json", [figure.as_json() for figure in race.figures()])
    print(f"\nIt took {minutes:.1f} minutes. All of it is in {file}.")
    return 1 if any(figure.tells_of_loss for figure in race.targets()) else 0


if __name__ == "__main__":
    sys.exit(main())

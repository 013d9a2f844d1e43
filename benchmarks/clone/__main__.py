"""`python -m benchmarks.clone`: the table, the targets and out/bench/clone.json."""

import argparse
import sys
from pathlib import Path

from benchmarks.clone.race import measure
from benchmarks.report import BenchmarkBroken, Progress, save, table

OUT = Path("out") / "bench"


def main() -> int:
    """Returns the exit code: 1 when an answer was lost or wrong, or nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clone", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each measurement is repeated (3)")
    arguments = parser.parse_args()
    progress = Progress()
    try:
        race = measure(progress, rounds=arguments.rounds)
    except BenchmarkBroken as broken:
        print(f"clone: {broken}", file=sys.stderr)
        return 1
    finally:
        progress.clear()
    print(race.table())
    print()
    print(table(race.targets()))
    print(f"\nAll of it is in {save(OUT, 'clone', race.figures())}.")
    return 1 if any(figure.tells_of_loss for figure in race.targets()) else 0


if __name__ == "__main__":
    sys.exit(main())

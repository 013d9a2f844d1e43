"""python -m proofs.benchmarks [NAME ...]: measures, prints a table and writes out/bench/NAME.json for each.

Ends with 0 when everything could be measured, also if a target was missed; with 1 when a benchmark broke or a
request was lost; with 2 when there is no benchmark of a name.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from proofs.benchmarks import breaker, doors, gateway, health, robot
from proofs.benchmarks.report import Figure, table
from proofs.rig.figures import Progress, save
from proofs.rig.program import RunBroken
from robotvoice.console.output import columns

BENCHMARKS: dict[str, Callable[[Progress], list[Figure]]] = {
    "breaker": breaker.measure,
    "doors": doors.measure,
    "gateway": gateway.measure,
    "health": health.measure,
    "robot": robot.measure,
}
OUT = Path("out") / "bench"


def main(names: Sequence[str]) -> int:
    """Returns the exit code."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(
            f"There is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr
        )
        return 2
    code = 0
    for name in names or BENCHMARKS:
        progress = Progress()
        try:
            figures = BENCHMARKS[name](progress)
        except RunBroken as error:
            progress.clear()
            print(f"{name}: could not be measured: {error}", file=sys.stderr)
            code = 1
            continue
        progress.clear()
        file = save(OUT / f"{name}.json", [figure.as_json() for figure in figures])
        print(f"\n{name} ({file})\n{table(figures, columns(sys.stdout))}", flush=True)
        if any(figure.tells_of_loss for figure in figures):
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

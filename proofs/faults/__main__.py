"""python -m proofs.faults [--simulation | --real]: breaks engines, and says what of the promise held.

Prints tables and writes out/faults.json, or out/faults-PART.json of one part alone. Ends
with 0 when every promise was kept, else with 1, naming the seed that breaks it.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from proofs.faults.real.run import SECONDS
from proofs.faults.real.run import judged as judged_real
from proofs.faults.report import SHARE_OF_CONTENT, Figures, as_json, table, too_few
from proofs.faults.simulation.world import judged
from proofs.rig.figures import save
from proofs.rig.program import RunBroken
from robotvoice.console.output import columns

OUT = Path("out")
CONTENT_RUNS = 4
"""Of so many seeds also those in which only content goes wrong"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m proofs.faults", description="Whether anything is ever lost."
    )
    parser.add_argument("--simulation", action="store_true", help="only engines that are simulated")
    parser.add_argument("--real", action="store_true", help="only real processes; needs mlx-audio")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, metavar="N", help="of real processes, at least"
    )
    parser.add_argument("--seeds", type=int, default=12, metavar="N", help="runs, each with its own faults")
    parser.add_argument("--hours", type=float, default=0.5, metavar="H", help="of virtual time in each run")
    parser.add_argument("--first-seed", type=int, default=1, metavar="N", help="seed of the first run")
    options = parser.parse_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    both = options.simulation == options.real
    runs: list[Figures] = []
    of_content: list[Figures] = []
    if both or options.simulation:
        runs += [judged(seed, options.hours) for seed in seeds]
        print(table(runs, columns(sys.stdout)))
        of_content += [judged(seed, options.hours, content=True) for seed in seeds[:CONTENT_RUNS]]
        print("\ntexts and voices that come out wrong, and nothing else")
        print(table(of_content, columns(sys.stdout)))
    if both or options.real:
        try:
            figures, told = judged_real(options.first_seed, options.seconds, log=OUT / "faults-real.log")
        except RunBroken as problem:
            print(problem, file=sys.stderr)
            return 1
        print(f"{told}\n{table([figures], columns(sys.stdout))}")
        runs.append(figures)
    part = "" if both else "-simulation" if options.simulation else "-real"
    runs += of_content
    save(OUT / f"faults{part}.json", [as_json(run) for run in runs])
    broken = [(run, promise) for run in runs for promise in run.broken]
    for run, promise in broken:
        part = "--real" if run.name == "real" else "--simulation"
        print(f"BROKEN with {part} --first-seed {run.seed} --seeds 1: {promise}", file=sys.stderr)
    everything = [run for run in runs if run not in of_content]
    few = [too_few(everything), too_few(of_content, SHARE_OF_CONTENT)]
    for each in filter(None, few):
        print(f"BROKEN over all seeds: {each}", file=sys.stderr)
    return 1 if broken or any(few) else 0


if __name__ == "__main__":
    sys.exit(main())

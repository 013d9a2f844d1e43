"""python -m proofs.fuzz: 10,000 wrong requests to a real gateway, by HTTP, WebSocket and as clips.

Prints what became of them, writes out/fuzz.json, and ends with 0 when every promise was kept, else with 1:
no status of 500 and above, no connection refused, no traceback and no error in its log, no more memory at the
end, and it still speaks. A 503 is right where the voice itself is away: of /readyz, of the own voice where
that alone is asked for, and of a clip that can be used, as no model here clones.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from proofs.fuzz.attack_run import Found, attack
from proofs.fuzz.hostile_requests import cases
from proofs.rig.figures import save
from proofs.rig.program import RunBroken
from robotvoice.console.tables import table

OUT = Path("out/fuzz.json")
HTTP, MESSAGES, CLIPS = 6000, 3000, 1000
MORE_MEGABYTES = 8.0
"""By which the last quarter of a run may be above the first: more is a leak"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.fuzz", description="Whether wrong requests harm.")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--http", type=int, default=HTTP, metavar="N", help="requests over HTTP")
    parser.add_argument("--messages", type=int, default=MESSAGES, metavar="N", help="over the WebSocket")
    parser.add_argument("--clips", type=int, default=CLIPS, metavar="N", help="recordings to speak with")
    told = parser.parse_args(arguments)
    try:
        found = attack(partial(cases, told.seed, told.http, told.messages, told.clips))
    except RunBroken as problem:
        print(problem, file=sys.stderr)
        return 1
    broken = [*found.broken, *_leak(found)]
    print(_shown(found))
    first, last = quarters(found.megabytes)
    print(
        f"\n{found.seconds:.0f} s, memory {first:.1f} MB in the first quarter and {last:.1f} MB in the last"
    )
    rows = {f"{kind}: {outcome}": count for (kind, outcome), count in sorted(found.outcomes.items())}
    save(OUT, {"seed": told.seed, "outcomes": rows, "megabytes": found.megabytes, "broken": broken})
    for each in broken[:40]:
        print(f"BROKEN with --seed {told.seed}: {each}", file=sys.stderr)
    return 1 if broken else 0


def quarters(megabytes: Sequence[float]) -> tuple[float, float]:
    """The medians of the first quarter, without the first look, and of the last."""
    share = max(1, len(megabytes) // 4)
    first = megabytes[1 : share + 1] or megabytes or [0.0]
    return statistics.median(first), statistics.median(megabytes[-share:] or [0.0])


def _leak(found: Found) -> list[str]:
    first, last = quarters(found.megabytes)
    return [f"memory grew from {first:.1f} to {last:.1f} MB"] if last - first > MORE_MEGABYTES else []


def _shown(found: Found) -> str:
    kinds = sorted({kind for kind, _ in found.outcomes})
    outcomes = sorted({outcome for _, outcome in found.outcomes})
    rows = [["", *outcomes, "all"]]
    for kind in kinds:
        counts = [found.outcomes[kind, outcome] for outcome in outcomes]
        rows.append([kind, *(str(count or "") for count in counts), str(sum(counts))])
    return table(rows, right=range(1, len(outcomes) + 2))


if __name__ == "__main__":
    sys.exit(main())

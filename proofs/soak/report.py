"""What a run says of itself: figures, and which promises were broken."""

import statistics
from collections import Counter
from typing import Any

from proofs.soak.robot import TALKERS, Held
from proofs.soak.run import Run

MOST_MEGABYTES, MOST_PAIRED = 45.0, 50.0
MORE_MEGABYTES = 1.0
"""By which the last third of a run may be above the one before: more is a trend"""
MORE_KILOBYTES = 64
"""On disk: addresses and personas that are known are written anew, none is added"""
MOST_IDLE = 0.01
"""Of one core"""


def figures_of(run: Run) -> dict[str, Any]:
    """One row. Sizes are in MB of a million bytes; two values are those at the begin and at the end."""
    spoken = [row for row in run.texts if "error" not in row]
    via = Counter(row["via"] for row in spoken)
    first_audio = [row["first_audio_ms"] for row in spoken] or [0]
    second_third, last_third = _memory(run.held)
    begin, end = run.held[0], run.held[-1]
    return {
        "seed": run.seed,
        "changes": run.changes,
        "paired": run.paired,
        "absences": {str(absence): count for absence, count in run.absences.items()},
        "seconds": round(run.seconds, 1),
        "texts": len(run.texts),
        "lost": len(run.texts) - len(spoken),
        "by_gateway": via["gateway"],
        "by_robot": via["robot"],
        "sentences": sum(row["sentences"] for row in run.texts),
        "repeated": run.sentences - sum(row["sentences"] for row in spoken),
        "first_audio_p50_ms": statistics.median_high(first_audio),
        "first_audio_worst_ms": max(first_audio),  # with the time for which others were speaking
        "back_p50_ms": round(statistics.median(run.back_ms)),
        "back_worst_ms": max(run.back_ms),
        "megabytes_before": round(second_third, 1),
        "megabytes_last": round(last_third, 1),
        "megabytes_most": round(max(held.megabytes for held in run.held), 1),
        "megabytes": tuple(round(held.megabytes, 1) for held in run.held),  # after each return of the gateway
        "descriptors": (min(held.descriptors for held in run.held), end.descriptors),  # the first: the least
        "threads": (begin.threads, end.threads),
        "files": (begin.files, end.files),
        "kilobytes": (begin.kilobytes, end.kilobytes),
        "idle_with_gateway": run.idle_with_gateway,
        "idle_without_gateway": run.idle_without_gateway,
        "broken": broken_promises(run),
    }


def broken_promises(run: Run) -> list[str]:
    """Each in a sentence."""
    errors = Counter(row["error"] for row in run.texts if "error" in row)
    broken = [f"{count} texts were lost: {error}" for error, count in errors.items()]
    if len(run.texts) < len(TALKERS):
        broken.append("hardly anything was said")
    if run.lines.get("spoken", 0) != len(run.texts) - errors.total():
        broken.append(f"the daemon counts {run.lines} of {len(run.texts)} texts")
    first, last = _memory(run.held)
    if last > first + MORE_MEGABYTES:
        broken.append(f"the daemon grew from {first:.1f} to {last:.1f} MB")
    most = max(held.megabytes for held in run.held)
    if most >= (MOST_PAIRED if run.paired else MOST_MEGABYTES):
        broken.append(f"the daemon had {most:.1f} MB")
    begin, end = run.held[0], run.held[-1]
    least = min(held.descriptors for held in run.held)
    if end.descriptors > least:
        broken.append(f"{end.descriptors - least} descriptors are left open")
    if end.files > begin.files or end.kilobytes > begin.kilobytes + MORE_KILOBYTES:
        broken.append(f"its folder grew from {begin.files} files to {end.files}, {end.kilobytes} KiB")
    for idle, how in ((run.idle_with_gateway, "with"), (run.idle_without_gateway, "without")):
        if idle is not None and idle >= MOST_IDLE:
            broken.append(f"{idle:.1%} of a core while nobody speaks, {how} a gateway")
    return broken


def _memory(held: list[Held]) -> tuple[float, float]:
    """Medians of the second third and of the last: in the first it meets everything for the first time."""
    sizes = [each.megabytes for each in held]
    third = max(1, len(sizes) // 3)
    return statistics.median(sizes[-2 * third : -third] or sizes), statistics.median(sizes[-third:])

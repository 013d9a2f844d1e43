"""What a run says of itself: a row for each thing that was measured, as a table and as JSON."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from proofs.lan.promises import Verdict, judge
from proofs.lan.trial import BACK, NEXT, Trial
from robotvoice.console import tables

HEADINGS = (
    "",
    "trials",
    "median ms",
    "worst ms",
    "target ms",
    "lost",
    "twice",
    "repeated",
    "at once",
    "hung",
)
ASKED = "from the request, or from what was done to the gateway if that is later, to what can be heard"


@dataclass(frozen=True, slots=True)
class Target:
    """What a row is to be; None: there is no target, it is only told."""

    ms: float | None
    definition: str


TARGETS = {
    "gateway killed": Target(100, ASKED),
    "gateway killed after accepted": Target(100, ASKED),
    "silence after a sentence was cut": Target(
        None, "from the last of the gateway's voice to the first of the robot's"
    ),
    "gateway frozen": Target(400, ASKED),
    "gateway frozen after accepted": Target(400, ASKED),
    "gateway frozen, a stranger in its name": Target(
        400, f"{ASKED}; the stranger has its id, its personas and their revisions"
    ),
    "link cut": Target(400, f"{ASKED}; half of the times the interface is down, else packets vanish"),
    NEXT: Target(60, "from the request to what can be heard, of the second line after the gateway went"),
    BACK: Target(
        5000, "from the gateway ready, awake or joined again to its voice, in lines one after the other"
    ),
    "first line after boot, no gateway": Target(400, "from the request, as soon as the daemon listens"),
    "address changed, its voice heard": Target(10_000, "from the change, in lines one after the other"),
    "cards made anew: a new robot hears its voice": Target(
        5000, "from the change of both machines' cards, the start of the robot's daemon included"
    ),
    "six addresses: a new robot hears its voice": Target(
        5000, "from the daemon listening, as soon as it is ready; five addresses lead nowhere"
    ),
    "IPv6 only: a new robot hears its voice": Target(
        5000, "from the daemon listening, as soon as it is ready"
    ),
    "phrase from the book": Target(30, "from the request to what can be heard"),
    "urgent line, until the story is silent": Target(30, "from the request to the story's last sample"),
    "three at once, with the daemon": Target(None, "from the start of the commands to the first sound"),
    "three at once, without the daemon": Target(None, "from the start of the commands to the first sound"),
    "asleep loudspeaker: an urgent line": Target(
        900, "from the request to what can be heard, with 700 ms of silence that wake it"
    ),
    "busy loudspeaker: the urgent line, once it is free": Target(
        600, "from the end of the other program to what can be heard"
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """Counts are over all trials in which this was measured, or should have been."""

    name: str
    trials: int
    median_ms: float | None
    worst_ms: float | None
    target_ms: float | None
    lost: int
    twice: int
    repeated: int
    overlaps: int
    wrong: int
    hung: int
    definition: str

    def broken(self, *, speed: bool) -> list[str]:
        """The promises that were not kept, each in a sentence; with `speed` also the targets."""
        counts = (
            (self.lost, "lines were lost"),
            (self.twice, "lines were said twice"),
            (self.overlaps, "times two voices spoke at once"),
            (self.wrong, "things were heard that nobody can have said"),
            (self.hung, "trials did not come to their end"),
        )
        told = [f"{self.name}: {count} {what}" for count, what in counts if count]
        if speed and self.target_ms is not None and (self.median_ms or 0.0) > self.target_ms:
            told.append(
                f"{self.name}: the median is {self.median_ms:.0f} ms, the target {self.target_ms:.0f}"
            )
        return told


def rows(trials: Sequence[Trial]) -> list[Row]:
    """In the order of TARGETS. What a trial broke is told in the first row it was for."""
    verdicts = {id(trial): judge(trial) for trial in trials}
    told: set[int] = set()
    found = []
    for name, target in TARGETS.items():
        mine = [trial for trial in trials if any(row == name for row, _ in trial.measured)]
        mine += [trial for trial in trials if not trial.measured and trial.row == name]
        if not mine:
            continue
        fresh = [trial for trial in mine if id(trial) not in told]
        told |= set(map(id, mine))
        found.append(_row(name, target, mine, [verdicts[id(trial)] for trial in fresh], fresh))
    return found


def _row(
    name: str, target: Target, trials: Sequence[Trial], verdicts: Sequence[Verdict], fresh: Sequence[Trial]
) -> Row:
    times = [seconds * 1000 for trial in trials for row, seconds in trial.measured if row == name]
    return Row(
        name,
        len(times),
        round(statistics.median(times), 1) if times else None,
        round(max(times), 1) if times else None,
        target.ms,
        **{
            what: sum(getattr(verdict, what) for verdict in verdicts)
            for what in ("lost", "twice", "repeated", "overlaps", "wrong")
        },
        hung=sum(trial.hung is not None for trial in fresh),
        definition=target.definition,
    )


def table(found: Sequence[Row], width: int | None = None) -> str:
    """For people; what a time means stands below."""
    lines = [HEADINGS, *map(_cells, found)]
    shown = tables.table(lines, width, right=range(1, len(HEADINGS)))
    meanings = [f"  {row.name}: {row.definition}" for row in found]
    return "\n".join((shown, "", "Times are those of the recording:", *meanings))


def _cells(row: Row) -> tuple[str, ...]:
    times = ("-" if ms is None else f"{ms:.0f}" for ms in (row.median_ms, row.worst_ms, row.target_ms))
    counts = map(str, (row.lost, row.twice, row.repeated, row.overlaps, row.hung))
    return (row.name, str(row.trials), *times, *counts)

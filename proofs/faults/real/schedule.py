"""What breaks when, all of it from one seed: three lines of faults that go on side by side."""

import enum
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofs.faults.real import proxy
from proofs.faults.real.world import CLONE, LOCAL, UPSTREAM


class Kind(enum.StrEnum):
    """What is done, and to whom."""

    WORKER_KILL = "worker_kill"
    WORKER_STOP = "worker_stop"
    UPSTREAM_LATENCY = "upstream_latency"
    UPSTREAM_HANG = "upstream_hang"
    UPSTREAM_RESET = "upstream_reset"
    UPSTREAM_CUT = "upstream_cut"
    UPSTREAM_TRICKLE = "upstream_trickle"
    UPSTREAM_REFUSE = "upstream_refuse"
    ESPEAK_KILL = "espeak_kill"
    ESPEAK_STOP = "espeak_stop"
    DISK_FULL = "disk_full"
    """For what is kept of what was spoken"""
    NO_FILES = "no_files"
    """The gateway can open none any more, and take no connection"""
    CANCEL = "cancel"
    """Clients leave in the middle: no window, it goes on all the time"""
    CONTENT_TEXT = "content_text"
    """What the model makes of a text is not it: no window either"""
    CONTENT_VOICE = "content_voice"
    """Nothing comes out right with the clip of one voice"""


ALL_THE_TIME = (Kind.CANCEL, Kind.CONTENT_TEXT, Kind.CONTENT_VOICE)
LINES: Sequence[tuple[float, Sequence[Kind]]] = (
    (20.0, (Kind.WORKER_KILL, Kind.WORKER_STOP, Kind.DISK_FULL)),
    (10.0, tuple(kind for kind in Kind if kind.startswith("upstream"))),
    (12.0, (Kind.ESPEAK_KILL, Kind.ESPEAK_STOP, Kind.NO_FILES)),
)
"""Kinds that follow each other, and the seconds from one to the next if there is time"""
LONGEST = 3.0
AMOUNTS = {
    # More than the listener's whole budget; less than half of "Hi.", so that a canary meets it too.
    Kind.UPSTREAM_LATENCY: 2.5,
    Kind.UPSTREAM_CUT: 6000.0,
}


@dataclass(frozen=True, slots=True)
class Window:
    """One outage: seconds from the start of the run."""

    kind: Kind
    begins: float
    lasts: float

    @property
    def engine(self) -> str | None:
        """Whose outage it is."""
        owners = {"worker": CLONE, "upstream": UPSTREAM, "espeak": LOCAL}
        return owners.get(self.kind.partition("_")[0])

    @property
    def needs(self) -> str | None:
        """Who has to be well before it begins: what is down already cannot be hurt."""
        return CLONE if self.kind is Kind.DISK_FULL else self.engine

    @property
    def on_the_way(self) -> proxy.Fault | None:
        """What the proxy is to do."""
        if self.engine != UPSTREAM:
            return None
        return proxy.Fault(proxy.Kind(self.kind.partition("_")[2]), AMOUNTS.get(self.kind, 0.0))


def plan(seed: int, seconds: float) -> list[list[Window]]:
    """For each line its windows in their order, each kind as often as there is time for, at least once."""
    rng = random.Random(seed)
    return [list(_line(rng, seconds, apart, kinds)) for apart, kinds in LINES]


def _line(rng: random.Random, seconds: float, apart: float, kinds: Sequence[Kind]) -> Iterator[Window]:
    rounds = max(1, int(seconds / (apart * len(kinds))))
    slot = seconds / (rounds * len(kinds))
    for number in range(rounds):
        for place, kind in enumerate(rng.sample(kinds, len(kinds))):
            begins = (number * len(kinds) + place) * slot + rng.uniform(0.05, 0.25) * slot
            yield Window(kind, begins, rng.uniform(0.8, 1.0) * LONGEST)

"""Each change of a breaker, and what it tells of the way back after an outage."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from proofs.faults.answers import Recovery
from proofs.faults.simulation.schedule import Schedule, Window
from proofs.faults.simulation.watched import INTERVAL, WatchedEngine
from robotvoice.chain.breaker import BreakerChange, CircuitBreaker, State


@dataclass(frozen=True, slots=True)
class Change:
    at: float
    state: State
    opened_until: float


class BreakerLog:
    """A breaker's listener."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.changes: list[Change] = []
        self.breaker: CircuitBreaker | None = None
        self._tell = tell

    def __call__(self, change: BreakerChange) -> None:
        assert self.breaker is not None
        self.changes.append(Change(change.at, change.new, self.breaker.remember().opened_until))
        why = change.reason.code if change.reason else "-"
        self._tell(f"breaker {change.name} {change.new.value} {why}")

    def recoveries(
        self, engine: WatchedEngine, schedule: Schedule, healthy: Callable[[float], float | None]
    ) -> Iterator[Recovery]:
        """Of every outage after which it was let recover; `healthy(t)`: when it could speak again after t.

        A canary that went before that may still fail and open the breaker once more: its delay counts.
        """
        windows = [window for window in schedule.windows if window.engine == engine.name]
        for window, after in zip(windows, [*windows[1:], None], strict=False):
            if window.dead and (recovery := self._recovery(engine, window, after, healthy)):
                yield recovery

    def _recovery(
        self,
        engine: WatchedEngine,
        window: Window,
        after: Window | None,
        healthy: Callable[[float], float | None],
    ) -> Recovery | None:
        able = healthy(window.ended)
        before = [change for change in self.changes if change.at <= window.ended]
        if able is None or not before or before[-1].state is State.CLOSED:
            return None
        closed = next((c for c in self.changes if c.at > window.ended and c.state is State.CLOSED), None)
        if closed is None or (after and after.began < closed.at):
            return None
        openings = [c for c in self.changes if c.state is State.OPEN and c.at < closed.at]
        mine = [probe for probe in engine.probes if able <= probe.came_back <= closed.at]
        wronged = any(probe.end == "failed" and probe.went >= able for probe in mine)
        due = able if wronged else openings[-1].opened_until
        good = [probe.came_back - probe.went for probe in mine if probe.end == "good"]
        return Recovery(
            engine.name,
            able,
            due,
            closed.at,
            sum(good[-2:]) + 2 * INTERVAL + 0.001,
            next((at for at in engine.spoke if at >= closed.at), None),
        )

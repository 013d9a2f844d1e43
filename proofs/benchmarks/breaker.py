"""What the circuit breaker costs a call: a permit acquired and settled."""

import timeit

from proofs.benchmarks.report import Figure
from proofs.rig.figures import Progress, median
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.utterance import Reason

TARGET = 5.0
"""Microseconds"""
SETTLE = """
if permit := breaker.acquire():
    permit.ok()
"""


def measure(progress: Progress, *, batches: int = 21, calls: int = 20_000) -> list[Figure]:
    """Microseconds per call, each the median of `batches`; the loop around the calls is in all of them."""
    closed, opened = CircuitBreaker("closed"), CircuitBreaker("open")
    while permit := opened.acquire():
        permit.fail(Reason("measured", "opened on purpose"))
    timers = {
        "acquire + ok, closed": (timeit.Timer(SETTLE, globals={"breaker": closed}), TARGET),
        "acquire, open": (timeit.Timer("breaker.acquire()", globals={"breaker": opened}), None),
        "the empty loop around them": (timeit.Timer(), None),
    }
    # Until it keeps as many results as it ever will.
    timeit.timeit(SETTLE, number=calls, globals={"breaker": closed})
    times: dict[str, list[float]] = {name: [] for name in timers}
    for batch in range(batches):
        progress("breaker: batches of calls", batch, batches)
        for name, (timer, _) in timers.items():
            times[name].append(timer.timeit(calls) / calls * 1e6)
    return [Figure(name, median(times[name]), "µs per call", target) for name, (_, target) in timers.items()]

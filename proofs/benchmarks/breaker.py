"""What the circuit breaker costs a call: a permit acquired and settled."""

import time

from proofs.benchmarks.report import Figure
from proofs.rig.figures import Progress, median
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.utterance import Reason

TARGET = 5.0
"""Microseconds"""


def measure(progress: Progress, *, batches: int = 21, calls: int = 20_000) -> list[Figure]:
    """Microseconds per call, each the median of `batches`; the loop around the calls is in all of them."""
    closed, opened = CircuitBreaker("closed"), CircuitBreaker("open")
    while permit := opened.acquire():
        permit.fail(Reason("measured", "opened on purpose"))
    _call_and_settle(closed, calls)  # until it keeps as many results as it ever will
    loop, settled, refused = [], [], []
    for batch in range(batches):
        progress("breaker: batches of calls", batch, batches)
        loop.append(_do_nothing(calls))
        settled.append(_call_and_settle(closed, calls))
        refused.append(_call_in_vain(opened, calls))
    return [
        Figure("acquire + ok, closed", median(settled), "µs per call", TARGET),
        Figure("acquire, open", median(refused), "µs per call"),
        Figure("the empty loop around them", median(loop), "µs per call"),
    ]


def _do_nothing(calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        pass
    return (time.perf_counter() - begun) / calls * 1e6


def _call_and_settle(breaker: CircuitBreaker, calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        if permit := breaker.acquire():
            permit.ok()
    return (time.perf_counter() - begun) / calls * 1e6


def _call_in_vain(breaker: CircuitBreaker, calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        breaker.acquire()
    return (time.perf_counter() - begun) / calls * 1e6

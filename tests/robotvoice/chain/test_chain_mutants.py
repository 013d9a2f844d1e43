"""The model of the chain can fail: it finds each of these faults when one is put into the chain."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from proofs.rig.virtual_time import NothingEverHappens
from tests.cores import on_all_cores
from tests.robotvoice.chain.chain_mutants import MUTANTS
from tests.robotvoice.chain.chain_play import Parts, changed, source_of
from tests.robotvoice.chain.chain_scenario import RARE, RARE_FILES, scenarios
from tests.robotvoice.chain.test_chain_model import (
    AS_IT_IS,
    PAUSES,
    every_event,
    every_event_ahead,
    every_file,
)

# The first one waits for all.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Promise = Callable[..., None]
CHECKS: Mapping[str, tuple[Promise, st.SearchStrategy[tuple[Any, ...]]]] = {
    "events": (every_event, st.tuples(scenarios(), st.none() | st.integers(0, 12))),
    "files": (every_file, st.tuples(scenarios())),
    "ahead": (every_event_ahead, st.tuples(scenarios(timed=False), PAUSES)),
}
FOUND = (AssertionError, NothingEverHappens)
"""What a promise raises that is not kept"""
TELLING: list[tuple[str, tuple[Any, ...]]] = []
ALL = [(module, fault) for module in MUTANTS for fault in MUTANTS[module]]
FIRST = {"whole_file": "files", "ahead": "ahead"}
"""What finds the faults of a module soonest"""


@cache
def worlds(check: str) -> list[tuple[Any, ...]]:
    """Made once for all mutants."""
    promise, strategy = CHECKS[check]
    good: list[tuple[Any, ...]] = []

    @settings(
        max_examples=2500,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(world: tuple[Any, ...]) -> None:
        promise(*world, AS_IT_IS)
        good.append(world)

    with pytest.MonkeyPatch.context() as patch:
        # Else what worlds there are depends on numbers in whatever modules other tests have loaded.
        patch.setattr(providers, "_get_local_constants", Constants)
        collect()
    rare: dict[str, list[tuple[Any, ...]]] = {
        "events": [(world, None) for world in RARE],
        "files": [(world,) for world in RARE_FILES],
    }
    return rare.get(check, []) + good


def check(parts: Parts, first: str) -> None:
    """Raises what the first world shows in which the chain is not as it should be.

    Worlds that have shown a fault are looked at before all others: what shows one often shows more.
    """
    for name, world in reversed(TELLING):
        CHECKS[name][0](*world, parts)
    for name in sorted(CHECKS, key=lambda name: name != first):
        for world in worlds(name):
            try:
                CHECKS[name][0](*world, parts)
            except FOUND:
                TELLING.append((name, world))
                raise


def verdict(mutant: tuple[str, str]) -> bool:
    """Whether it is found."""
    module, fault = mutant
    old, new = MUTANTS[module][fault]
    try:
        check(changed(module, source_of(module).replace(old, new)), FIRST.get(module, "events"))
    except FOUND:
        return True
    return False


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str], bool]:
    """Of all of them, by as many processes as there are cores; each inherits the worlds."""
    for name in CHECKS:
        worlds(name)  # that the chain as it is passes in all of them is no fault that was found
    return dict(zip(ALL, on_all_cores(verdict, ALL), strict=True))


@pytest.mark.parametrize("mutant", ALL, ids=": ".join)
def test_the_model_finds(mutant: tuple[str, str], verdicts: dict[tuple[str, str], bool]) -> None:
    module, fault = mutant
    assert source_of(module).count(MUTANTS[module][fault][0]) == 1, "each mutant applies exactly once"
    assert verdicts[mutant]


def test_the_model_agrees_with_the_chain_as_it_is() -> None:
    """Otherwise the above would prove nothing."""
    check(changed("fallback", source_of("fallback")), "events")

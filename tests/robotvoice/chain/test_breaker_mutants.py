"""The model test can fail: it finds each of these faults when one is put into the breaker."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

import robotvoice.chain.breaker

pytestmark = pytest.mark.slow

SOURCE = Path(robotvoice.chain.breaker.__file__).read_text(encoding="utf-8")

MUTANTS = {
    "one failure in a row too many": (
        "_row(results) >= settings.consecutive",
        "_row(results) > settings.consecutive",
    ),
    "failures in a row need not be in a row": ("elif result.number > begun:", "elif False:"),
    "a call from before it broke ends a row": ("elif result.number > begun:", "else:"),
    "each failure begins a row": ("begun = begun if row else result.begun", "begun = result.begun"),
    "a row begins with its first call": (
        "begun = begun if row else result.begun",
        "begun = begun if row else result.number",
    ),
    "results never grow old": ("> self.settings.window", "> math.inf"),
    "results grow old a tick too early": ("> self.settings.window", ">= self.settings.window"),
    "rate must be exceeded": (">= settings.failure_rate", "> settings.failure_rate"),
    "rate is never looked at": (">= settings.failure_rate", "> 1"),
    "rate needs one call more": ("len(results) < self.settings.min", "len(results) <= self.settings.min"),
    "rate looks at too few calls": (
        "len(results) < self.settings.min",
        "len(results) + 1 < self.settings.min",
    ),
    "successes are not seen": (
        "self._results.append(_Result(now, number, self._begun, Verdict.SLOW if slow else Verdict.OK))",
        "None if not slow else self._results.append(_Result(now, number, self._begun, Verdict.SLOW))",
    ),
    "slow calls are not seen": ("Verdict.SLOW if slow else Verdict.OK", "Verdict.OK"),
    "the share of slow calls must be exceeded": (">= self.settings.slow_rate", "> self.settings.slow_rate"),
    "slow calls never open it": ("if slow and self._is_slow(now):", "if False:"),
    "a slow call counts as a failure": (
        "result.verdict is of for",
        "result.verdict is not Verdict.OK for",
    ),
    "a slow canary is good": ("if slow and self._state is State.HALF_OPEN:", "if False:"),
    "a forced state is left": ("if self._state is not State.FORCED_CLOSED:", "if True:"),
    "a forced state opens as one more failure": (
        "self._opening = _NEVER_OPENED\n        self._forced_for",
        "self._forced_for",
    ),
    "a forced state never ends": ("if self._state is not State.CLOSED:\n", "if False:\n"),
    "an operator who lets go leaves it open": (
        "if self._state is not State.CLOSED:\n",
        "if self._state in (State.FORCED_OPEN, State.FORCED_CLOSED):\n",
    ),
    "an operator who lets go leaves its back-off": (
        "self._forced_for, self._opening = None, _NEVER_OPENED",
        "self._forced_for = None",
    ),
    "a forced open state lets users through": (
        "frozenset({State.CLOSED, State.FORCED_CLOSED})",
        "frozenset({State.CLOSED, State.FORCED_CLOSED, State.FORCED_OPEN})",
    ),
    "a forced closed state lets nobody through": (
        "frozenset({State.CLOSED, State.FORCED_CLOSED})",
        "{State.CLOSED}",
    ),
    "results outlive a change": ("+= 1\n        self._results.clear()", "+= 1"),
    "results outlive an operator who lets go": (
        "_NEVER_OPENED\n        self._results.clear()",
        "_NEVER_OPENED",
    ),
    "what several calls have shown counts as one": (
        "if not (proven or self._is_sick(now)):",
        "if not self._is_sick(now):",
    ),
    "back-off never grows": ("rest_after(opened, ", "rest_after(1, "),
    "back-off has no upper end": (", settings.open_at_most)\n        until", ", math.inf)\n        until"),
    "back-off is never reset": ("self._opening = _NEVER_OPENED\n            self", "self"),
    "jitter is left out": ("settings.jitter * self._random()", "0"),
    "users pass half-open": (
        "if self._state in LETS_USERS_THROUGH else None",
        "if self.state in {*LETS_USERS_THROUGH, State.HALF_OPEN} else None",
    ),
    "open a tick too long": (">= self._opening.opened_until", "> self._opening.opened_until"),
    "half-opening is told with the time it was noticed": (
        "(State.HALF_OPEN, self._opening.opened_until)",
        "(State.HALF_OPEN, self._clock())",
    ),
    "any number of canaries": ("or now < self._lease_until", ""),
    "a lease never ends": ("now + self.settings.lease", "math.inf"),
    "a replaced canary still counts": (
        "self._generation += 1\n        return self._permit",
        "return self._permit",
    ),
    "a canary past its lease is good": ("if now < self._lease_until:\n", "if True:\n"),
    "an ignored canary keeps its lease": (
        "if self._settle():\n            self._breaker._lease_until = _NO_LEASE",
        "self._settle()",
    ),
    "a good canary keeps its lease": (
        "self._lease_until = _NO_LEASE\n        if self._good",
        "if self._good",
    ),
    "one good canary closes": (">= self.settings.canaries_to_close", ">= 1"),
    "good canaries outlive a reopening": (
        "_NO_LEASE, 0\n        if self._listener",
        "_NO_LEASE, self._good_canaries\n        if self._listener",
    ),
    "permits of an older generation count": (
        "return generation == self._breaker._generation",
        "return generation >= 0",
    ),
    "a permit settles twice": ("self._generation, -1  #", "self._generation, self._generation  #"),
    "a reconnect is not believed": (
        "self._opening = replace(self._opening, opened_until=now)\n            self._enter",
        "(lambda *_: None)",
    ),
    "a clock that was set back keeps it open": ("if possible else", "if True else"),
    "jitter makes a wait impossible": (
        "settings.open_at_most * (1 + settings.jitter)",
        "settings.open_at_most",
    ),
    "the next process knows no reason": (
        "return self._opening\n",
        "return replace(self._opening, reason=None)\n",
    ),
}


def model_test() -> ModuleType:
    path = Path(__file__).with_name("test_breaker_model.py")
    spec = importlib.util.spec_from_file_location("breaker_model", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MACHINE = model_test().BreakerMachine


def run_against(source: str) -> None:
    mutated = ModuleType("robotvoice.mutated_breaker")
    exec(compile(source, "<mutated robotvoice/chain/breaker.py>", "exec"), mutated.__dict__)
    machine = type("MutatedMachine", (MACHINE,), {"module": mutated})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=800,
            stateful_step_count=60,
            deadline=None,
            derandomize=True,
            database=None,
            # To know that it is found is enough.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("fault", MUTANTS)
def test_the_model_finds(fault: str) -> None:
    old, new = MUTANTS[fault]
    assert SOURCE.count(old) == 1, "each mutant applies exactly once"
    with pytest.raises(AssertionError):
        run_against(SOURCE.replace(old, new))


def test_the_model_agrees_with_the_breaker_as_it_is() -> None:
    """Otherwise the above would prove nothing."""
    run_against(SOURCE)

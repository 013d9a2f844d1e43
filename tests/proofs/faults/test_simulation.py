"""The promise under simulated fire, and that the simulation would notice if it were broken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from proofs.faults.checker import balance
from proofs.faults.report import SHARE_OF_CONTENT, Figures, broken_promises, figures_of, too_few
from proofs.faults.simulation.world import judged, simulate
from tests.cores import on_all_cores

ROOT = Path(__file__).parents[3]
SHORT = 0.15
"""Hours; a tenth of a second of real time for a minute"""
PROGRAM = "from proofs.faults.simulation.world import simulate; print(simulate(5, 0.1).log)"


def half_an_hour(seed: int) -> Figures:
    return judged(seed, 0.5)


def half_an_hour_of_content(seed: int) -> Figures:
    return judged(seed, 0.5, content=True)


def test_nothing_is_lost_late_or_left_behind_whatever_breaks() -> None:
    figures = figures_of(simulate(1, 0.5).evidence)
    assert figures.broken == []
    assert figures.lost == 0
    assert figures.takeovers > 10 and figures.repeats > 0 and figures.recoveries > 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_log_and_another_one_another() -> None:
    logs = [simulate(seed, SHORT).log for seed in (4, 4, 5)]
    assert logs[0] == logs[1] != logs[2]


@pytest.mark.slow
def test_the_log_does_not_depend_on_how_a_process_hashes() -> None:
    logs = set()
    for seed in ("1", "2"):
        child = subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        logs.add(child.stdout)
    assert len(logs) == 1


@pytest.mark.slow
def test_without_takeover_the_same_faults_lose_sentences_and_the_checker_sees_it() -> None:
    """Otherwise the above would prove nothing."""
    for seed in (1, 2):
        evidence = simulate(seed, SHORT, "without takeover").evidence
        assert balance(evidence.book).lost > 10
        assert any(promise.startswith("lost: ") for promise in broken_promises(evidence))


@pytest.mark.slow
def test_what_only_comes_out_wrong_loses_nothing_and_gives_no_engine_a_rest() -> None:
    """Beyond what cannot be helped: an oracle would speak hardly more in the cloned voices."""
    figures = judged(2, 0.25, content=True)
    assert figures.broken == []
    assert all(count["hit"] for count in figures.faults.values())
    assert figures.own_voice_share and figures.own_voice_share > SHARE_OF_CONTENT
    assert figures.probes <= 4, "two canaries each time that bad luck looked like a sick engine"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_over_several_seeds_content_costs_hardly_a_cloned_sentence() -> None:
    runs = on_all_cores(half_an_hour_of_content, range(1, 7))
    assert [run.broken for run in runs] == [[]] * len(runs)
    assert too_few(runs, SHARE_OF_CONTENT) is None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_promise_holds_with_each_seed() -> None:
    runs = on_all_cores(half_an_hour, range(1, 13))
    assert [(run.seed, run.broken) for run in runs if run.broken] == []

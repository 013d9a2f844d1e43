"""Real processes are killed, stopped and cut off while nine clients speak, and no word is lost."""

import importlib.util

import pytest

from proofs.faults.real.run import judged
from proofs.faults.real.schedule import ALL_THE_TIME, LINES, Kind, plan

SECONDS = 30.0
BY_SIGHT = "late:"
"""What no test judges: speed, which is for a machine that nobody else uses"""
needs_model = pytest.mark.skipif(
    importlib.util.find_spec("mlx_audio") is None, reason="mlx-audio is not installed"
)


def test_the_same_seed_gives_the_same_plan_and_each_kind_is_in_it() -> None:
    assert plan(7, 120) == plan(7, 120) != plan(8, 120)
    for seconds in (30.0, 120.0):
        for windows, (_, kinds) in zip(plan(7, seconds), LINES, strict=True):
            assert {window.kind for window in windows} == set(kinds)
            assert all(0 <= window.begins < seconds for window in windows)
    assert {kind for _, kinds in LINES for kind in kinds} == set(Kind).difference(ALL_THE_TIME)


@needs_model
@pytest.mark.clone
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_promise_is_kept_by_real_processes() -> None:
    figures, told = judged(1, SECONDS)
    assert [promise for promise in figures.broken if not promise.startswith(BY_SIGHT)] == [], told
    assert figures.lost == 0
    assert figures.spoken > 0 and figures.sentences["mlx"] > 0
    assert all(count["hit"] for count in figures.faults.values() if count["scheduled"])


@needs_model
@pytest.mark.clone
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_without_fallbacks_the_same_run_loses_texts() -> None:
    """Or the checker is blind."""
    figures, told = judged(1, SECONDS / 2, fallbacks=False)
    assert figures.lost > 0, told
    assert any(promise.startswith("lost:") for promise in figures.broken)

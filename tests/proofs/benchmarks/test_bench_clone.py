"""The benchmark of cloned voices comes to its end, and tells what it has seen."""

import importlib.util
import math
from dataclasses import replace

import pytest

from proofs.benchmarks.clone.answers import Answer, pcm_of_wavs, wrong
from proofs.benchmarks.clone.plan import CACHED, GATEWAY, GENERATOR, GUIDE, QUICK, Plan
from proofs.benchmarks.clone.race import measure
from proofs.benchmarks.clone.summary import Race, Row
from proofs.rig.figures import Progress
from robotvoice.sound.pcm import WIRE_FORMAT, wav_file

ONE, FIVE = "1 sentence", "5 sentences"


def a_row(letter: str, first: float, *, text: str = FIVE, clients: int = 1, **other: int) -> Row:
    counts = {"lost": 0, "wrong": 0, **other}
    return Row(letter, "somebody", text, clients, first=(first,), made=(2.0,), rss=0, **counts)


@pytest.mark.clone
@pytest.mark.timeout(180)
def test_generator_and_gateway_are_measured_side_by_side_and_nothing_is_lost_or_wrong() -> None:
    if importlib.util.find_spec("mlx_audio") is None:
        pytest.skip("mlx-audio is not installed; pip install 'robotvoice[mlx]'")
    race = measure(Progress(), replace(QUICK, letters=(GENERATOR, GATEWAY), crowds=(), cached=3))
    rows = {(row.letter, row.text, row.clients): row for row in race.rows}
    asked = {(who, text, 1) for who in (GENERATOR, GATEWAY) for text in (ONE, FIVE)}
    assert rows.keys() == asked | {(CACHED, ONE, 1)}
    for (letter, _, _), row in rows.items():
        assert (len(row.first), row.lost, row.wrong) == (3 if letter == CACHED else 1, 0, 0)
        assert row.throughput > 0 and row.rss > 0
    assert not any(figure.tells_of_loss for figure in race.targets())


def test_each_trial_comes_early_and_as_often_as_the_plan_says() -> None:
    plan = Plan()
    trials = list(plan.trials())
    assert {trials.count(trial) for trial in trials if trial.clients == 1} == {plan.rounds * plan.alone}
    assert {trials.count(trial) for trial in trials if trial.clients > 1} == {(plan.rounds + 1) // 2}
    assert set(trials[: len(trials) // 2]) == set(trials)


def test_what_is_too_slow_misses_its_target_and_what_is_wrong_fails_the_run() -> None:
    slow = Race((a_row(GENERATOR, 90.0), a_row(GATEWAY, 100.0), a_row(GUIDE, 900.0)))
    missed = [figure.name for figure in slow.targets() if figure.met is False]
    assert missed == [
        f"{FIVE}, clients: 1: b - a, first audio",
        f"{FIVE}, clients: 1: b / d, first audio",
    ]
    assert not any(figure.tells_of_loss for figure in slow.targets())
    for broken in (a_row(GATEWAY, 9.0, wrong=1), a_row(CACHED, math.inf, lost=1)):
        assert any(figure.tells_of_loss for figure in Race((broken,)).targets())


def test_a_seeded_answer_must_be_the_same_and_any_other_about_as_long() -> None:
    usual = Answer(0.1, 100, "digest")
    assert not wrong(usual, alike=usual, length=100)
    assert wrong(replace(usual, digest="other"), alike=usual, length=100)
    assert wrong(usual, alike=usual, length=101)
    assert not wrong(replace(usual, samples=120), alike=None, length=100)
    assert wrong(replace(usual, samples=140), alike=None, length=100)
    assert wrong(replace(usual, sound=False), alike=None, length=100)


def test_wavs_that_follow_each_other_are_one_sound() -> None:
    wavs = [wav_file(pcm, WIRE_FORMAT) for pcm in (b"\1\0" * 10, b"\2\0" * 5)]
    assert pcm_of_wavs(b"".join(wavs)) == b"\1\0" * 10 + b"\2\0" * 5
    with pytest.raises(ValueError, match="no WAV"):
        pcm_of_wavs(b"{}")

"""What breaks the promise is seen, and what does not is no reproach."""

import pytest

from proofs.lan.promises import Verdict, judge
from proofs.lan.trial import Trial
from tests.proofs.lan.sounds import sound, trial

A, B = sound("a", 101, 1), sound("b", 103, 1)


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        (trial(A, B), Verdict()),
        (trial(A), Verdict(lost=1)),
        (trial(A, sound("b", 103, 0.5, whole=False)), Verdict(lost=1)),
        (trial(A, B, sound("a", 105, 1)), Verdict(twice=1)),
        (trial(sound("a", 101, 0.4, "gateway", whole=False), sound("a", 102, 1), B), Verdict(repeated=1)),
        (trial(A, sound("b", 101.5, 1)), Verdict(overlaps=1)),
        (trial(sound("a", 101, 5), sound("b", 101.5, 1), asked=("a", "b")), Verdict(overlaps=1)),
        (trial(A, B, sound(None, 105, 1, "nobody")), Verdict(wrong=1)),
        (trial(A, B, sound("c", 105, 1)), Verdict(wrong=1)),
        (trial(A, sound("a", 105, 1), asked=("a", "a")), Verdict()),
    ],
)
def test_it_is_judged_by_what_was_heard(what: Trial, verdict: Verdict) -> None:
    assert judge(what) == verdict


def test_three_voices_at_once_are_more_than_two() -> None:
    long = sound("a", 101, 9)
    assert judge(trial(long, sound("b", 102, 1), sound("c", 104, 1), asked=("a", "b", "c"))).overlaps == 2


def test_what_is_cut_on_purpose_need_not_be_heard_to_its_end() -> None:
    cut = trial(sound("a", 101, 0.4, whole=False), B)
    cut.lines[0].cut = True
    assert judge(cut) == Verdict()

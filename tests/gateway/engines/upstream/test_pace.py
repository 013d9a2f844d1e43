"""An estimate follows what was measured, and forgets it: who is never asked is never measured again."""

import pytest

from gateway.engines.upstream.upstream_pace import FIRST_AUDIO, HALF_LIFE, FadingMean


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_begins_with_a_guess_and_comes_near_to_what_is_measured() -> None:
    pace = FadingMean(FIRST_AUDIO, Clock())
    assert pace.value == FIRST_AUDIO
    for _ in range(30):
        pace.add(1.9)
    assert pace.value == pytest.approx(1.9, abs=0.01)


def test_an_upstream_that_was_slow_is_worth_a_try_again_after_a_while() -> None:
    clock = Clock()
    pace = FadingMean(FIRST_AUDIO, clock)
    for _ in range(30):
        pace.add(1.9)
    slow = pace.value
    clock.now += HALF_LIFE
    assert pace.value == pytest.approx((slow + FIRST_AUDIO) / 2)
    clock.now += 20 * HALF_LIFE
    assert pace.value == pytest.approx(FIRST_AUDIO, abs=0.001)

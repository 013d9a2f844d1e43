"""An estimate follows what was measured, and forgets it: who is never asked is never measured again."""

import pytest

from gateway.engines.upstream.upstream_pace import FIRST_AUDIO, HALF_LIFE, REAL_TIME_FACTOR, UpstreamPace


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_begins_with_a_guess_and_comes_near_to_what_is_measured() -> None:
    pace = UpstreamPace(Clock())
    assert (pace.first_audio, pace.real_time_factor) == (FIRST_AUDIO, REAL_TIME_FACTOR)
    for _ in range(30):
        pace.began(1.9)
        pace.ended(2.0, 10.0)
    assert pace.first_audio == pytest.approx(1.9, abs=0.01)
    assert pace.real_time_factor == pytest.approx(0.2, abs=0.01)


def test_an_upstream_that_was_slow_is_worth_a_try_again_after_a_while() -> None:
    clock = Clock()
    pace = UpstreamPace(clock)
    for _ in range(30):
        pace.began(1.9)
    slow = pace.first_audio
    clock.now += HALF_LIFE
    assert pace.first_audio == pytest.approx((slow + FIRST_AUDIO) / 2)
    clock.now += 20 * HALF_LIFE
    assert pace.first_audio == pytest.approx(FIRST_AUDIO, abs=0.001)

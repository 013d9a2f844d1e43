"""A clip that no worker survives is not given to the next one again and again."""

import pytest

from gateway.engines.mlx.harmful_voices import FIRST_PAUSE, LONGEST_PAUSE, MOST, HarmfulVoices
from tests.robotvoice.chain.chain import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def harmful(clock: Clock) -> HarmfulVoices:
    return HarmfulVoices(clock)


def test_once_may_be_chance(harmful: HarmfulVoices) -> None:
    harmful.harmed("nova")
    assert harmful.readiness("nova") and "nova" in harmful


def test_from_the_second_time_it_rests_and_twice_as_long_each_time(
    harmful: HarmfulVoices, clock: Clock
) -> None:
    harmful.harmed("nova")
    rests = []
    for _ in range(9):
        harmful.harmed("nova")
        rests.append(harmful.readiness("nova").retry_after)
        assert harmful.readiness("brim")
        clock.now += LONGEST_PAUSE
        assert harmful.readiness("nova")
    assert rests[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE] and rests[-1] == LONGEST_PAUSE


def test_one_that_is_encoded_after_all_has_a_clean_slate(harmful: HarmfulVoices) -> None:
    for _ in range(3):
        harmful.harmed("nova")
    harmful.survived("nova")
    assert harmful.readiness("nova") and "nova" not in harmful
    harmful.harmed("nova")
    assert harmful.readiness("nova")


def test_no_more_than_so_many_are_remembered(harmful: HarmfulVoices) -> None:
    for number in range(2 * MOST):
        harmful.harmed(f"clip {number}")
        harmful.harmed(f"clip {number}")
    assert sum(f"clip {number}" in harmful for number in range(2 * MOST)) == MOST
    assert not harmful.readiness(f"clip {2 * MOST - 1}")

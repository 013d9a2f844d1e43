"""What fails again and again is tried ever more rarely, and what worked begins anew."""

from gateway.phrases.backoff import Rests


def test_each_rest_is_twice_as_long_as_the_one_before_up_to_the_longest() -> None:
    now = 100.0
    rests = Rests(lambda: now)
    lengths = []
    for failure in range(1, 60):
        assert rests.failed("a", 2.0, 60.0) == failure
        began = now
        while rests.rests("b", "a"):
            now += 1.0
        lengths.append(now - began)
    assert lengths[:6] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    assert set(lengths[6:]) == {60.0}


def test_what_worked_rests_no_more_and_its_failures_are_forgotten() -> None:
    rests = Rests(lambda: 0.0)
    for key in ("a", "b"):
        rests.failed(key, 2.0, 60.0)
    rests.worked("a")
    assert (rests.rests("a"), rests.failures("a")) == (False, 0)
    assert (rests.rests("b"), rests.failures("b")) == (True, 1)
    rests.clear()
    assert (rests.rests("b"), rests.failures("b")) == (False, 0)

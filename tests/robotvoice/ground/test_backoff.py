"""What fails again and again is tried ever more rarely, and what worked begins anew."""

from robotvoice.ground.backoff import Backoff, Rests, rest_after


def test_each_rest_is_twice_as_long_as_the_one_before_up_to_the_longest() -> None:
    now = 100.0
    rests = Rests(lambda: now)
    lengths = []
    for failure in range(1, 60):
        assert rests.failed("a", 2.0, 60.0) == failure
        began = now
        while rests.left("b", "a"):
            now += 1.0
        lengths.append(now - began)
    assert lengths[:6] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]
    assert set(lengths[6:]) == {60.0}


def test_what_worked_rests_no_more_and_its_failures_are_forgotten() -> None:
    rests = Rests(lambda: 0.0)
    for key in ("a", "b"):
        rests.failed(key, 2.0, 60.0)
    rests.worked("a")
    assert (rests.left("a"), rests.failures("a")) == (0.0, 0)
    assert (rests.left("b"), rests.failures("b")) == (2.0, 1)
    rests.clear()
    assert (rests.left("b"), rests.failures("b")) == (0.0, 0)


def test_the_first_failures_may_be_free() -> None:
    rests = Rests(lambda: 0.0)
    assert [(rests.failed("a", 2.0, 60.0, free=2), rests.left("a")) for _ in range(4)] == [
        (1, 0.0),
        (2, 0.0),
        (3, 2.0),
        (4, 4.0),
    ]


def test_what_failed_longest_ago_is_forgotten_first() -> None:
    rests = Rests(lambda: 0.0, most=2)
    for key in ("a", "b", "a", "c"):
        rests.failed(key, 2.0, 60.0)
    assert [rests.failures(key) for key in ("a", "b", "c")] == [2, 0, 1]


def test_a_loop_waits_ever_longer_until_it_begins_anew() -> None:
    backoff = Backoff(0.5, 5.0)
    assert [backoff.next() for _ in range(6)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    backoff.reset()
    assert (backoff.next(), backoff.next()) == (0.5, 1.0)
    assert (backoff.jump(), backoff.next()) == (5.0, 5.0)


def test_what_fails_for_years_still_has_a_rest() -> None:
    assert {rest_after(failures, 1e-9, 60.0) for failures in (64, 10**6)} == {60.0}

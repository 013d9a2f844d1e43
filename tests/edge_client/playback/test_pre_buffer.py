"""How much is held back: learned quickly, forgotten slowly, and never without a bound."""

import pytest

from edge_client.playback.pre_buffer import LEAST, MOST, MOST_IN_ALL, MOST_SOURCES, PreBuffer


def test_it_begins_with_a_tenth_of_a_second() -> None:
    assert PreBuffer().wanted("anybody") == LEAST == 0.1


def test_underruns_make_it_longer_up_to_its_most() -> None:
    pre_buffer = PreBuffer()
    learned = []
    for _ in range(5):
        pre_buffer.underrun(0.2)
        learned.append(pre_buffer.learned)
    assert learned == sorted(learned)
    assert learned[-2:] == [MOST, MOST] == [0.35, 0.35]
    assert pre_buffer.underruns == 5
    assert pre_buffer.gaps == pytest.approx(1.0)


def test_it_shrinks_slowly_and_to_its_least_only() -> None:
    pre_buffer = PreBuffer()
    for _ in range(4):
        pre_buffer.underrun(0.1)
    for _ in range(20):
        pre_buffer.played_through()
    assert pre_buffer.learned > LEAST
    for _ in range(20):
        pre_buffer.played_through()
    assert pre_buffer.learned == LEAST


def test_the_nearer_to_real_time_the_more_up_to_a_second() -> None:
    wanted = []
    for pace in (0.1, 0.5, 0.9, 0.95, 1.0, 1.2, 3.0):
        pre_buffer = PreBuffer()
        pre_buffer.measured("clone", pace)
        wanted.append(pre_buffer.wanted("clone"))
    assert wanted[:3] == [LEAST, LEAST, LEAST]
    assert wanted[2] < wanted[3] < wanted[4] < wanted[5] < wanted[6]
    assert wanted[4] > MOST
    assert wanted[6] == MOST_IN_ALL


def test_a_source_that_became_quicker_is_believed_soon() -> None:
    pre_buffer = PreBuffer()
    for pace in (1.2, 0.4, 0.4, 0.4):
        pre_buffer.measured("clone", pace)
    assert pre_buffer.wanted("clone") == LEAST


def test_names_of_engines_do_not_fill_the_memory() -> None:
    pre_buffer = PreBuffer()
    for number in range(1000):
        pre_buffer.measured(f"engine {number}", 1.0)
    slow = [number for number in range(1000) if pre_buffer.wanted(f"engine {number}") > LEAST]
    assert slow == list(range(1000 - MOST_SOURCES, 1000))

"""What is on its way to a client is a few seconds of sound, however it reads."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.api.send_window import MARK_FROM, WINDOW, InFlight


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def full(flight: InFlight, piece: float = 0.5) -> list[bytes]:
    """Sends as long as there is room, and returns the marks that went along."""
    marks = []
    while flight.seconds < WINDOW:
        if mark := flight.sent(piece):
            marks.append(mark)
    return marks


async def waits(flight: InFlight) -> bool:
    """Whether the next piece has to."""
    try:
        async with asyncio.timeout(0.02):
            await flight.room()
    except TimeoutError:
        return True
    return False


async def test_a_few_seconds_go_out_at_once_and_the_rest_when_they_are_read() -> None:
    flight = InFlight(Clock())
    marks = full(flight)
    assert flight.seconds == WINDOW
    assert await waits(flight)
    flight.answered(marks[0])
    assert flight.seconds == WINDOW - MARK_FROM
    assert not await waits(flight)
    marks += full(flight)
    assert await waits(flight)
    flight.answered(marks[-1])
    assert (flight.seconds, flight.is_unread) == (0, False)


async def test_who_waits_goes_on_when_the_client_has_read() -> None:
    flight = InFlight(Clock())
    flight.answered(full(flight)[0])
    marks = full(flight)
    waiting = asyncio.create_task(flight.room())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    flight.answered(marks[-1])
    await asyncio.wait_for(waiting, 1)


async def test_a_client_that_never_answers_gets_as_much_as_it_plays() -> None:
    clock = Clock()
    flight = InFlight(clock)
    full(flight)
    assert await waits(flight)
    clock.now += 1.0
    assert not await waits(flight)
    clock.now += 60.0
    assert flight.seconds == 0, "a pause leaves no debt, and nothing in hand"
    assert len(full(flight)) > 0


def test_what_is_short_needs_no_marks() -> None:
    clock = Clock()
    flight = InFlight(clock)
    for _ in range(100):
        assert flight.sent(MARK_FROM / 2) is None
        clock.now += MARK_FROM
    assert not flight.is_unread


def test_what_is_no_mark_says_nothing() -> None:
    """A client may send pongs that nobody asked for."""
    flight = InFlight(Clock())
    marks = full(flight)
    before = flight.seconds
    for payload in (b"", b"0", b"99999", marks[0] + b"0"):
        flight.answered(payload)
    assert flight.seconds == before
    flight.answered(marks[-1])
    flight.answered(marks[0])
    assert flight.seconds == 0, "an old mark takes nothing back"


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(0.01, 2.0), st.booleans()), max_size=60))
def test_what_is_on_its_way_never_exceeds_the_window_by_more_than_a_piece(
    pieces: list[tuple[float, bool]],
) -> None:
    flight, marks = InFlight(Clock()), [b""]
    for piece, reads in pieces:
        if flight.seconds < WINDOW:
            marks.append(flight.sent(piece) or marks[-1])
        if reads:
            flight.answered(marks[-1])
        assert 0 <= flight.seconds < WINDOW + 2.0
        assert flight.seconds < WINDOW or flight.is_unread, "or nobody would ever go on"

"""Tables are whole at every width: each column, and each word of each cell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.console.tables import sheet, table

ROWS = [
    ("PERSONA", "VIA", "WAIT", "REASON"),
    ("gremlin", "robot", "37 ms", "gateway did not answer in time"),
    ("spark", "gateway", "127 ms", ""),
]
CELL = st.lists(st.text("abcxyz", min_size=1, max_size=12), max_size=6).map(" ".join)


def test_with_room_a_row_is_a_line() -> None:
    assert table(ROWS, 80, right={2}).splitlines() == [
        "PERSONA  VIA        WAIT  REASON",
        "gremlin  robot     37 ms  gateway did not answer in time",
        "spark    gateway  127 ms",
    ]
    assert table(ROWS, right={2}) == table(ROWS, 200, right={2})


def test_with_less_room_the_widest_cells_are_wrapped() -> None:
    assert table(ROWS, 40).splitlines() == [
        "PERSONA  VIA      WAIT    REASON",
        "gremlin  robot    37 ms   gateway did",
        "                          not answer in",
        "                          time",
        "spark    gateway  127 ms",
    ]


def test_with_too_little_room_each_row_is_a_block_without_its_empty_cells() -> None:
    assert table(ROWS, 24).splitlines() == [
        "PERSONA  gremlin",
        "VIA      robot",
        "WAIT     37 ms",
        "REASON   gateway did not",
        "         answer in time",
        "",
        "PERSONA  spark",
        "VIA      gateway",
        "WAIT     127 ms",
    ]


@given(
    st.integers(1, 6).flatmap(lambda columns: st.lists(st.tuples(*[CELL] * columns), min_size=2, max_size=5)),
    st.sampled_from([None, 20, 40, 80, 200]),
)
def test_no_word_is_lost_and_no_line_too_long(rows: list[tuple[str, ...]], width: int | None) -> None:
    told = table(rows, width)
    for row in rows[1:]:
        for word in " ".join(row).split():
            assert word in told
    if width:
        # What a word alone needs is behind the longest heading.
        most = max(len(heading) for heading in rows[0]) + 2 + 12
        assert all(len(line) <= max(width, most) for line in told.splitlines())


@pytest.mark.parametrize("width", [None, 30])
def test_what_is_said_of_a_name_goes_on_below_itself(width: int | None) -> None:
    told = sheet(
        [("Gateway", "192.168.1.20:7860, there since 12:04"), ("", "more"), ("Queue", "empty")], width
    )
    lines = {
        None: ["Gateway  192.168.1.20:7860, there since 12:04", "         more", "Queue    empty"],
        30: ["Gateway  192.168.1.20:7860,", "         there since 12:04", "         more", "Queue    empty"],
    }
    assert told.splitlines() == lines[width]

"""Which bytes a request for a part means, by RFC 9110; what cannot be read means all of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotvoice.http.file_answers import part_wanted

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        (None, 200, 0, 10),
        ("", 200, 0, 10),
        ("bytes=0-1", 206, 0, 2),
        ("bytes=2-", 206, 2, 10),
        ("bytes=0-", 206, 0, 10),
        (" Bytes=9-9 ", 206, 9, 10),
        ("bytes=3-999", 206, 3, 10),
        ("bytes=-4", 206, 6, 10),
        ("bytes=-400", 206, 0, 10),
        ("bytes=10-", 416, 0, 0),
        ("bytes=99-100", 416, 0, 0),
        ("bytes=-0", 416, 0, 0),
        ("bytes=5-3", 200, 0, 10),
        ("bytes=-", 200, 0, 10),
        ("bytes=0-1,4-5", 200, 0, 10),
        ("seconds=0-1", 200, 0, 10),
        ("bytes=a-b", 200, 0, 10),
        ("bytes=" + "9" * 5_000 + "-", 200, 0, 10),
    ],
)
def test_a_range_of_ten_bytes(wanted: str | None, status: int, start: int, stop: int) -> None:
    part = part_wanted(10, wanted, None, ETAG)
    assert (part.status, part.start, part.stop) == (status, start, stop)
    said = {200: None, 206: f"bytes {start}-{stop - 1}/10", 416: "bytes */10"}
    assert part.content_range == said[status]


def test_a_part_of_another_file_is_not_given_but_all_of_this_one() -> None:
    assert part_wanted(10, "bytes=2-", ETAG, ETAG).status == 206
    for other in ('"abd"', 'W/"abc"', "Wed, 21 Oct 2026 07:28:00 GMT"):
        assert part_wanted(10, "bytes=2-", other, ETAG).status == 200


@settings(max_examples=40)
@given(
    st.integers(1, 2**40), st.text(max_size=30) | st.from_regex(r"bytes=\d{0,20}-\d{0,20}", fullmatch=True)
)
def test_whatever_is_asked_a_part_lies_inside_the_file(size: int, wanted: str) -> None:
    part = part_wanted(size, wanted, None, ETAG)
    assert 0 <= part.start <= part.stop <= size
    assert part.status == 416 or part.stop > part.start

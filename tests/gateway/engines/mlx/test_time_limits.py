"""The bound on a sentence's tokens."""

import pytest

from gateway.engines.mlx.time_limits import LONGEST_SENTENCE, token_cap


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Hi.", 1.0),
        ("So it went on through the whole of a rainy afternoon.", 6.0),
        ("1234567890", 6.0),
        ("你好" * 20, 12.0),
    ],
)
def test_the_cap_leaves_room_for_slow_speech(text: str, seconds: float) -> None:
    assert token_cap(text) / 12.5 > 1.5 * seconds


def test_the_cap_of_a_long_text_has_a_bound() -> None:
    assert token_cap("word " * 5000) == LONGEST_SENTENCE

"""Requests as people and programs write them: what can be meant is taken, the rest is a warning (K5)."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.lenient_fields import number, read_leniently, whole_number
from robotvoice.wire.wire import Synthesize, decode_request


@pytest.mark.parametrize(
    ("field", "value", "taken"),
    [
        ("stream", 0, False),
        ("stream", "false", False),
        ("stream", "Yes", True),
        ("stream", "", True),
        ("audio", "BINARY", "binary"),
        ("audio", None, "base64"),
        ("engines", " Own", "own"),
        ("priority", "URGENT", "urgent"),
        ("budget_ms", "24000", 24_000),
        ("budget_ms", " 24000.0 ", 24_000),
        ("budget_ms", 20.5, 20),
        ("speed", "1.5", 1.5),
        ("speed", 2, 2.0),
        ("prepared", "TRUE", True),
    ],
)
def test_a_value_that_is_only_written_in_another_way_is_taken(
    field: str, value: object, taken: object
) -> None:
    warnings = VoiceWarnings()
    found = decode_request(json.dumps({"type": "synthesize", "text": "Hi.", field: value}), warnings)
    assert (getattr(found, field), list(warnings)) == (taken, [])
    assert type(getattr(found, field)) is type(taken)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("stream", 2, "stream is not followed: it must be a boolean (true or false)"),
        ("engines", ["own"], "engines is not followed: it must be one of own, all"),
        ("priority", "high", "priority is not followed: it must be one of urgent, dialogue, story, backgro"),
        ("budget_ms", True, "budget_ms is not followed: it must be a whole number"),
        ("budget_ms", "soon", "budget_ms is not followed: it must be a whole number"),
        ("budget_ms", float("nan"), "budget_ms is not followed: it must be a whole number"),
        ("budget_ms", float("-inf"), "budget_ms is not followed: it must be a whole number"),
        ("speed", "quick", "speed is not followed: it must be a finite number"),
        ("speed", {}, "speed is not followed: it must be a finite number"),
        ("mood", "merry", "not known here and not followed: mood"),
    ],
)
def test_a_value_that_cannot_be_followed_is_a_warning_and_the_text_is_spoken(
    field: str, value: object, said: str
) -> None:
    warnings = VoiceWarnings()
    found = decode_request(json.dumps({"type": "synthesize", "text": "Hi.", field: value}), warnings)
    assert found == Synthesize("Hi.")
    (told,) = warnings
    assert told.startswith(said)
    assert warnings.about == ("other" if field == "mood" else field,)


@settings(max_examples=40)
@given(st.integers(-(2**62), 2**62))
def test_a_whole_number_keeps_all_its_digits_also_as_text(value: int) -> None:
    """As a float it would not."""
    assert whole_number(value) == whole_number(str(value)) == whole_number(f" {value} ") == value


@settings(max_examples=40)
@given(st.text(st.characters()) | st.booleans() | st.none() | st.lists(st.integers()) | st.floats())
def test_what_is_no_number_is_none(value: Any) -> None:
    found = number(value)
    assert found is None or abs(found) < float("inf")
    assert number(True) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=5,
)


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(["stream", "engines", "priority", "budget_ms", "speed", "x"]), VALUES))
def test_whatever_is_in_the_other_fields_a_text_is_always_spoken(fields: dict[str, Any]) -> None:
    warnings = VoiceWarnings()
    found = read_leniently(Synthesize, {"text": "Hi.", **fields}, warnings)
    assert found.text == "Hi."
    assert set(warnings.about) <= {*fields, "other"}


def test_of_many_strange_fields_a_few_are_named_and_each_only_in_part() -> None:
    warnings = VoiceWarnings()
    strange = {f"{letter}{'x' * 99}": 1 for letter in "abcdefgh"}
    read_leniently(Synthesize, {"text": "Hi.", "empty": "", "nothing": None, **strange}, warnings)
    (told,) = warnings
    assert told.startswith(f"not known here and not followed: a{'x' * 23}, b")
    assert "empty" not in told
    assert warnings.about == ("other",)

"""Frozen dataclasses become JSON and come back the same, or the field that is wrong is named."""

import contextlib
import json
import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.errors import InvalidMessage
from robotvoice.json_records import read_record, write_record
from robotvoice.persona import VoiceSpec


@dataclass(frozen=True, slots=True)
class Inner:
    code: str
    pair: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Everything:
    """Every kind of field that a record may have."""

    from_: str
    at: float
    count: int
    may_be_absent: int | None
    sure: bool = False
    kind: Literal["one", "two"] = "one"
    limit: float | None = None
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    settings: Mapping[str, int] = field(default_factory=dict)
    words: tuple[tuple[str, str], ...] = ()


LEAST: dict[str, Any] = {"from": "here", "at": 0.5, "count": 1}
RECORDS = st.builds(
    Everything,
    at=st.floats(allow_nan=False, allow_infinity=False),
    limit=st.none() | st.floats(allow_nan=False, allow_infinity=False),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "pair", "x"]), inner),
    max_leaves=6,
)


@given(RECORDS | st.builds(VoiceSpec))
def test_a_record_survives_the_way_through_json(record: Everything | VoiceSpec) -> None:
    assert read_record(type(record), json.loads(json.dumps(write_record(record)))) == record


def test_a_name_that_python_reserves_has_no_underscore_on_the_wire() -> None:
    record = read_record(Everything, LEAST)
    assert record.from_ == "here"
    assert write_record(record)["from"] == "here"
    assert not any(name.endswith("_") for name in write_record(record))


def test_what_is_absent_is_its_default_or_none() -> None:
    assert read_record(Everything, LEAST) == Everything("here", 0.5, 1, None)


def test_what_is_unknown_is_ignored() -> None:
    assert read_record(Everything, {**LEAST, "newer": [1], "": None}) == read_record(Everything, LEAST)


@pytest.mark.parametrize("name", ["from", "at", "count"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(InvalidMessage, match=f"^{name} is missing"):
        read_record(Everything, {key: value for key, value in LEAST.items() if key != name})


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"from": 1}, "from must be a string"),
        ({"from": None}, "from must be a string"),
        ({"count": 1.0}, "count must be a whole number"),
        ({"count": True}, "count must be a whole number"),
        ({"count": "1"}, "count must be a whole number"),
        ({"at": "1"}, "at must be a finite number"),
        ({"at": False}, "at must be a finite number"),
        ({"at": None}, "at must be a finite number"),
        ({"at": math.nan}, "at must be a finite number"),
        ({"at": math.inf}, "at must be a finite number"),
        ({"at": 10**400}, "at must be a finite number"),
        ({"limit": -math.inf}, "limit must be a finite number"),
        ({"sure": 0}, "sure must be a boolean"),
        ({"sure": None}, "sure must be a boolean"),
        ({"kind": "three"}, "kind must be one of one, two"),
        ({"kind": ["one"]}, "kind must be one of one, two"),
        ({"inner": "x"}, "inner must be an object"),
        ({"inner": {}}, r"inner\.code is missing"),
        ({"many": {}}, "many must be a list"),
        ({"many": None}, "many must be a list"),
        ({"many": [None]}, r"many\[0\] must be an object"),
        ({"many": [{"code": "a"}, {"code": 1}]}, r"many\[1\]\.code must be a string"),
        ({"many": [{"code": "a", "pair": ["a"]}]}, r"many\[0\]\.pair must have 2 items"),
        ({"many": [{"code": "a", "pair": ["a", "b"]}]}, r"many\[0\]\.pair\[1\] must be a whole number"),
        ({"settings": []}, "settings must be an object"),
        ({"settings": {"pitch": 1.5}}, r"settings\.pitch must be a whole number"),
        ({"words": [["a", "b"], ["c"]]}, r"words\[1\] must have 2 items"),
        ({"words": ["ab"]}, r"words\[0\] must be a list"),
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type_is_named_by_its_path(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidMessage, match=f"^{problem}"):
        read_record(Everything, {**LEAST, **changed})


def test_a_path_begins_where_the_caller_is() -> None:
    with pytest.raises(InvalidMessage, match=r"^personas\[3\]\.code is missing"):
        read_record(Inner, {}, "personas[3].")


def test_a_whole_number_is_a_number() -> None:
    at = read_record(Everything, {**LEAST, "at": 3}).at
    assert (at, type(at)) == (3.0, float)
    assert read_record(Everything, {**LEAST, "at": -sys.float_info.max}).at == -sys.float_info.max


@given(
    st.dictionaries(st.sampled_from(["from", "at", "count", "limit", "inner", "many", "settings"]), VALUES)
)
def test_any_value_makes_a_record_or_is_refused(fields: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidMessage):
        assert isinstance(read_record(Everything, fields), Everything)

"""Requests as people and programs write them: `"1.0"` is a number, `"WAV"` is wav, and null is nothing.

What cannot be read, in a field that one can speak without, is a warning and no refusal.
"""

import math
import re
import unicodedata
from collections.abc import Collection, Hashable, Mapping
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from robotvoice.errors import InvalidMessage
from robotvoice.json_records import fields_of, may_be_none, read_value
from robotvoice.voice_warnings import VoiceWarnings

T = TypeVar("T")

FLAGS: Mapping[str, bool] = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip
_WHOLE = re.compile(r"[+-]?[0-9]{1,20}")
MOST_STRANGE = 6
"""Unknown fields that are named"""
LONGEST_NAME = 24
"""Characters of the name of one"""


def read_leniently(
    kind: type[T],
    fields: Mapping[str, Any],
    warnings: VoiceWarnings,
    *,
    exact: Collection[str] = (),
    ignored: Collection[str] = (),
) -> T:
    """A dataclass from JSON values. Raises InvalidMessage for a field that is needed, or one of `exact`.

    Those have no second-best: a wrong one means that no sound could be the right one. Of the unknown fields
    all are warned of, but for those in `ignored`.
    """
    values: dict[str, Any] = {}
    known = set(ignored)
    for name, hint, required in fields_of(cast(Hashable, kind)):
        wire_name = name.rstrip("_")
        known.add(wire_name)
        value = fields.get(wire_name)
        if not required and (value is None or (_is_empty(value) and not _is_text(hint))):
            continue
        if wire_name not in fields:
            raise InvalidMessage(f"{wire_name} is missing", wire_name)
        try:
            values[name] = read_value(hint, loosened(hint, value), wire_name)
        except InvalidMessage as error:
            if required or wire_name in exact:
                raise
            warnings.add(
                wire_name, f"{wire_name} is not followed: it {str(error).removeprefix(wire_name)[1:]}"
            )
    strange = {name for name in fields if name not in known}
    warn_of_strange([name for name in strange if not (_is_empty(name) or _is_empty(fields[name]))], warnings)
    return kind(**values)


def warn_of_strange(names: Collection[str], warnings: VoiceWarnings) -> None:
    """Names of fields that mean nothing here."""
    if names:
        shown = ", ".join(name[:LONGEST_NAME] for name in sorted(names)[:MOST_STRANGE])
        more = ", ..." if len(names) > MOST_STRANGE else ""
        warnings.add("other", f"not known here and not followed: {shown}{more}")


def warn_of_rate(asked: Any, is_: int, warnings: VoiceWarnings) -> None:
    """Of a `sample_rate` that is not the one the sound has."""
    if not _is_empty(asked) and number(asked) != is_:
        warnings.add("sample_rate", f"sample_rate is not followed: the sound has {is_} Hz")


def loosened(hint: Any, value: Any) -> Any:
    """`value` as this type means it, or as it is where it means nothing."""
    if may_be_none(hint):
        (hint,) = (each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is Literal:
        return folded(value) if folded(value) in get_args(hint) else value
    if hint is bool:
        return flag(value)
    if hint is int:
        return whole_number(value)
    if hint is float and (found := number(value)) is not None:
        return found
    return value


def folded(value: Any) -> Any:
    """A word as a list of choices writes it."""
    return value.strip().lower() if isinstance(value, str) else value


def flag(value: Any) -> Any:
    """True or False for the ways of writing them, anything else as it is."""
    if isinstance(value, bool) or value is None:
        return value
    return FLAGS.get(str(value).strip().lower(), value) if isinstance(value, str | int) else value


def whole_number(value: Any) -> Any:
    """What a number says, rounded, also as text; anything else as it is."""
    if type(value) is int:
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value)  # as a float it would lose its last digits
    found = number(value)
    return value if found is None else round(found)


def number(value: Any) -> float | None:
    """What a number says, also as text; None: it is none. Never NaN nor infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def nearest(value: float, least: float, most: float, about: str, unit: str, warnings: VoiceWarnings) -> float:
    """`value`, or what is nearest to it, with a warning."""
    found = min(max(value, least), most)
    if found != value:
        limits = f"from {_shown(least)} to {_shown(most)}{unit}"
        warnings.add(about, f"{about} goes {limits}: {_shown(found)} is taken")
    return found


def _shown(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def _is_text(hint: Any) -> bool:
    return hint is str or str in get_args(hint)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


NOBODY_NAMED = frozenset({"", "default"})
OPENAI_VOICES = frozenset(
    {
        "alloy", "arbor", "ash", "ballad", "breeze", "cedar", "coral", "cove", "echo", "ember", "fable",
        "juniper", "maple", "marin", "nova", "onyx", "sage", "shimmer", "sol", "spruce", "vale", "verse",
    }
)  # fmt: skip
"""Of its API, old and new, and of its app; programs that know no other send one of these"""


def stands_for_anybody(name: str, speaks: str, warnings: VoiceWarnings) -> bool:
    """Whether the one who `speaks` by default may be meant; with a warning if another one is named."""
    folded = unicodedata.normalize("NFKC", name).strip().lower()
    if folded in OPENAI_VOICES:
        warnings.add("voice", f"there is no voice {folded} here: {speaks} speaks")
    return folded in OPENAI_VOICES or folded in NOBODY_NAMED

"""JSON in a text: a call of a tool, data, or the answer itself in a wrapping."""

# ruff: noqa: SIM905 - lists would fill pages

import json
import re
from dataclasses import dataclass

_BEGINS = re.compile(r"\{\s*[\"'](?P<key>[^\"'\n{}]{1,64})[\"']\s*:")
_TOOL_KEYS = frozenset(
    """
    action action_input actions api arguments args call command function function_call functions invoke
    kwargs parameters plugin recipient_name tool tool_call tool_calls tool_input tool_name tool_uses tools
    """.split()
)
_ANSWER_KEYS = (
    "final_answer", "finalAnswer", "answer", "response", "reply", "speech", "say", "message", "output",
    "text", "content",
)  # fmt: skip
"""The first of them that an object has, if its value is words"""
_BEFORE = re.compile(r"(?:\[\s*)?(?=\{)")
_NEXT = re.compile(r"\s*,\s*\{")
_LAST = re.compile(r"\s*\]")
_KEY = re.compile(r"[{,]\s*[\"']([^\"'\n{}]{1,64})[\"']\s*:")


@dataclass(frozen=True, slots=True)
class Object:
    """What stands from `start` to `end`."""

    end: int
    calls: bool
    """Whether it is a call of a tool"""
    answer: str | None = None
    """What of it is meant for a listener, if it is all there is"""


def begins(text: str, start: int) -> bool:
    """Whether an object with a key in quotes begins at this brace, or at the bracket of a list of them."""
    before = _BEFORE.match(text, start)
    return before is not None and _BEGINS.match(text, before.end()) is not None


def read_objects(text: str, start: int) -> Object | None:
    """The object that begins at this brace, or all of the list it is in if a bracket stands there."""
    listed = text[start] == "["
    at = _BEFORE.match(text, start)
    found = read_object(text, at.end()) if at else None
    while listed and found and (following := _NEXT.match(text, found.end)):
        further = read_object(text, following.end() - 1)
        if further is None:
            return Object(len(text), calls=True) if found.calls else None
        told = None if found.answer is None or further.answer is None else f"{found.answer}\n{further.answer}"
        found = Object(further.end, found.calls or further.calls, told)
    if listed and found and (ending := _LAST.match(text, found.end)):
        return Object(ending.end(), found.calls, None if found.calls else found.answer)
    return found


def read_object(text: str, start: int) -> Object | None:
    """The object that begins at this brace; None if it is never closed. A call then goes to the end."""
    end = _end(text, start)
    written = text[start : end or len(text)]
    parsed = _parsed(written) if end else None
    keys = set(parsed) if parsed is not None else set(_KEY.findall(written[:2000]))
    calls = bool(keys & _TOOL_KEYS)
    if end is None:
        return Object(len(text), calls=True) if calls else None
    return Object(end, calls, _answer(parsed or {}, calls))


def _answer(found: dict[str, object], calls: bool) -> str | None:
    if calls:
        # A last step of some agents: "action": "Final Answer".
        is_last = "".join(str(found.get("action", "")).lower().split("_")).replace(" ", "") == "finalanswer"
        value = found.get("action_input") if is_last else None
        return value if isinstance(value, str) else None
    values = (found.get(key) for key in _ANSWER_KEYS)
    return next((value for value in values if isinstance(value, str) and value.strip()), None)


def _parsed(written: str) -> dict[str, object] | None:
    try:
        found = json.loads(written, strict=False)  # a new line may have been put in already
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


_SIGN = re.compile(r"[{}]|\"(?:[^\"\\]|\\.)*+\"?", re.DOTALL)


def _end(text: str, start: int) -> int | None:
    """Behind the brace that closes the one at `start`; braces in quotes do not count."""
    depth = 0
    for sign in _SIGN.finditer(text, start):
        if sign[0] == "{":
            depth += 1
        elif sign[0] == "}":
            depth -= 1
            if depth == 0:
                return sign.end()
    return None

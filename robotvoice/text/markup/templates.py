"""The marks of chat templates, such as `<|im_end|>`: whose turn begins, and is it for the listener?"""

# ruff: noqa: RUF001, SIM905 - signs and letters of many scripts are meant and lists would fill pages

import enum
import re
from functools import lru_cache

MARK = (
    r"<[|｜](?P<special>[^|｜<>\n]{1,64})(?:[|｜]>|>)|<(?P<ended>\w[\w ▁]{0,60})[|｜]>"
    r"|\[\|(?P<framed>/?\w{1,24})\|\]|<<(?P<system>/?)SYS>>|<(?P<byte>0x[0-9A-Fa-f]{2})>"
)
"""Also with a bar on one side only: `<|channel>thought` … `<channel|>`"""


class Turn(enum.Enum):
    """What a mark says of what stands behind it."""

    OWN = "it is the model's, for the listener"
    OTHERS = "it is somebody else's, or what the model was told"
    HEADER = "first comes whose it is"
    CHANNEL = "first comes for whom it is"
    TEXT = "here it begins"
    END = "it has ended"
    THINKS = "the model thinks"
    THOUGHT = "it has thought"
    CALLS = "the model calls a tool"
    CALLED = "it has called"
    NOTHING = "nothing that concerns a listener"


_OTHERS = frozenset(
    """
    user human system developer tool tools observation environment ipython functions function
    """.split()
)
_OWN = frozenset("assistant model bot gpt chatbot ai final answer response solution reply".split())
_THINK = re.compile(r"think|thought|reason|reflect|scratch|analysis")
_TOOL = re.compile(r"tool|func|action|plugin|python|call")
_BEGINS = frozenset({"start", "begin", "open"})
_ENDS = frozenset({"end", "stop", "close"})
_TURN_ENDS = frozenset(
    """
    im_end eot eot_id eom_id eom end return call end_of_turn end_of_turn_token end_of_text endoftext
    end_of_sentence eos eod turn_end end_of_utterance
    """.split()
)
_HEADERS = frozenset(
    """
    im_start im_user im_system im_assistant start start_header_id start_of_role start_of_turn
    start_of_turn_token turn_start turn from role
    """.split()
)
_HEADER_WORD = re.compile(r"[^\S\n]*(?P<role>[A-Za-z][\w.]{0,40})[^\S\n]*")
_SKIPPED = re.compile(r"[^<\n]{0,200}")


def special_name(token: re.Match[str]) -> str | None:
    """What stands between the bars in a match of `MARK`; with `/` in front if it is an end by its form."""
    return (
        token["special"]
        or token["framed"]
        or token["byte"]
        or (f"/{token['ended']}" if token["ended"] else None)
    )


@lru_cache(maxsize=512)
def turn_of(name: str) -> Turn:
    """By the name between the bars."""
    closes = name.startswith("/")
    plain = re.sub(r"[\W_▁]+", "_", name).strip("_").lower()
    words = set(plain.split("_"))
    if closes and plain == "channel":
        return Turn.OWN
    if plain in _TURN_ENDS or (closes and plain in _HEADERS):
        return Turn.END
    if plain in _HEADERS:
        return Turn.HEADER
    if plain in ("channel", "recipient"):
        return Turn.CHANNEL
    if plain in ("message", "end_header_id", "end_of_role", "im_middle", "im_sep", "content"):
        return Turn.TEXT
    ends, begins = closes or bool(words & _ENDS), bool(words & _BEGINS)
    if _THINK.search(plain):
        return Turn.THOUGHT if ends else Turn.THINKS
    if words & _OWN:
        return Turn.NOTHING if ends else Turn.OWN
    if words & _OTHERS and not begins and not ends and not words - _OTHERS - {"im", "token"}:
        return Turn.OTHERS
    if _TOOL.search(plain) and not plain.endswith("sep"):
        return Turn.CALLED if ends else Turn.CALLS
    return Turn.NOTHING


@lru_cache(maxsize=512)
def topic(name: str) -> str:
    """What a mark or a tag begins or ends: `tool_calls` of `tool▁calls▁begin`, `think` of `think`."""
    words = re.split(r"[\W_▁]+", name.lower())
    return "_".join(word for word in words if word and word not in _BEGINS | _ENDS | {"of"})


def read_header(text: str, start: int, turn: Turn) -> tuple[int, Turn | None]:
    """Where what follows a `HEADER` or a `CHANNEL` ends, and what it says of the turn."""
    match = _HEADER_WORD.match(text, start)
    if not match:
        return start, None
    role = match["role"].lower().partition(".")[0]
    skipped = _SKIPPED.match(text, start)
    assert skipped is not None, "the pattern matches nothing, too"
    told = " to=" in skipped[0] and " to=assistant" not in skipped[0]
    if turn is Turn.CHANNEL:
        if _THINK.search(role):
            return skipped.end(), Turn.THINKS
        return skipped.end(), Turn.CALLS if told else Turn.OWN
    if role in _OTHERS:
        return match.end(), Turn.OTHERS
    if role in _OWN:
        return (skipped.end(), Turn.CALLS) if told else (match.end(), Turn.OWN)
    return start, None

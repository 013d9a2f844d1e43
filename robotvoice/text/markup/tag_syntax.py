"""What a tag looks like, in angles, triangles or square brackets, and what stands in it."""

# ruff: noqa: RUF001 - signs of many scripts are meant

import html
import re
from dataclasses import dataclass

from robotvoice.text.marks.pauses import USUAL, of_strength, seconds_of
from robotvoice.text.markup import templates
from robotvoice.text.markup.tag_meanings import DROPPED, HIDING, Meaning, meaning_of, of_attributes
from robotvoice.text.markup.templates import Turn

TAG = (
    r"<(?P<space>[ \t])?(?P<close>/?)(?(space)[ \t]?)"
    r"(?P<name>[^\W\d_][\w:.▁-]*+)(?P<rest>(?:[\s=/][^<>]*+)?)>"
    r"|[◁⟨](?P<close_2>/?)(?P<name_2>\w{2,40})[▷⟩]"
    r"|\[(?P<close_3>/)?(?P<name_3>[A-Za-z]\w{0,40})(?P<rest_3>[ =][^\[\]\n<>]{0,200})?\]"
    r"(?(close_3)|(?:(?<=[A-Z]{3}\])|(?![(\[:])))"
    rf"|{templates.MARK}"
)
_STRICT = re.compile(
    r"(?:\s++(?:[\w:.@-]++\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++)"
    r"|hidden|open|inert|reversed|nowrap))*+\s*+/?"
)
"""Attributes of a tag that nobody knows: each has its `=`, so that `a <b and c> d` stays a comparison"""
_BRACKETED = re.compile(
    r"think|thinking|thought|reasoning|reflection|scratchpad|inst|sys|system_prompt|(?:available_)?tool\w*"
)
"""Names that are tags in square brackets, too"""
_FORMATS = re.compile(r"b|i|u|s|url|quote|color|size|font|center|list|spoiler|email|left|right")
"""Those of bulletin boards"""
_SPECIAL = frozenset({"bos", "eos", "pad", "unk", "im_start", "im_end", "endoftext"})
_CAPITAL = frozenset({"BOS", "EOS", "PAD", "UNK", "CLS", "SEP", "MASK"})
_ATTRIBUTE = re.compile(r"(?<![\w:-])([\w:-]++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>/]+))")
_CUT_OFF = re.compile(
    r"(?:</|<[|｜]|</?\w[\w ▁]*[|｜]|\[/)[\w:.▁|｜ -]*\s*$|<(?P<name>[A-Za-z_][\w:.▁-]+)(?:[\s=][^<>]*)?$"
)
_LONGEST_CUT = 300
_LENGTHS = ("time", "duration", "dur", "msec", "ms", "sec", "seconds", "value", "length", "s")


@dataclass(frozen=True, slots=True)
class Tag:
    """One that was found, whatever it means."""

    name: str
    rest: str
    closes: bool
    bracketed: bool = False
    """Whether it stands in square brackets"""
    spaced: bool = False
    """Whether there is a space in front of its name, as in a comparison"""

    @property
    def is_whole(self) -> bool:
        """Whether it holds nothing, as it ends itself."""
        return self.rest.rstrip().endswith("/")

    @property
    def attributes(self) -> dict[str, str]:
        found = _ATTRIBUTE.findall(self.rest)
        return {name.lower(): html.unescape(one or two or bare) for name, one, two, bare in found}

    @property
    def pause(self) -> float:
        """Seconds that it asks for, in whatever words."""
        found = self.attributes
        for key in _LENGTHS:
            if (value := found.get(key)) is not None:
                unit = "ms" if key in ("msec", "ms") and value.strip().isdigit() else ""
                seconds = seconds_of(value.strip() + unit)
                return USUAL if seconds is None else seconds
        seconds = of_strength(found.get("strength", ""))
        if seconds is None:
            seconds = seconds_of(self.rest.strip(" =:/\"'"))
        return USUAL if seconds is None else seconds


def unfinished_tag(text: str) -> int | None:
    """Where a tag begins that the end of the text cuts off; None: none does, or it could be a comparison."""
    found = _CUT_OFF.search(text, max(0, len(text) - _LONGEST_CUT))
    if not found:
        return None
    name = found["name"]
    if name is None or meaning_of(name) in DROPPED or any(each.startswith(name.lower()) for each in HIDING):
        return found.start()
    return None


def tag_of(token: re.Match[str]) -> Tag:
    """What stands in a match of `TAG`."""
    if special := templates.special_name(token):
        return Tag(special.strip("/"), "", special.startswith("/"))
    if token["system"] is not None:
        return Tag("sys", "", bool(token["system"]))
    return Tag(
        token["name"] or token["name_2"] or token["name_3"],
        token["rest"] or token["rest_3"] or "",
        bool(token["close"] or token["close_2"] or token["close_3"]),
        token["name_3"] is not None,
        token["space"] is not None,
    )


def meaning_in(tag: Tag, closed: set[str]) -> Meaning | Turn | None:
    """None: it is no tag. `closed`: names of which there is an end in the text."""
    name = tag.name
    if tag.bracketed:
        return _in_brackets(tag, closed)
    if name.lower() in _SPECIAL or name.lower().startswith(("start_of_", "end_of_", "begin_of_")):
        return templates.turn_of(name)
    known = meaning_of(name)
    if tag.spaced:
        return known if known in (Meaning.THOUGHT, Meaning.TOOL) else None
    if (known is None or len(name) == 1) and not _STRICT.fullmatch(tag.rest):
        return None
    return of_attributes(tag.rest) or known or Meaning.WORD


def _in_brackets(tag: Tag, closed: set[str]) -> Meaning | Turn | None:
    name = tag.name.lower()
    if name in closed and _FORMATS.fullmatch(name):
        return Meaning.INLINE
    if tag.name in _CAPITAL:
        return Turn.NOTHING
    if not _BRACKETED.fullmatch(name) or tag.rest:
        return None
    # `[thinking]` is a stage direction, too.
    return meaning_of(name) if tag.name.isupper() or name in closed else None

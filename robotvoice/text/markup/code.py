"""Code in Markdown: blocks between fences go, a word of code within a sentence is read."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
from bisect import bisect_right

from robotvoice.text.marks.omissions import Kind, Omissions
from robotvoice.text.markup.tag_meanings import Meaning, meaning_of

_PROSE = frozenset({"markdown", "md"})
"""Languages of a fence whose content is an answer in wrapping"""
_IN_CODE = re.compile(
    r"</?[|｜]?(?=[^\W\d])([\w:.▁ -]*+)[^<>\n]*+>|\[(/?[A-Z_]{3,})\]|[◁⟨]/?(\w+)[▷⟩]|<!--|-->|\{(?=\s*[\"'])"
)


class Code:
    """Finds the ends of what begins with back ticks or tildes, each in linear time over the whole text."""

    FENCE = (
        r"^[^\S\n]*+(?:>[^\S\n]?)*+(?:`{3,}+(?=[^`\n]*+$)|~{3,}+).*+$"
        r"|(?<!`)`{3,}+(?=[A-Za-z][\w+-]*+[ \t]*+$).*+$"
    )
    """On a line of its own, or behind a sentence if it names a language"""

    def __init__(self, text: str, omissions: Omissions) -> None:
        self._text, self._omissions = text, omissions
        self._never: dict[str, int] = {}
        """Of each sign, the shortest fence that is known to have no end"""
        self._runs: dict[int, list[int]] | None = None

    def block(self, opening: re.Match[str]) -> tuple[int, str]:
        """Where the block ends, and what of it is to be read.

        A fence that is never closed goes alone, unless it says that what follows is code or for a tool.
        """
        text = self._text
        fence = opening[0].strip("> \t")
        sign, length = fence[0], len(fence) - len(fence.lstrip(fence[0]))
        language = fence.strip(sign + " \t").split(" ")[0].strip("{}.").lower()
        closing = self._closing(sign, length, opening.end())
        end = closing.end() if closing else len(text)
        if closing and language in _PROSE:
            return end, text[opening.end() : closing.start()]
        if not closing and (not language or language in _PROSE):
            return opening.end(), ""
        self._omissions.add(_kind(language), text[opening.start() : end])
        return end, ""

    def _closing(self, sign: str, length: int, start: int) -> re.Match[str] | None:
        if length >= self._never.get(sign, length + 1):
            return None
        fence = rf"^[^\S\n]*+(?:>[^\S\n]?)*+{sign}{{{length},}}+[^\S\n]*+"
        # Some write on behind it: a sentence, where the language of another block would be a word.
        for ending in ("$", r"(?=[^\s`~][^`\n]*[ .!?])"):
            if found := re.compile(fence + ending, re.MULTILINE).search(self._text, start):
                return found
        self._never[sign] = length
        return None

    def span(self, opening: re.Match[str]) -> tuple[int, str]:
        """Where a piece of code in a sentence ends, and how it is read; back ticks that are none go."""
        if self._runs is None:
            self._runs = {}
            for run in re.finditer("`+", self._text):
                self._runs.setdefault(len(run[0]), []).append(run.start())
        length = len(opening[0])
        starts = self._runs[length]
        at = bisect_right(starts, opening.start())
        if at == len(starts) or "\n\n" in self._text[opening.end() : starts[at]]:
            return opening.end(), ""
        return starts[at] + length, _read(self._text[opening.end() : starts[at]])


def _kind(language: str) -> Kind:
    meaning = meaning_of(language) if language else None
    return "tool call" if meaning is Meaning.TOOL else "thought" if meaning is Meaning.THOUGHT else "code"


def _read(code: str) -> str:
    """What would be a tag elsewhere is a word here."""
    return _IN_CODE.sub(lambda found: f" {found[1] or found[2] or found[3] or ''} ", code).strip()

"""The scripts a text is written in, run by run, and what of it a voice can read."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from robotvoice.errors import UnknownLanguage
from robotvoice.languages import language_of, script_of
from robotvoice.text.writing.characters import JOINERS, is_speakable
from robotvoice.text.writing.letters import is_plain_latin, plain_letters

KANA = frozenset({"HIRAGANA", "KATAKANA"})
JAPANESE = KANA | {"CJK"}
_NAMES = {"CJK": "Chinese", "HANGUL": "Korean"}


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text in one script; Japanese is written in three at once."""

    text: str
    scripts: frozenset[str] = frozenset()
    """As `script_of` says them; none for digits and signs, which are for whoever reads what is around them"""

    @property
    def name(self) -> str:
        """What it is written in, for a person: `Arabic`."""
        if self.scripts & KANA:
            return "Japanese"
        return " and ".join(_NAMES.get(script, script.title()) for script in sorted(self.scripts))


@dataclass(frozen=True, slots=True)
class Legible:
    """What a voice makes of a text."""

    text: str
    """What it can read of it; empty if that is nothing"""
    left_out: tuple[str, ...] = ()
    """What the rest is written in, each once: `Arabic`"""


def legible(text: str, reads: Callable[[Run], bool], language: str | None = None) -> Legible:
    """The text without the runs that `reads` says no to, and without what only held them.

    Letters that merely look special become plain ones. `language`: see `runs`.
    """
    if is_plain_latin(text):
        return Legible(text)
    text = plain_letters(text)
    found = runs(text, language)
    left_out = tuple(dict.fromkeys(run.name for run in found if run.scripts and not reads(run)))
    if not left_out:
        return Legible(text)
    kept = _tidied("".join(run.text if not run.scripts or reads(run) else _marks(run.text) for run in found))
    return Legible(kept if is_speakable(kept) else "", left_out)


_BEHIND = re.compile(r"[,;:.!?…]\s*$")
_EMPTIED = re.compile(r"\(\s*\)|\[\s*\]|\"\s*\"|“\s*”|«\s*»|„\s*[“”]")
_MARKS = re.compile(r"\s*(?:[,;:]\s*)*[,;:.!?…](?:\s*[,;:])*(?=\s|$)")
_ENDS = ".!?…"
_OPENING = " ,;:.!?…)]”»"


def _tidied(text: str) -> str:
    """Without brackets around nothing, several marks where one is enough, and space that nothing fills."""
    text = _EMPTIED.sub("", " ".join(text.split()))
    return " ".join(_MARKS.sub(_one, text).split()).lstrip(_OPENING)


def _marks(left_out: str) -> str:
    """What stands for a part that is left out: the mark behind it, and no word is glued to the next."""
    mark = _BEHIND.search(left_out)
    return f" {mark[0]} " if mark else " "


def _one(marks: re.Match[str]) -> str:
    """Of several marks, or one behind a space: that which ends a sentence, else the first."""
    found = "".join(marks[0].split())
    return next((mark for mark in found if mark in _ENDS), found[0])


@lru_cache(maxsize=128)
def runs(text: str, language: str | None = None) -> tuple[Run, ...]:
    """All of the text, in runs as long as can be; joined they are the text.

    One Greek letter alone is a sign (5 µm), not Greek. Chinese characters may be Japanese: that is told by
    which of the two has such characters, else by `language`, a tag, else by kana in the text.
    """
    words = _without_signs(list(_words(text)))
    islands = _merged(list(_east_asian(text, words, _expected(language))))
    if len(islands) < 2:
        return (Run(text, islands[0].scripts if islands else frozenset()),)
    found: list[Run] = []
    opening, middle = _before(text[: islands[0].start])
    for place, island in enumerate(islands):
        if middle:
            found.append(Run(middle))
        last = place + 1 == len(islands)
        gap = text[island.end : None if last else islands[place + 1].start]
        closing, middle, then = _after(gap, last=last)
        found.append(Run(opening + text[island.start : island.end] + closing, island.scripts))
        opening = then
    return (*found, Run(middle)) if middle else tuple(found)


@dataclass(frozen=True, slots=True)
class _Island:
    """Letters of one script, from the first to behind the last."""

    start: int
    end: int
    scripts: frozenset[str]


def _words(text: str) -> Iterator[_Island]:
    """Letters that follow each other."""
    start, end, now = 0, 0, ""
    for place, character in enumerate(text):
        script = script_of(character)
        if script and script == now and place == end:
            end += 1
        elif script:
            if now:
                yield _Island(start, end, frozenset({now}))
            start, end, now = place, place + 1, script
        elif place == end and (unicodedata.category(character)[0] == "M" or character in JOINERS):
            end += 1
    if now:
        yield _Island(start, end, frozenset({now}))


def _without_signs(words: Sequence[_Island]) -> Sequence[_Island]:
    greek = [word for word in words if "GREEK" in word.scripts]
    if any(word.end - word.start > 1 for word in greek):
        return words
    return [word for word in words if word not in greek]


def _expected(language: str | None) -> frozenset[str]:
    try:
        return frozenset(language_of(language).scripts) if language else frozenset()
    except UnknownLanguage:
        return frozenset()


def _east_asian(text: str, words: Sequence[_Island], expected: frozenset[str]) -> Iterator[_Island]:
    """The same, with a Japanese word in its several scripts as one, and Chinese characters told apart."""
    kana = any(word.scripts & KANA for word in words)
    likely = bool(expected & KANA) or (kana and "CJK" not in expected)
    together: list[_Island] = []
    for word in words:
        if together and not (word.scripts <= JAPANESE and " " not in text[together[-1].end : word.start]):
            yield from _one_or_many(text, together, likely)
            together = []
        if word.scripts <= JAPANESE:
            together.append(word)
        else:
            yield word
    yield from _one_or_many(text, together, likely)


def _one_or_many(text: str, words: Sequence[_Island], likely: bool) -> Iterator[_Island]:
    scripts = frozenset(script for word in words for script in word.scripts)
    if "CJK" not in scripts:
        yield from words
        return
    characters = "".join(text[word.start : word.end] for word in words if "CJK" in word.scripts)
    if not _can_write("shift_jis", characters):
        yield from words
    elif likely or scripts & KANA or not (_can_write("gb2312", characters) or _can_write("big5", characters)):
        yield _Island(words[0].start, words[-1].end, JAPANESE)
    else:
        yield from words


def _can_write(encoding: str, text: str) -> bool:
    """Whether those who made this encoding for their language counted all of this as part of it."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _merged(words: Sequence[_Island]) -> Sequence[_Island]:
    """What follows each other in one script, whatever signs are between."""
    merged: list[_Island] = []
    for word in words:
        if merged and merged[-1].scripts == word.scripts:
            merged[-1] = _Island(merged[-1].start, word.end, word.scripts)
        else:
            merged.append(word)
    return merged


def _before(gap: str) -> tuple[str, str]:
    """(what belongs to the run after it, what is a run of its own) of the signs at a text's beginning."""
    _, _, near = gap.rpartition(" ")
    rest = gap[: len(gap) - len(near)]
    return (near, rest) if is_speakable(rest) else (gap, "")


def _after(gap: str, *, last: bool) -> tuple[str, str, str]:
    """(what belongs to the run before, what is a run of its own, what belongs to the run behind)."""
    if " " not in gap:
        return gap, "", ""
    near = gap.partition(" ")[0]
    far = "" if last else gap.rpartition(" ")[2]
    between = gap[len(near) : len(gap) - len(far)]
    return (near, between, far) if is_speakable(between) else (near + between, "", far)

"""Stage directions and sound marks: `*sighs*`, `[laughs]`, `(whispers)`.

They are told by where they stand and what they say. Between two sentences, or on a line of their own, a few
words that begin like somebody's doing are a direction. Inside a sentence only what is heard of somebody is,
and nothing that could be the sentence's own verb. All else is an emphasis or an ordinary bracket and stays.
"""

# ruff: noqa: RUF001, SIM905 - signs and letters of many scripts are meant

import re
from collections.abc import Callable
from dataclasses import dataclass

from robotvoice.reading_options import Reading
from robotvoice.text.marks.boundary_marks import BREAK
from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.marks.pauses import MARK, USUAL, mark, of_strength
from robotvoice.text.markup.direction_words import (
    ALONE,
    SUBJECTS,
    bare_sounds,
    clears_throat,
    gestures,
    is_abroad,
    is_doing_in,
    is_manner,
    is_noise,
    is_reflexive,
    is_seen_abroad,
    is_voice,
    sounds,
)

_MOST_WORDS = 9
_WRITTEN = re.compile(
    r"(?<![\w*\\])(?P<stars>\*{1,3})(?=[^\s*])(?P<starred>[^*\n\x1e]{0,79}[^\s*\\])(?P=stars)(?![*\d]|[^\W\d_A-ZÄÖÜÀ-Þ])"
    r"|(?<![\w\\])(?P<scores>_{1,2})(?=[^\s_])(?P<scored>[^_\n\x1e]{0,79}[^\s_\\])(?P=scores)(?!\w)"
    r"|\[(?P<square>[^\[\]\n\x1e]{1,60})\](?![(\[:])"
    r"|[(（](?P<round>[^()（）\[\]\n\x1e]{1,50})[)）]"
    r"|(?<![\w:])(?P<dots>::?)(?P<dotted>[a-z][a-z ]{2,30}s)(?P=dots)(?![\w:])"
    r"|(?<![\w~])~(?P<waved>[a-z][a-z ]{2,30}s)~(?![\w~])"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_BETWEEN = '.!?…:。！？؟"“”»«*~)]\n' + BREAK
"""What stands before something that is in no sentence"""
_PART = ",;—–-"
"""The same of something that is between two parts of a sentence"""
_LINE_ENDS = re.compile(r"[ \t]*(?:$|[\n\x1e])")
_BEGINS = re.compile(
    r"[ \t]*(?:$|…|\.\.|[\n\x1e*~\[(\"“„«—–\d¿¡A-ZÀ-ÖØ-ÞА-Я]"
    r"|[\u0370-\u03ff\u0590-\u06ff\u0900-\u0fff\u3040-\u9fff\uac00-\ud7a3])"
)
"""A sentence, or nothing more"""
_SAID_TWICE = re.compile(r"(,[\"”“»]) {1,9},")
"""The commas around a direction within a speech"""
_TO_WHOM = re.compile(r"(?:to|in|at|zu|an|auf) [A-ZÄÖÜ]\w+")
"""Or in which language"""
_NOT_DOING = frozenset({"he", "she", "it", "they", "er", "sie", "then", "and", "also", "en"})
_PAUSES = frozenset({"pause", "pauses", "pausing", "beat", "silence"})
_KINDS_OF_PAUSES = frozenset(
    "a an awkward brief dramatic long pregnant short slight small tense thoughtful uncomfortable".split()
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something stands that may be a direction."""

    after_sentence: bool
    """Nothing has begun before it"""
    after_part: bool
    before_sentence: bool
    line_ends: bool
    subject: bool
    """The word before it could be whose doing it is"""

    @property
    def alone(self) -> bool:
        return self.after_sentence and self.before_sentence


def without_directions(text: str, reading: Reading, omissions: Omissions) -> str:
    """With `say` only the marks around them go."""

    def read(match: re.Match[str]) -> str:
        form = match.lastgroup or ""
        said = match[form]
        words = _WORD.findall(said.lower())
        if not words or len(words) > _MOST_WORDS:
            return match[0]
        if MARK.fullmatch(match[0]):
            return match[0]
        place = _place(text, match)
        if _is_pause(form, words, place):
            return f"{BREAK}{mark(of_strength(words[-2] if len(words) > 1 else '') or USUAL)}{BREAK}"
        here = place.alone and is_doing_in(reading.tongue, words)
        if not here and not _FORMS[form](words, said, place):
            return match[0]
        if reading.acting == "say":
            if form == "round" and not place.alone:
                return match[0]
            return said + "." * (place.alone and said[-1] not in ".!?…")
        omissions.add("stage direction", match[0])
        return " "

    return _SAID_TWICE.sub(r"\1", _WRITTEN.sub(read, text))


def _place(text: str, match: re.Match[str]) -> _Place:
    head = text[max(0, match.start() - 40) : match.start()].rstrip(" \t")
    *_, word = ["", *_WORD.findall(head)] if head and head[-1].isalpha() else [""]
    return _Place(
        after_sentence=not head or head[-1] in _BETWEEN,
        after_part=bool(head) and head[-1] in _PART,
        before_sentence=bool(_BEGINS.match(text, match.end())),
        line_ends=bool(_LINE_ENDS.match(text, match.end())),
        subject=word.lower() in SUBJECTS or word[:1].isupper(),
    )


def _is_pause(form: str, words: list[str], place: _Place) -> bool:
    emphasis = form not in ("square", "round")
    if words[0] in ("pauses", "pausing"):
        return place.alone or (emphasis and not place.subject)
    if emphasis and not (place.alone or place.after_part):
        return False
    named = words[-1] in _PAUSES and len(words) <= 3 and words[0] in _PAUSES | _KINDS_OF_PAUSES
    return named or words[:2] == ["pause", "for"]


def _known(words: list[str]) -> bool:
    """Whether it says what somebody does, or what is heard."""
    doing = _first_doing(words)
    return doing in sounds() or doing in gestures() or is_noise(words) or clears_throat(words)


def _emphasised(words: list[str], said: str, place: _Place) -> bool:
    doing, known = _first_doing(words), _known(words)
    if place.alone:
        heard = all(word in bare_sounds() for word in words) or any(
            word in sounds() | gestures() for word in words[1:3]
        )
        lower = said[:1].islower() and (_acts(doing) or words[0] == "does" != words[-1])
        lower = lower or (said[:1].islower() and is_reflexive(words))
        return known or heard or lower or is_manner(words[0]) or is_voice(words)
    if (
        doing.endswith("ing")
        or not known
        or is_noise(words)
        or (len(words) == 1 and is_seen_abroad(words[0]))
    ):
        return False
    if place.after_sentence or (place.line_ends and not place.subject):
        return True
    return place.after_part and doing in sounds()


def _waved(words: list[str], said: str, place: _Place) -> bool:
    return _known(words)


def _in_square(words: list[str], said: str, place: _Place) -> bool:
    if _known(words) or all(map(is_manner, words)):
        return True
    if words[0] in bare_sounds() and (len(words) == 1 or words[1].endswith("ly")):
        return True
    if len(words) > 1 and (words[1] in sounds() or words[-1] in sounds()):
        return True
    if not place.alone or not said[:1].islower():
        return False
    if (
        is_voice(words)
        or _TO_WHOM.fullmatch(said)
        or any(_acts(word) and word in gestures() for word in words)
    ):
        return True
    return len(words) <= 4 and (_acts(words[0]) or _acts(words[-1]))


def _in_round(words: list[str], said: str, place: _Place) -> bool:
    if len(words) == 1:
        heard = words[0] in bare_sounds() | sounds() or is_noise(words) or is_abroad(words[0])
        return heard or (place.alone and (_known(words) or is_manner(words[0])))
    if clears_throat(words):
        return True
    how = words[-1].endswith("ly") and _first_doing(words) in sounds()
    if not place.alone:
        return how
    told = is_voice(words) or _TO_WHOM.fullmatch(said) is not None
    return how or told or _known(words) or all(map(is_manner, words))


_FORMS: dict[str, Callable[[list[str], str, _Place], bool]] = {
    "starred": _emphasised, "scored": _emphasised, "square": _in_square, "round": _in_round,
    "dotted": _waved, "waved": _waved,
}  # fmt: skip


def _first_doing(words: list[str]) -> str:
    """The first word that is no `softly` and nobody's name for themselves."""
    for word in words[:3]:
        if word not in _NOT_DOING and not word.endswith("ly"):
            return word
    return words[0]


def _acts(word: str) -> bool:
    """Whether it looks like what somebody does or is doing."""
    if word in ALONE or "'" in word or len(word) < 4:
        return False
    return word.endswith("ing") or (word.endswith("s") and not word.endswith(("ss", "us", "is")))

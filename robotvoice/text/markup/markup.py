"""A text with marks in it, from what encloses most to what encloses least, until none is left."""

# ruff: noqa: RUF001 - signs of many scripts are meant

import re

from robotvoice.reading_options import Reading
from robotvoice.text.marks import pauses
from robotvoice.text.marks.boundary_marks import BREAK, BREAK_LINE, without_breaks
from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.markup.emoticons import without_emoticons
from robotvoice.text.markup.links import without_links
from robotvoice.text.markup.markdown import read_blocks, read_entities, read_words
from robotvoice.text.symbols.signs import read_signs
from robotvoice.text.writing.characters import drop_unspoken

_TAGGED = re.compile(
    r"[<`{\[◁⟨\ue200]|\]\]>|\((?=[^()]{0,12}(?i:pause|silence|beat))|^[ \t>]*~~~", re.MULTILINE
)
_LABELLED = re.compile(
    r"thinking|thinks|thought|reasoning|monologue|assistant|response:|instruction:", re.IGNORECASE
)
_SPACE = re.compile(r"\s++")
_NEWLINE = re.compile(r"(?:(?<=[\w.!?:;,)])(?<![A-Za-z]:)|\A\"?)(?:\\r)?(?:\\n)+(?=[A-ZÄÖÜ\d*#-])")
"""As it stands in JSON that somebody forgot to read"""
_LOOSE = re.compile(
    r",(?=,*[,.!?](?!\S))|(?<=[.!?…:;,(¿¡—]) ++,(?!\S)|^[ \t]*+[,;.](?!\S)|(?<=\S)[ \t]++(?=[,.](?!\S))",
    re.MULTILINE,
)
"""Commas and spaces around what is gone"""
_NAMED = str.maketrans(
    {**dict.fromkeys("➔➜➡⮕🡒", "→"), "⌘": "Command ", "⌥": "Option ", "⇧": "Shift ", "⌃": "Control "}
)
"""Arrows and keys that would go as emoji"""


def without_markup(text: str, reading: Reading, omissions: Omissions, passes: int) -> str | None:
    """Breaks are marked by `BREAK`. None: there is more markup within markup of its own kind than passes."""
    text = without_breaks(text)
    for _ in range(passes):
        before, text = text, _one_pass(text, reading, omissions)
        if text.split() == before.split():
            # Nothing is left in which a sign could be more than that.
            return read_signs(text, reading.tongue)
        text = _SPACE.sub(lambda space: BREAK if BREAK_LINE in space[0] else space[0], text)
    return None


def _one_pass(text: str, reading: Reading, omissions: Omissions) -> str:
    """Some steps are imported when a text has something for them, as few have."""
    text = read_entities(_NEWLINE.sub("\n", text))
    if _LABELLED.search(text):
        from robotvoice.text.markup.untagged_thoughts import without_labelled

        text = without_labelled(text, omissions)
    if _TAGGED.search(text):
        from robotvoice.text.markup.tag_removal import Reader

        text = Reader(text, reading.acting, omissions).heard()
        text = pauses.marked(text, BREAK)
    text = without_emoticons(text, omissions)
    text = drop_unspoken(text.translate(_NAMED), omissions)
    if _has(text, "$\\"):
        from robotvoice.text.symbols.maths import without_maths

        text = without_maths(text, reading.tongue, omissions)
    text = without_links(read_blocks(text, omissions), omissions)
    if _has(text, "*_[(（~:"):
        from robotvoice.text.markup.directions import without_directions

        text = without_directions(text, reading, omissions)
    return _LOOSE.sub("", read_words(text))


def _has(text: str, signs: str) -> bool:
    return any(sign in text for sign in signs)

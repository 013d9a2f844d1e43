"""One pass over a text with marks in it, from what encloses most to what encloses least."""

# ruff: noqa: RUF001 - signs of many scripts are meant

import re

from speech.reading import Reading
from speech.text import pauses
from speech.text.breaks import BREAK, without_breaks
from speech.text.characters import drop_unspoken
from speech.text.emoticons import without_emoticons
from speech.text.links import without_links
from speech.text.markdown import read_blocks, read_entities, read_words
from speech.text.omissions import Omissions

_TAGGED = re.compile(r"[<`{\[◁⟨\ue200]|\]\]>|^[ \t>]*~~~", re.MULTILINE)
_LABELLED = re.compile(
    r"thinking|thinks|thought|reasoning|monologue|assistant|response:|instruction:", re.IGNORECASE
)
_NEWLINE = re.compile(r"(?<=[\w.!?:;,)])(?<![A-Za-z]:)(?:\\r)?(?:\\n)+(?=[A-ZÄÖÜ\d*#-])")
"""As it stands in JSON that somebody forgot to read"""
_ARROWS = str.maketrans("➔➜➡⮕🡒", "→→→→→")
"""Those that would go as emoji"""


def without_markup(text: str, reading: Reading, omissions: Omissions) -> str:
    """What was nested in markup of its own kind needs another pass. Breaks are marked by `BREAK`.

    Some steps are imported when a text has something for them, as few have.
    """
    text = read_entities(_NEWLINE.sub("\n", without_breaks(text)))
    if _LABELLED.search(text):
        from speech.text.transcripts import without_labelled

        text = without_labelled(text, omissions)
    if _TAGGED.search(text):
        from speech.text.tags import Reader

        text = Reader(text, reading.acting, omissions).heard()
        text = pauses.marked(text, BREAK)
    text = without_emoticons(text, omissions)
    text = drop_unspoken(text.translate(_ARROWS), omissions)
    if _has(text, "$\\"):
        from speech.text.maths import without_maths

        text = without_maths(text, reading.tongue, omissions)
    text = without_links(read_blocks(text, omissions), omissions)
    if _has(text, "*_[(（~:"):
        from speech.text.directions import without_directions

        text = without_directions(text, reading.acting, omissions)
    return read_words(text)


def _has(text: str, signs: str) -> bool:
    return any(sign in text for sign in signs)

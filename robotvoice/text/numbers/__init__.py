"""Numbers written out in words, so that every voice reads them alike.

`docs/numbers.md` says what is read how, and in which languages.
"""

# ruff: noqa: RUF001 - signs as they are typed

import re
from collections.abc import Iterable

LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "ja", "ko", "pt", "zh"})
"""Those that have rules here; numbers in another language are left to the engine"""

_NUMBER = re.compile(
    r"[0-9０-９¼-¾⅐-⅞]|(?<!\w)(?:[IVX]{2,6}|[VX]|I\.|[IVX]{1,6}(?:er?|ème))(?!\w)"
    r"|\b(?:King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Pharaoh) \w+ I\b"
)
"""Whatever could be one"""


def spoken_numbers(
    text: str, language: str, as_written: Iterable[tuple[int, int]] = (), *, within: str = " "
) -> str:
    """The text with its numbers in words of its language, a tag such as `en-GB`. Takes linear time.

    Nothing is changed where a pair of positions in `as_written` says so, in a language that has no rules
    here, and where a letter of another script touches the number. `within` is the space behind a comma in
    the words of one number. Done twice it changes nothing.
    """
    code, _, region = language.replace("_", "-").partition("-")
    if code.lower() not in LANGUAGES or not _NUMBER.search(text):
        return text
    # Imported here, as it costs time that a text without a number does not need.
    from robotvoice.text.numbers.written_out import written_out

    return written_out(text, code.lower(), region.rpartition("-")[2].upper(), as_written, within)

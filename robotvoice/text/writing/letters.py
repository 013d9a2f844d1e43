"""Letters that only look special: wide, mathematical and borrowed ones become those they stand for."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from robotvoice.languages import script_of

_LATIN = "AaBCcEeHhIiJjKMOopPSsTXxyY"
_CYRILLIC = "АаВСсЕеНһІіЈјКМОорРЅѕТХхуУ"  # noqa: RUF001 - they look alike, which is what this is about
_GREEK_LATIN, _GREEK = "ABEZHIKMNOoPTXY", "ΑΒΕΖΗΙΚΜΝΟοΡΤΧΥ"  # noqa: RUF001 - as above
_AS_LATIN: Mapping[str, str] = dict(zip(_CYRILLIC + _GREEK, _LATIN + _GREEK_LATIN, strict=True))
_AS_CYRILLIC: Mapping[str, str] = dict(zip(_LATIN, _CYRILLIC, strict=True))
_AS_GREEK: Mapping[str, str] = dict(zip(_GREEK_LATIN, _GREEK, strict=True))
LAST_LATIN = "\u024f"
"""Up to it all letters are Latin, and every voice reads them, by the letter under its accents if need be"""
_PLAIN = re.compile("[\x00-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20cf]*")
"""Those letters, and punctuation and currencies"""
_WORD = re.compile(r"[^\W\d_]+")


def is_plain_latin(text: str) -> bool:
    """Whether it holds no letter that some voice would not read."""
    return text.isascii() or _PLAIN.fullmatch(text) is not None


@lru_cache(maxsize=128)
def plain_letters(text: str) -> str:
    """Wide and mathematical letters, ligatures and digits of any script as plain ones; NFC stays NFC.

    A word of two scripts that is one when letters are taken for those that look the same is that one.
    """
    if is_plain_latin(text):
        return text
    text = unicodedata.normalize("NFC", "".join(map(_plain, text)))
    return _WORD.sub(_in_one_script, text)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character <= LAST_LATIN:
        return character
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.digit(character))
        case "Ll" | "Lu" | "Lt" | "Lo" | "Nl":
            return unicodedata.normalize("NFKC", character)
    return unicodedata.normalize("NFKC", character) if "\uff00" <= character <= "\uffef" else character


def _in_one_script(match: re.Match[str]) -> str:
    word = match[0]
    if word.isascii():
        return word
    scripts = {script_of(character) for character in word}
    if "LATIN" not in scripts:
        return word
    if scripts == {"LATIN", "CYRILLIC"}:
        return _unmixed(word, "LATIN", _AS_LATIN, _AS_CYRILLIC)
    if scripts == {"LATIN", "GREEK"}:
        return _unmixed(word, "LATIN", _AS_LATIN, _AS_GREEK)
    return word


def _unmixed(word: str, script: str, into: Mapping[str, str], out_of: Mapping[str, str]) -> str:
    """The word in the script of most of its letters; as it is if its others look like none of that one's.

    One letter of another script makes no word of it: ΔT is a sign.
    """
    own = [letter for letter in word if script_of(letter) == script]
    others = [letter for letter in word if script_of(letter) != script]
    if len(own) >= len(others) and all(letter in into for letter in others):
        return "".join(into.get(letter, letter) for letter in word)
    if len(others) >= max(2, len(own)) and all(letter in out_of for letter in own):
        return "".join(out_of.get(letter, letter) for letter in word)
    return word

"""Names with numbers in them: `R2D2`, `MP3`, `F-16`, `v1.2.3`; what is left as it is written."""

import re
from collections.abc import Iterator

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.rules.amount_forms import is_measured

_TOKEN = re.compile(r"[^\W½¼¾⅐-⅞]+")
_PIECES = re.compile(r"[0-9]+|[^\W\d]+|\w")
_VERSION = re.compile(
    r"(?P<v>[vV](?:er)?\.? ?)?(?P<parts>[0-9]{1,5}(?:\.[0-9]{1,5}){1,5})"
    r"(?P<more>(?:a|b|rc|alpha|beta|dev|post|p)[0-9]{1,3})?(?![0-9]|\.[0-9])"
)
_SHORT_VERSION = re.compile(r"v(?P<number>[0-9]{1,4})(?!\w|\.[0-9])")
_SEQUENCE = re.compile(r"[0-9]{1,2}(?:-[0-9]{1,2}){2,10}(?![\w-])")
_LISTED = re.compile(r"[0-9]{1,4}(?:,[0-9]{1,4}){1,40}(?!\w|[.,][0-9])")
_NO_WORDS = frozenset({"CO", "NO", "SO"})
"""Letters of a formula, such as CO2, that would be read as a word"""
_NUMBER = re.compile(r"[0-9]{1,4}(?![\w]|[.,][0-9])")
_KEPT = re.compile(
    r"C\+\+[0-9]{2}(?![0-9])"
    r"|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"
    r"|(?<![\w.@-])(?=(?:[0-9-]{1,64}\.){0,8}[\w-]{0,64}[^\W\d][\w-]{0,64}\."
    r"|[0-9-]{1,64}\.(?:com|org|net|de|io|fr|es|it|ru|jp|cn|kr|br|uk|me|tv)\b)"
    r"[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.[^\W\d_]{2,24}(?:/[^\s,;()]{0,200}[\w/])?(?![\w@])"
)
"""Names of machines and of files, addresses of mail, and what only is itself with its digits"""
_IDENTIFIER = re.compile(
    r"(?=(?:[a-z]*[0-9]+[a-z]+){2})[0-9a-f]{7,}|(?=(?:[A-Za-z]*[0-9]+[A-Za-z]+){2})\w{12,}"
)
"""What is no word, but told letter by letter"""


def kept(text: str) -> Iterator[tuple[int, int]]:
    """Where nothing is to be read."""
    for found in _KEPT.finditer(text):
        if any(character.isdigit() for character in found[0]):
            yield found.span()


def version(scan: Scan) -> Read | None:
    """`v1.2.3`, `1.2.3`, `v2`; with two parts only behind a `v`."""
    tongue = scan.tongue
    if found := scan.match(_VERSION):
        parts = found["parts"].split(".")
        if not found["v"] and parts[0][0] != "0" and all(len(part) == 3 for part in parts[1:]):
            return None  # thousands, set apart by full stops
        if len(parts) < 3 and not found["v"] and not found["more"]:
            return _stopped(scan, found)
        words = f" {tongue.words['stop']} ".join(map(tongue.part, parts))
        more = ""
        if found["more"]:
            letters, digits = re.findall("[a-z]+|[0-9]+", found["more"])
            more = f" {letters.upper() if len(letters) < 3 else letters} {tongue.part(digits)}"
        return Read(found.end(), f"{_named(scan) if found['v'] else ''}{words}{more}")
    if found := scan.match(_SHORT_VERSION):
        return Read(found.end(), f"{_named(scan)}{tongue.part(found['number'])}")
    return None


def _named(scan: Scan) -> str:
    """What a `v` stands for, unless the word is there already."""
    word = scan.tongue.words["version"]
    return "" if scan.word_before() == word.lower() else f"{word} "


def _stopped(scan: Scan, found: re.Match[str]) -> Read | None:
    """`3.11` in a language that has another decimal mark."""
    tongue = scan.tongue
    if tongue.mark == "." or is_measured(scan, found.end()):
        return None
    whole, _, part = found["parts"].partition(".")
    spell = tongue.part if scan.word_before() in tongue.parts else tongue.spell
    return Read(found.end(), f"{tongue.part(whole)} {tongue.words['stop']} {spell(part)}")


def row_of_numbers(scan: Scan) -> Read | None:
    """`4-4-2`, `1,2,3`."""
    if found := scan.match(_SEQUENCE):
        return Read(found.end(), " ".join(map(scan.tongue.part, found[0].split("-"))))
    if scan.tongue.mark == "." and (found := scan.match(_LISTED)):
        parts = found[0].split(",")
        measured = len(parts) == 2 and is_measured(scan, found.end())
        if not measured and not all(len(each) == 3 for each in parts[1:]):
            return Read(found.end(), ", ".join(map(scan.tongue.part, parts)))
    return None


def name(scan: Scan) -> Read | None:
    """Letters and digits in one word."""
    found = scan.match(_TOKEN)
    if not found or not any(character.isdigit() for character in found[0]) or found[0].isdigit():
        return None
    pieces = _PIECES.findall(found[0])
    if len(found[0]) < 100 and _IDENTIFIER.fullmatch(found[0]):
        pieces = [*found[0]]
    said = (_digits(scan, piece) if piece[0] in "0123456789" else _letters(piece) for piece in pieces)
    return Read(found.end(), scan.tongue.joint.join(filter(None, said)))


def after_hyphen(scan: Scan) -> Read | None:
    """The number of `F-16` or `GPT-4`, not of `mid-1990`."""
    if not re.search(r"(?<![^\W\d_])[A-ZÄÖÜ][^\W\d_]*-$", scan.before):
        return None
    found = scan.match(_NUMBER)
    return Read(found.end(), _digits(scan, found[0])) if found else None


def _letters(piece: str) -> str:
    if piece in _NO_WORDS:
        return " ".join(piece)
    return piece.upper() if len(piece) == 1 else piece.strip("_")


def _digits(scan: Scan, digits: str) -> str:
    """In a name: short numbers as a whole, longer ones digit by digit."""
    tongue = scan.tongue
    if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return tongue.row(digits)
    number = int(digits)
    if len(digits) <= 2 or number % 100 == 0:
        return tongue.cardinal(number)
    return tongue.year(number) if 1900 <= number < 2100 else tongue.spell(digits)

"""English: which one in a row, Roman numerals with a name, feet and inches, lines of a picture."""

# ruff: noqa: RUF001, RUF002, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure, value_of
from robotvoice.text.numbers.grammar.scan import Read, Scan

_ORDINAL = re.compile(
    r"(?P<figure>[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,15})"
    r"(?:(?P<end>st|nd|rd|th|ST|ND|RD|TH)(?![^\W\d_])|[ºª](?![CF\w]))"
)
_ROMAN = re.compile(r"(?P<numeral>[IVX]{1,6})(?P<of>['’]s)?(?![\w'’])")
_FEET = re.compile(
    r"(?P<feet>[0-9]{1,2})(?:['′’]|[ ]?ft\.?)[ ]?(?P<inches>1[01]|[0-9])(?:\"|″|”|''|[ ]?in\b\.?)?(?!\w)"
)
_INCHES = re.compile(r"(?P<inches>[0-9]{1,3}(?:\.[0-9]{1,3})?)(?P<sign>\"|″|”)(?=[ ]\w|[.,)]|$|-)")
_ANGLE = re.compile(
    r"(?P<degrees>[0-9]{1,3}(?:\.[0-9]{1,8})?)°[ ]?"
    r"(?:(?P<minutes>[0-9]{1,2}(?:\.[0-9]{1,8})?)['′’][ ]?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:\.[0-9]{1,8})?)(?:\"|″|”|'')[ ]?)?)?(?P<way>[NSEW])?(?!\w)"
)
_TIMES = re.compile(r"(?P<figure>(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{1,4})?)[x×](?!\w)(?! ?[0-9]| [-+=])")
_LINES = re.compile(r"(?P<lines>[1-9][0-9]?[1-9]0)[pi](?!\w)")
_WAYS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_PARTS = frozenset(
    """
    chapter part volume book act scene phase type level class stage section article appendix war mark title
    group grade episode season round world table figure category cat vol generation gen tier
    """.split()
)
_RULERS = frozenset(
    """
    Henry Louis Charles George Edward Elizabeth James William Richard John Paul Pius Benedict Leo Gregory
    Clement Innocent Urban Philip Ferdinand Frederick Francis Alexander Nicholas Peter Ivan Catherine Mary
    Napoleon Wilhelm Otto Ramses Ramesses Ptolemy Xerxes Darius Henri Carl Gustav Christian Haakon Harald
    Olav Albert Leopold Carlos Felipe Alfonso Umberto Emmanuel Margrethe Constantine Theodosius Mehmed
    Cleopatra Stephen Boniface Julius Sixtus Adrian Joseph Friedrich Thutmose Amenhotep Artaxerxes Ludwig
    Maximilian Rudolf Sigismund Murad Selim Boris Bogdan Pedro Afonso Manuel Isabella Anne Matilda Celestine
    """.split()
)
_CROWNED = frozenset("King Queen Pope Emperor Empress Tsar Czar Kaiser Pharaoh Sultan".split())
_SEQUELS = frozenset({"II", "III", "VII", "VIII", "XII", "XIII"})
"""Numerals that are nothing else behind any name"""


def ordinal(scan: Scan) -> Read | None:
    """`21st`, `1,000th`, `1º`. From 20 on `º` is rather meant for degrees."""
    found = scan.match(_ORDINAL)
    if not found:
        return None
    number = int(found["figure"].replace(",", ""))
    if not found["end"] and number >= 20:
        return None
    return Read(found.end(), scan.tongue.ordinal(number))


def roman(scan: Scan) -> Read | None:
    """`Henry VIII`, `Chapter IV`, `World War II`; never an I or a V that could be a word or a letter."""
    found = scan.match(_ROMAN)
    if not found:
        return None
    number = value_of(found["numeral"])
    name = re.search(r"(?:(?P<title>[A-Z][a-z]+) )?(?P<name>[^\W\d_]+)[ \u00a0]$", scan.before)
    if not number or not name:
        return None
    numeral, of, before = found["numeral"], found["of"] or "", name["name"]
    if before in _RULERS and (number > 1 or name["title"] in _CROWNED):
        return Read(found.end(), f"the {scan.tongue.ordinal(number).title()}{of}")
    goes_on = len(numeral) == 1 and scan.word_after(found.end())[:1].islower()
    part = before[0].isupper() and before.lower() in _PARTS and not goes_on
    if part or (before.istitle() and numeral in _SEQUELS):
        return Read(found.end(), scan.tongue.cardinal(number) + of)
    return None


def feet(scan: Scan) -> Read | None:
    """`5'11"`, `6 ft 2 in`."""
    if found := scan.match(_ANGLE):
        return _angle(scan, found)
    found = scan.match(_FEET)
    if not found or re.search(r"['‘\w]$", scan.before):
        return None
    one = found["feet"] == "1" or re.search(r"['′’]", found[0])
    said = f"{_number(scan, found['feet'])} {'foot' if one else 'feet'} {_number(scan, found['inches'])}"
    return Read(found.end(), said)


def times(scan: Scan) -> Read | None:
    """`2x faster`, `0.5x`."""
    found = scan.match(_TIMES)
    if not found:
        return None
    return Read(found.end(), f"{_number(scan, found['figure'])} times")


def lines(scan: Scan) -> Read | None:
    """`1080p`: of a picture."""
    found = scan.match(_LINES)
    if not found:
        return None
    head, tail = divmod(int(found["lines"]), 100)
    return Read(found.end(), f"{scan.tongue.cardinal(head)} {scan.tongue.cardinal(tail)} P")


def inches(scan: Scan) -> Read | None:
    """`a 27" screen`, unless the sign closes a quotation."""
    found = scan.match(_INCHES)
    if not found:
        return None
    earlier = re.sub('[0-9]"', "", scan.text[: scan.at])
    opened = earlier.count('"') % 2 if found["sign"] == '"' else earlier.count("“") > earlier.count("”")
    if opened and found["sign"] != "″":
        return None
    said = _number(scan, found["inches"])
    noun = "inch" if re.match(r"[ -][a-z]", scan.after(found.end())) or said == "one" else "inches"
    return Read(found.end(), f"{said} {noun}")


def _number(scan: Scan, written: str) -> str:
    whole, _, fraction = written.partition(".")
    return scan.tongue.number(Figure(str(int(whole)), fraction))


def _angle(scan: Scan, found: re.Match[str]) -> Read | None:
    """`51°30′N`."""
    if not found["minutes"] and not found["way"]:
        return None
    said = []
    for name, one in (("degrees", "degree"), ("minutes", "minute"), ("seconds", "second")):
        if written := found[name]:
            number = _number(scan, written)
            said.append(f"{number} {one if number == 'one' else name}")
    way = f" {_WAYS[found['way']]}" if found["way"] else ""
    return Read(found.end(), " ".join(said) + way)

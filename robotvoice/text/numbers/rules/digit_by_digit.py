"""What is read digit by digit: telephone and card numbers, addresses of machines, hexadecimal numbers."""

import re

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import in_groups

_INTERNATIONAL = re.compile(r"\+[0-9]{1,3}(?:[ \u00a0./-]{0,2}\(?[0-9]{1,6}\)?){1,7}(?![0-9])")
_AREA = re.compile(r"\([0-9]{2,6}\)[ \u00a0/-]?[0-9]{2,8}(?:[ \u00a0.-][0-9]{2,6}){0,4}(?![0-9])")
_TRUNK = re.compile(r"0[0-9]{1,5}(?:(?: [-/] |[ \u00a0/.-])[0-9]{1,8}){1,5}(?![0-9:]|[.,/][0-9])")
_AMERICAN = re.compile(
    r"(?:1[-. ])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ][0-9]{4}(?![0-9-])"
)
_HYPHENED = re.compile(r"[0-9]{1,7}(?:-[0-9]{1,7}){2,6}(?![\w-])")
_LOCAL = re.compile(r"555-[0-9]{4}(?![0-9-])")
_CALLED = re.compile(r"[0-9]{2,8}(?:[ \u00a0/-][0-9]{2,8}){1,5}(?![0-9-])")
_CARD = re.compile(r"[0-9]{4}(?P<mark>[ -])[0-9]{4}(?:(?P=mark)[0-9]{2,4}){1,4}(?![0-9-])")
_IP = re.compile(
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?P<mask>/[0-9]{1,2})?(?::(?P<port>[0-9]{2,5}))?(?![\w]|\.[0-9])"
)
_HARDWARE = re.compile(r"[0-9A-Fa-f]{2}(?P<mark>[:-])[0-9A-Fa-f]{2}(?:(?P=mark)[0-9A-Fa-f]{2}){4}(?![\w:])")
_HEX = re.compile(r"0[xX](?P<digits>[0-9A-Fa-f]{1,64})(?!\w)")
_COLOUR = re.compile(
    r"#(?P<digits>(?=[0-9A-F]{0,5}[0-9])(?=[0-9]{0,5}[A-F])(?:[0-9A-F]{6}|[0-9A-F]{3})"
    r"|(?=[0-9a-f]{0,5}[0-9])(?=[0-9]{0,5}[a-f])[0-9a-f]{6})(?!\w)"
)
_LONG = 8
"""Digits from which on three groups with hyphens are one number, as in ISBN"""
_LEAST, _MOST = 6, 17
"""Digits of a telephone number"""
_MOST_OF_CARDS = 24


def telephone(scan: Scan) -> Read | None:
    """Group by group, with a pause between them."""
    if (found := scan.match(_HYPHENED)) and sum(map(str.isdigit, found[0])) >= _LONG:
        return Read(found.end(), ", ".join(map(scan.tongue.group, found[0].split("-"))))
    for pattern in (_INTERNATIONAL, _AREA, _AMERICAN, _TRUNK, _LOCAL, _CARD):
        if (found := scan.match(pattern)) and (said := _groups(scan, found[0], pattern is _CARD)):
            return Read(found.end(), said)
    if (found := scan.match(_CALLED)) and _is_called(scan) and (said := _groups(scan, found[0], card=False)):
        return Read(found.end(), said)
    return None


def _groups(scan: Scan, written: str, card: bool) -> str | None:
    digits = re.findall("[0-9]+", written)
    if not _LEAST <= sum(map(len, digits)) <= (_MOST_OF_CARDS if card else _MOST):
        return None
    if len(digits) == 1 and written[0] != "+":
        return None
    groups = [piece for group in digits for piece in in_groups(group)]
    plus = f"{scan.tongue.words['plus']}{scan.tongue.joint}" if written[0] == "+" else ""
    return plus + ", ".join(scan.tongue.group(group) for group in groups)


def _is_called(scan: Scan) -> bool:
    tongue = scan.tongue
    for word in reversed([word.lower().strip(".") for word in scan.words_before()[-4:]]):
        if word in tongue.calling or word in tongue.dialling:
            return True
        if word not in tongue.fillers:
            break
    return False


def address(scan: Scan) -> Read | None:
    """`192.168.1.10:8080`, `10.0.0.0/8`, the address of a network card."""
    tongue = scan.tongue
    if (found := scan.match(_IP)) and all(map(_is_byte, re.findall(r"[0-9]+", found[0])[:4])):
        numbers = re.findall(r"[0-9]+", found[0])[:4]
        words = f" {tongue.words['dot']} ".join(_part(scan, each) for each in numbers)
        if found["mask"]:
            words += f" {tongue.words['slash']} {tongue.cardinal(int(found['mask'][1:]))}"
        if found["port"]:
            words += f", {tongue.words['port']} {tongue.spell(found['port'])}"
        return Read(found.end(), words)
    if found := scan.match(_HARDWARE):
        return Read(found.end(), ", ".join(_letters(scan, pair) for pair in re.split("[:-]", found[0])))
    return None


def _is_byte(digits: str) -> bool:
    return int(digits) < 256 and (digits == "0" or digits[0] != "0")


def _part(scan: Scan, digits: str) -> str:
    spelled = len(digits) == 3 or digits[0] == "0"
    return scan.tongue.spell(digits) if spelled else scan.tongue.cardinal(int(digits))


def hexadecimal(scan: Scan) -> Read | None:
    """`0x1F`, and colours as they are written for the web."""
    if found := scan.match(_HEX):
        return Read(found.end(), f"{scan.tongue.words['hex']} {_letters(scan, found['digits'])}")
    if found := scan.match(_COLOUR):
        return Read(found.end(), _letters(scan, found["digits"]))
    return None


def _letters(scan: Scan, digits: str) -> str:
    return " ".join(scan.tongue.spell(each) if each.isdigit() else each.upper() for each in digits)

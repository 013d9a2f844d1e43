"""German: what a number is the number of, which one in a row, Roman numerals, words with numbers in them."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.german.endings import ending_of
from robotvoice.text.numbers.grammar.figures import value_of
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.rules.amount_forms import past_stop

_SENTENCE = re.compile(r"S\. ?(?=[0-9])")
_PARAGRAPH = re.compile(r"Abs\. ?[0-9]+ $")
_STREET = re.compile(r"(?P<name>[^\W\d_]{0,40}-?)(?P<street>[Ss])tr\.[ \u00a0]?(?=[0-9])")
STREETS = r"[^\W\d_]{0,40}-?[Ss]tr\.[ \u00a0]?[0-9]"
_ORDINAL = re.compile(
    r"(?P<number>[0-9]{1,4})\.(?:[-–](?P<last>[0-9]{1,4})\.)?"
    r"(?=(?P<gap>[ \u00a0]?)(?P<next>[^\W\d_]{1,60}|[0-9]|$|[,;:)\"“]))"
)
_CENTURY = re.compile(r"[ \u00a0]?Jhd?t?s?(?!\w)")
_ROMAN = re.compile(r"(?P<numeral>[IVX]{1,6})\.(?=(?P<gap>[ \u00a0])(?P<next>[^\W\d_]+)|[ ]?$|[,;:!?)\"“])")
_PLAIN_ROMAN = re.compile(r"(?P<numeral>[IVX]{2,6})(?![\w'’.])|(?P<lone>[IVX])(?![\w'’.])")
_TIMES = re.compile(
    r"(?P<figure>[0-9]{1,4}(?:,[0-9]{1,3})?)(?:[ ]?[x×](?![\w])(?![ ]?[0-9])|[- ]?mal(?!\w)|-Mal(?!\w))"
)
_FOLD = re.compile(r"(?P<figure>[0-9]{1,4})(?:-?fach(?P<rest>e[mnrs]?)?(?!\w))")
_WORD = re.compile(
    r"(?P<figure>[0-9]{1,4})(?P<percent>[ ]?%)?-?"
    r"(?P<rest>(?:(?<=%)ig|prozentig|jährig|tägig|stündig|minütig|monatig|wöchig|köpfig|teilig|seitig|stellig"
    r"|stöckig|sprachig|türig|kernig|bändig|gliedrig|sitzig|zeilig|malig|polig|spurig|händig)\w{0,4})(?!\w)"
)
_GROUP = re.compile(r"(?P<figure>[0-9]{1,3})er(?P<rest>[ -]?[^\W\d_]*)")
_RULERS = frozenset(
    """
    Heinrich Ludwig Karl Friedrich Wilhelm Georg Elisabeth Otto Johannes Paul Pius Benedikt Leo Gregor
    Clemens Klemens Innozenz Urban Philipp Philip Ferdinand Franz Alexander Nikolaus Peter Iwan Katharina
    Maria Napoleon Ramses Ptolemäus Xerxes Dareios Maximilian Rudolf Leopold Joseph Josef Albert Gustav
    Christian Harald Olav Carlos Felipe Umberto Emanuel Margrethe Konstantin Mehmed Kleopatra Stephan
    Bonifaz Julius Sixtus Hadrian August Eduard Richard Jakob Louis Henry Charles Elizabeth Edward George
    Sigismund Konrad Lothar Adolf Erich Waldemar Erik Murad Boris Pedro Alfons Isabella Anna Coelestin
    """.split()
)
_QUEENS = frozenset("Elisabeth Elizabeth Katharina Maria Kleopatra Margrethe Isabella Anna Christina".split())
_PARTS = frozenset(
    """
    Kapitel Teil Band Buch Akt Szene Phase Typ Stufe Klasse Artikel Anhang Teilband Abschnitt Gruppe
    Weltkrieg Level
    """.split()
)
_OBLIQUE = frozenset("von mit unter bei nach zu seit aus".split())
"""Before the name of a ruler, who is in the dative then"""
_COUNTED = frozenset("Weltkrieg Weltkriegs Weltkrieges Akt Teil Band Kapitel Reich Vatikanisches".split())
ORDERED = frozenset(
    """
    mai januar februar märz april juni juli august september oktober november dezember stock etage klasse
    jahrhundert platz liga weltkrieg mal tag runde quartal semester advent akt satz gang geburtstag jahr
    woche obergeschoss untergeschoss og ug bundesliga rang preis hälfte halbzeit
    """.split()
)
"""Words behind the number of a row where a sentence begins, too"""


def before_number(scan: Scan) -> Read | None:
    """`Abs. 3 S. 2`, `Hauptstr. 5`."""
    if (found := scan.match(_SENTENCE)) and _PARAGRAPH.search(scan.before):
        return Read(found.end(), "Satz ")
    found = scan.match(_STREET)
    return (
        Read(found.end(), f"{found['name']}{'S' if found['street'] == 'S' else 's'}traße ") if found else None
    )


def ordinal(scan: Scan) -> Read | None:
    """`der 2. Weltkrieg`, `im 3. Stock`; at the end of a sentence only behind a word such as `am`."""
    found = scan.match(_ORDINAL)
    if not found:
        return None
    number, following = int(found["number"]), found["next"]
    lasts = not following.isalnum() or (
        following[0].isalpha() and not found["gap"] and following[0].islower()
    )
    at_end = not scan.text[found.end() :].strip('"“”) ')
    if found["number"][0] == "0" or (following.isdigit() and not found["gap"]):
        return None
    before = scan.word_before()
    if at_end or (lasts and not at_end):
        if before not in ("am", "vom", "zum", "beim", "den", "dem", "und", "bis") or (
            before in ("und", "bis") and not scan.ending
        ):
            return None
    elif following[:1].islower() and not found["gap"]:
        return None
    following = following if following[:1].isalpha() else ""
    if century := _CENTURY.match(scan.text, found.end()):
        said = f"{scan.tongue.ordinal(number)}{ending_of(scan, 'Jahrhundert')} Jahrhundert"
        return Read(past_stop(scan.text, century.end()), said + "s" * (before == "des"))
    ending = ending_of(scan, following)
    said = f"{scan.tongue.ordinal(number)}{ending}"
    if found["last"]:
        said += f" bis {scan.tongue.ordinal(int(found['last']))}{ending}"
    return Read(found.end(), said + ("." if at_end else ""))


def roman(scan: Scan) -> Read | None:
    """`Heinrich VIII.`, `Kapitel IV`, `der II. Weltkrieg`."""
    name = re.search(r"(?<![^\W\d_])(?:(?P<before>[^\W\d_]+) )?(?P<name>[^\W\d_]+)[ \u00a0]$", scan.before)
    if found := scan.match(_ROMAN):
        number = value_of(found["numeral"])
        if not number or not name:
            return None
        stop = "." if not scan.text[found.end() :].strip('"“”) ') else ""
        if name["name"] in _RULERS or name["name"].removesuffix("s") in _RULERS:
            genitive = name["name"] not in _RULERS
            oblique = (name["before"] or "").lower() in _OBLIQUE
            female = name["name"].removesuffix("s") in _QUEENS
            if genitive or oblique:
                article, ending = "der" if female else "des" if genitive else "dem", "en"
            else:
                article, ending = "die" if female else "der", "e"
            return Read(found.end(), f"{article} {_capital(scan.tongue.ordinal(number))}{ending}{stop}")
        if found["next"] in _COUNTED:
            return Read(found.end(), f"{scan.tongue.ordinal(number)}{ending_of(scan, found['next'])}")
        return None
    found = scan.match(_PLAIN_ROMAN)
    if not found or not name:
        return None
    numeral = found["numeral"] or found["lone"]
    number = value_of(numeral)
    return Read(found.end(), scan.tongue.cardinal(number)) if number and name["name"] in _PARTS else None


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def times(scan: Scan) -> Read | None:
    """`3x`, `3-mal`, `2,5-mal`."""
    found = scan.match(_TIMES)
    if not found:
        return None
    whole, _, fraction = found["figure"].partition(",")
    if whole[0] == "0" and len(whole) > 1:
        return None
    said = scan.tongue.cardinal(int(whole), "n")
    if fraction:
        return Read(
            found.end(), f"{scan.tongue.cardinal(int(whole))} Komma {scan.tongue.spell(fraction)} mal"
        )
    return Read(found.end(), f"{said}mal")


def compound(scan: Scan) -> Read | None:
    """`3-fach`, `8-jährig`, `100%ig`, `5er`, `2-Zimmer-Wohnung`."""
    if found := scan.match(_FOLD):
        return Read(found.end(), f"{_stem(scan, found)}fach{found['rest'] or ''}")
    if found := scan.match(_WORD):
        return Read(
            found.end(), f"{_stem(scan, found)}{'prozent' if found['percent'] else ''}{found['rest']}"
        )
    if found := scan.match(_GROUP):
        return Read(found.end(), f"{_stem(scan, found)}er{found['rest']}")
    if (found := re.compile(r"1(?=-[A-ZÄÖÜ])").match(scan.text, scan.at)) is not None:
        return Read(found.end(), "ein")
    return None


def _stem(scan: Scan, found: re.Match[str]) -> str:
    return scan.tongue.cardinal(int(found["figure"]), "n")

"""The ending of a German ordinal: `der dritte`, `am dritten`, `ein dritter`; told by the words around it."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.grammar.scan import Scan

_EN = frozenset(
    """
    am im vom zum beim ins dem den des einem einen eines einer keinem keinen keines meinem meinen meines
    meiner deinem deinen deines deiner seinem seinen seines seiner ihrem ihren ihres ihrer unserem unseren
    unseres unserer eurem euren eures eurer diesem diesen jedem jeden jenem jenen welchem welchen zur
    jeweils alle beide bis ab seit
    """.split()
)
"""Behind these it ends in -en"""
_E = frozenset(
    "die das diese jede jene welche eine keine meine deine seine ihre unsere eure dieses jedes".split()
)
_ER_OR_ES = frozenset("ein kein mein dein sein ihr unser euer".split())
_PREPOSITIONS = frozenset(
    """
    in mit von nach aus bei zu seit vor auf an unter über neben zwischen während wegen trotz ab statt
    außer gegenüber hinter innerhalb außerhalb anhand laut
    """.split()
)
_DATIVE_ALONE = frozenset("in mit von nach aus bei zu seit vor auf an unter".split())
_JOINED = frozenset({"und", "oder", "bis", "sowie", "bzw"})
_LISTED = re.compile(r"[0-9]\. ?[-–/,] ?$")
_DAYS = frozenset("montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag".split())
_FEMININE_ENDS = (
    "ung", "heit", "keit", "schaft", "ion", "tät", "enz", "anz", "ik", "ur", "ei", "ie", "in", "age", "e",
)  # fmt: skip
_MASCULINE = frozenset(
    """
    name junge käse kollege kunde löwe hase affe bote buchstabe friede gedanke glaube wille zeuge erbe pate
    experte nachbar see tee kaffee schnee klee franzose russe deutsche termin verein kamin wein stein schein
    benzin delfin ruin sinn gewinn beginn brei schrei papagei spion skorpion champion bon tourist
    schwung sprung ursprung vorsprung
    """.split()
)
_NEUTER_E = frozenset(
    """
    auge ende gebäude gemüse gebirge getreide interesse erbe ergebnis wunder ei blei knie klavier genie
    benzin magazin medizin kino abitur kaninchen stadion million lexikon
    """.split()
)
_FEMININE = frozenset(
    """
    liga person stadt nacht hand wand bank frau tochter mutter schwester tür wahl zahl zeit welt macht stadt
    maus nuss kuh sau gans uhr form art partei bahn kraft fahrt nummer feder mauer leiter butter kammer
    gefahr arbeit antwort post last luft lust schuld haut brust burg million milliarde regel gabel insel
    kartoffel zwiebel gabel nudel schüssel kugel nadel formel tafel wurzel ausfahrt abfahrt einfahrt ampel
    einheit position version option station schicht
    """.split()
)
_NEUTER = frozenset(
    """
    mal auto kind buch jahr kapitel tor jahrhundert semester quartal spiel haus leben bier stockwerk bild
    lied album stück glas brot ei huhn tier pferd schwein zimmer fenster bett dorf land schiff boot flugzeug
    fahrrad rad konzert museum theater kino hotel restaurant treffen rennen training wochenende drittel
    viertel halbjahr jahrtausend jahrzehnt programm system modell projekt produkt gerät telefon handy foto
    video spiel level kilo gramm pfund prozent geschlecht gebot obergeschoss untergeschoss geschoss
    """.split()
)
_NEUTER_ENDS = ("chen", "lein", "ment", "um", "jahrhundert")


def ending_of(scan: Scan, following: str) -> str:
    """Of the ordinal at the place of the scan, `following` by the word it belongs to, or by nothing."""
    ending = _ending(scan, following)
    scan.ending = ending
    return ending


def is_feminine(noun: str) -> bool:
    word = noun.lower()
    if any(word.endswith(name) for name in _MASCULINE | _NEUTER_E | _NEUTER):
        return False
    return any(word.endswith(name) for name in _FEMININE) or word.endswith(_FEMININE_ENDS)


def is_neuter(noun: str) -> bool:
    word = noun.lower()
    return any(word.endswith(name) for name in _NEUTER | _NEUTER_E) or word.endswith(_NEUTER_ENDS)


def _ending(scan: Scan, following: str) -> str:
    words = [word.lower().rstrip(".") for word in scan.words_before()]
    before = scan.word_before()
    if scan.ending and (before in _JOINED or _LISTED.search(scan.before)):
        return scan.ending
    if words and words[-1] in _DAYS:
        return "en" if len(words) > 1 and words[-2] in ("am", "den", "dem", "vom", "zum") else "er"
    if before == "der" or before == "dieser" or before == "jeder":
        # Before a feminine noun it is the dative or the genitive.
        earlier = words[-2] if len(words) > 1 else ""
        return "en" if earlier in _PREPOSITIONS or (before != "jeder" and is_feminine(following)) else "e"
    if before in _EN:
        return "en"
    if before in _E:
        return "en" if before == "die" and _is_plural(following) else "e"
    if before in _DATIVE_ALONE and following:
        return "er" if is_feminine(following) else "em"
    if before in _ER_OR_ES or not before or following:
        return "e" if is_feminine(following) else "es" if is_neuter(following) else "er"
    return "er"


def _is_plural(noun: str) -> bool:
    return noun.lower().endswith(
        ("en", "ätze", "änge", "äge", "iele", "jahre")
    ) and not noun.lower().endswith(("chen",))

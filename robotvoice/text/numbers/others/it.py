"""Italian numbers."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, nouns, pairs
from robotvoice.text.numbers.others.romance import Romance
from robotvoice.text.numbers.others.romance_units import units_of

_SMALL = (
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove"
).split()
_TENS = "_ dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
_SCALES = (
    "milione",
    "miliardo",
    "bilione",
    "biliardo",
    "trilione",
    "triliardo",
    "quadrilione",
    "quadriliardo",
)
_ORDINALS = "_ primo secondo terzo quarto quinto sesto settimo ottavo nono decimo".split()
_ORDINAL = re.compile(r"(?P<number>[0-9]{1,4})(?P<end>[ºª°])(?![CF\w])")
_PER = {"h": "all'ora", "s": "al secondo", "min": "al minuto", "d": "al giorno"}


class Italian(Romance):
    """Italian of any region."""

    code = "it"
    ones = _SMALL[:10]
    words = pairs(
        "minus meno | plusminus più o meno | plus più | point virgola | stop punto | to a | score a"
        " | by per | times per | equals uguale | over su | divided diviso | dot punto | slash barra"
        " | port porta | hex esadecimale | per per | power alla | squared al quadrato | cubed al cubo"
        " | version versione | and e"
    )
    months = (
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
    ).split()
    of = "di"
    of_month = ""
    first_of_month = "primo"
    units = units_of("it")
    prefixes = pairs(
        "k chilo | M mega | G giga | T tera | P peta | h etto | d deci | c centi | m milli | µ micro"
        " | n nano | p pico"
    )
    square, cubic = "quadrato quadrati", "cubo cubi"
    and_cents = "e"
    feminine = re.compile(
        r"(?<!problem)(?<!tem)(?<!sistem)(?<!programm)a$|zione$|sione$|tà$|gione$|tudine$|trice$|mano$"
    )
    no_nouns = frozenset("e o a di in è sono per da con che più la le il i gli del al".split())
    currencies = currencies(
        "€,EUR m euro euro m centesimo centesimi | $,US$,USD m dollaro dollari m centesimo centesimi"
        " | £,GBP f sterlina sterline m penny pence | ¥,JPY m yen yen"
        " | CHF m franco_svizzero franchi_svizzeri"
    )
    magnitudes = nouns("M,mln,milione,milioni m milione milioni | mld,miliardo,miliardi m miliardo miliardi")
    labels = pairs(
        "n numero | nn numeri | pag pagina | pagg pagine | cap capitolo | art articolo | fig figura"
        " | tel telefono | vol volume | max massimo | min minimo"
    )
    signs = pairs("# numero | № numero | n° numero | n.° numero | N° numero | nº numero | § paragrafo")
    dialling = frozenset("codice pin password camera stanza volo telefono postale interno errore".split())
    calling = frozenset("chiama chiamare chiamate componi comporre il al".split())
    fillers = frozenset("è il numero la al :".split())
    parts = frozenset("versione python java node android windows ubuntu sezione capitolo figura".split())
    scoring = frozenset("vinto vince perso risultato scala rapporto punteggio vittoria pareggio".split())
    centuries = frozenset({"secolo", "secoli"})

    def cardinal(self, number: int, gender: str = "") -> str:
        said = []
        for place in range(len(_SCALES), 0, -1):
            group = number // 10 ** (3 + 3 * place) % 1000
            name = _SCALES[place - 1]
            if group:
                said.append(f"un {name}" if group == 1 else f"{_below_thousand(group)} {name[:-1]}i")
        rest = number % 1_000_000
        if rest == 1 and gender and not said:
            return "una" if gender == "f" else "un"
        if rest or not said:
            thousands, ones = divmod(rest, 1000)
            head = (
                ""
                if not thousands
                else "mille"
                if thousands == 1
                else f"{_unstressed(_below_thousand(thousands))}mila"
            )
            tail = _below_thousand(ones) if ones or not thousands else ""
            said.append(f"{head}tré" if head and tail == "tre" else head + tail)
        return " ".join(said)

    def ordinal(self, number: int) -> str:
        if number <= 10:
            return _ORDINALS[number]
        words = _unstressed(self.cardinal(number))
        return f"{words if words.endswith(('tre', 'sei')) else words[:-1]}esimo"

    def read_century(self, number: int) -> str:
        return self.ordinal(number)

    def per(self, unit: Unit, *, hundred: bool = False) -> str | None:
        if unit.power == 1 and not unit.prefix and not hundred and unit.base in _PER:
            return _PER[unit.base]
        if unit.base == "s" and unit.power > 1:
            return f"al secondo {'quadrato' if unit.power == 2 else 'cubo'}"
        return super().per(unit, hundred=hundred)

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        said = self.cardinal(hour, "f" if hour == 1 else "") + (
            f" e {self.cardinal(minute)}" if minute else ""
        )
        if not minute and second is None:
            said = "l'una in punto" if hour == 1 else f"{said} in punto"
        return f"{said} e {self.counted(Figure(str(second)), self.units['s'])}" if second else said

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator == 2:
            return "mezzo" if numerator == 1 else None
        name = self.ordinal(denominator)
        return f"un {name}" if numerator == 1 else f"{self.cardinal(numerator)} {name[:-1]}i"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        following = scan.word_after(read.end)
        if read.words == "mezzo" and following and self.feminine.search(following):
            return Read(read.end, "mezza")
        return read

    def part_of(self, words: str, noun: Noun, *, whole: bool) -> str:
        if words == "mezzo" and noun.gender == "f":
            words = "mezza"
        return super().part_of(words, noun, whole=whole)


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = "" if not hundreds else "cento" if hundreds == 1 else f"{_SMALL[hundreds]}cento"
    if not rest and hundreds:
        return head
    tail = _below_hundred(rest)
    if head and (80 <= rest < 90 or rest == 8):
        head = head[:-1]
    return f"{head}tré" if head and tail == "tre" else head + tail


def _below_hundred(number: int) -> str:
    if number < 20:
        return _SMALL[number]
    tens, ones = divmod(number, 10)
    head = _TENS[tens][:-1] if ones in (1, 8) else _TENS[tens]
    return head + ({3: "tré"}.get(ones, _SMALL[ones]) if ones else "")


def _unstressed(words: str) -> str:
    """Before an ending the last three has no accent."""
    return words.replace("tré", "tre")


def _ordinal(scan: Scan) -> Read | None:
    """`1º`, `2ª`; from 20 on `°` is meant for degrees."""
    found = scan.match(_ORDINAL)
    if not found or found["number"][0] == "0" or (found["end"] == "°" and int(found["number"]) >= 20):
        return None
    word = scan.tongue.ordinal(int(found["number"]))
    return Read(found.end(), f"{word[:-1]}a" if found["end"] == "ª" else word)


Italian.rules = (_ordinal,)
TONGUE = Italian

"""Italian numbers."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, large_groups, nouns, pairs, prefixes
from robotvoice.text.numbers.others.romance import Romance

_SMALL = (
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici "
    "sedici diciassette diciotto diciannove"
).split()
_TENS = "_ dieci venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
_SCALES = "milione miliardo bilione biliardo trilione triliardo quadrilione quadriliardo".split()
_ORDINALS = "_ primo secondo terzo quarto quinto sesto settimo ottavo nono decimo".split()
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
    units = nouns(
        """
        m m metro metri | g m grammo grammi | s m secondo secondi | Hz m hertz hertz | W m watt watt
        | Wh m wattora wattora | V m volt volt | A m ampere ampere | Ah m amperora amperora | B m byte byte
        | bit m bit bit | bps m bit_al_secondo bit_al_secondo | Pa m pascal pascal | bar m bar bar
        | J m joule joule | cal f caloria calorie | N m newton newton | Ω m ohm ohm | l m litro litri
        | °C m grado_Celsius gradi_Celsius | °F m grado_Fahrenheit gradi_Fahrenheit | ° m grado gradi
        | % m per_cento per_cento | ‰ m per_mille per_mille | t f tonnellata tonnellate | h f ora ore
        | min m minuto minuti | d m giorno giorni | dB m decibel decibel | px m pixel pixel
        | ha m ettaro ettari | mi m miglio miglia | ft m piede piedi | lb f libbra libbre | oz f oncia once
        | mph m miglio_all'ora miglia_all'ora | kcal f chilocaloria chilocalorie
        | rpm m giro_al_minuto giri_al_minuto
        """
    )
    prefixes = prefixes("chilo mega giga tera peta etto deci centi milli micro nano pico")
    square, cubic = "quadrato quadrati", "cubo cubi"
    and_cents = "e"
    halves = "mezzo", "mezza"
    signed_ordinal = re.compile(r"(?P<number>[1-9][0-9]{0,3})(?P<end>[ºª°])(?![CF\w])")
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
        said = [
            f"un {name}" if group == 1 else f"{_below_thousand(group)} {self.several(name)}"
            for group, name in large_groups(number, _SCALES)
        ]
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
        if unit.prefix or hundred or unit.base not in _PER:
            return super().per(unit, hundred=hundred)
        return _PER[unit.base] + {1: "", 2: " quadrato", 3: " cubo"}[unit.power]

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        said = self.cardinal(hour, "f" if hour == 1 else "")
        if exact and not minute:
            return "l'una in punto" if hour == 1 else f"{said} in punto"
        return f"{said} e {self.cardinal(minute)}" if minute else said

    def several(self, name: str) -> str:
        return f"{name[:-1]}i"

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


TONGUE = Italian

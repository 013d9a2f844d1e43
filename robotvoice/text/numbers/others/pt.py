"""Portuguese numbers: those of Brazil, and of Portugal where the tag says so."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, nouns, pairs
from robotvoice.text.numbers.others.romance import Romance
from robotvoice.text.numbers.others.romance_units import units_of

_SMALL = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis "
    "dezessete dezoito dezenove"
).split()
_TENS = "_ dez vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
_HUNDREDS = (
    "_ cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split()
)
_SCALES = ("milhão", "bilhão", "trilhão", "quatrilhão", "quintilhão", "sextilhão", "septilhão", "octilhão")
_LONG = ("milhão", "bilião", "trilião", "quatrilião", "quintilião")
_ORDINALS = "_ primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono décimo".split()
_ORDINAL_TENS = (
    "_ décimo vigésimo trigésimo quadragésimo quinquagésimo sexagésimo septuagésimo octogésimo nonagésimo"
).split()
_ORDINAL = re.compile(r"(?P<number>[0-9]{1,2})\.?(?P<end>[ºª°])(?![CF\w])")
_HOURS = re.compile(r"(?P<hour>2[0-4]|[01]?[0-9])h(?P<minute>[0-5][0-9])?(?:min)?(?!\w)")


class Portuguese(Romance):
    """Portuguese of Brazil or of another region."""

    code = "pt"
    ones = _SMALL[:10]
    words = pairs(
        "minus menos | plusminus mais ou menos | plus mais | point vírgula | stop ponto | to a | score a"
        " | by por | times vezes | equals igual a | over sobre | divided dividido por | dot ponto"
        " | slash barra | port porta | hex hexadecimal | per por | power elevado a | squared ao quadrado"
        " | cubed ao cubo | version versão | and e"
    )
    months = (
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
    ).split()
    first_of_month = "primeiro"
    units = units_of("pt")
    prefixes = pairs(
        "k quilo | M mega | G giga | T tera | P peta | h hecto | d deci | c centi | m mili | µ micro"
        " | n nano | p pico"
    )
    square, cubic = "quadrado quadrados", "cúbico cúbicos"
    and_cents = "e"
    feminine = re.compile(
        r"(?<!problem)(?<!di)(?<!map)(?<!sistem)(?<!tem)as?$|ção$|ções$|são$|sões$|dades?$|vez(?:es)?$|mãos?$|noites?$|tardes?$"
    )
    no_nouns = frozenset("e ou a de em é são por para com que mais o os as da do ao já".split())
    currencies = currencies(
        "€,EUR m euro euros m cêntimo cêntimos | $,US$,USD m dólar dólares m centavo centavos"
        " | R$,BRL m real reais m centavo centavos | £,GBP f libra libras m pêni pence | ¥,JPY m iene ienes"
        " | CHF m franco_suíço francos_suíços"
    )
    magnitudes = nouns("M,mi,milhão,milhões m milhão milhões | bi,bilhão,bilhões m bilhão bilhões")
    labels = pairs(
        "núm número | pág página | págs páginas | cap capítulo | art artigo | fig figura | tel telefone"
        " | vol volume | máx máximo | mín mínimo | aprox aproximadamente"
    )
    signs = pairs(
        "# número | № número | n.º número | nº número | N.º número | Nº número | n° número | § parágrafo"
    )
    dialling = frozenset("código pin senha quarto voo telefone postal ramal erro sala".split())
    calling = frozenset("ligue liga ligar disque disca o para".split())
    fillers = frozenset("é o número a para :".split())
    parts = frozenset("versão python java node android windows ubuntu seção capítulo figura".split())
    scoring = frozenset(
        "ganhou ganhamos venceu perdeu perdemos placar escala proporção vitória empate".split()
    )
    centuries = frozenset({"século", "séculos", "capítulo"})
    hours = _HOURS

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.european = region not in ("", "BR")

    def cardinal(self, number: int, gender: str = "") -> str:
        said = self._millions(number)
        rest = number % 1_000_000
        if rest or not said:
            thousands, ones = divmod(rest, 1000)
            if thousands:
                said.append("mil" if thousands == 1 else f"{self._below_thousand(thousands, gender)} mil")
            if ones or not said:
                # The last group is joined by a word if it is short.
                word = "e " if said and (ones <= 100 or ones % 100 == 0) else ""
                said.append(f"{word}{self._below_thousand(ones, gender)}")
        return " ".join(said)

    def _millions(self, number: int) -> list[str]:
        size, names = (6, _LONG) if self.european else (3, _SCALES)
        said = []
        for place in range(len(names), 0, -1):
            group = number // 10 ** (6 + size * (place - 1)) % 10**size
            name = names[place - 1]
            if group:
                said.append(f"um {name}" if group == 1 else f"{self.cardinal(group)} {name[:-2]}ões")
        return said

    def _below_thousand(self, number: int, gender: str) -> str:
        if number == 100:
            return "cem"
        hundreds, rest = divmod(number, 100)
        head = _HUNDREDS[hundreds] if hundreds else ""
        if gender == "f" and hundreds > 1:
            head = f"{head[:-2]}as"
        if not rest and hundreds:
            return head
        tail = self._below_hundred(rest, gender)
        return f"{head} e {tail}" if head else tail

    def _below_hundred(self, number: int, gender: str) -> str:
        if number < 20:
            if gender == "f" and number in (1, 2):
                return {1: "uma", 2: "duas"}[number]
            word = _SMALL[number]
            return re.sub("^deze", "deza", word) if self.european and number in (16, 17, 19) else word
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f" e {self._below_hundred(ones, gender)}" if ones else "")

    def ordinal(self, number: int) -> str:
        tens, ones = divmod(number, 10)
        return " ".join(filter(None, (_ORDINAL_TENS[tens] if tens else "", _ORDINALS[ones] if ones else "")))

    def joined(self, prefix: str, form: str) -> str:
        if form.startswith("metro"):
            stressed = {"i": "í", "o": "ó" if self.european else "ô"}
            prefix = prefix[:-1] + stressed.get(prefix[-1], prefix[-1])
        return prefix + form

    def per(self, unit: Unit, *, hundred: bool = False) -> str | None:
        if unit.base == "s" and unit.power > 1:
            return f"por segundo {'ao quadrado' if unit.power == 2 else 'ao cubo'}"
        return super().per(unit, hundred=hundred)

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        return f"{major} e {self.counted(cents, minor)}"

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        said = self.cardinal(hour, "f") + (f" e {self.cardinal(minute)}" if minute else "")
        if not minute and second is None:
            said += " hora" if hour == 1 else " horas"
        return f"{said} e {self.counted(Figure(str(second)), self.units['s'])}" if second else said

    def is_time(self, scan: Scan, mark: str) -> bool:
        return mark == "h"

    def read_hours(self, found: re.Match[str]) -> Read | None:
        return Read(found.end(), self.clock(int(found["hour"]), int(found["minute"] or 0), None))

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator == 2:
            return "meio" if numerator == 1 else None
        if denominator > 10 and denominator != 100:
            return None
        name = {3: "terço", 100: "centésimo"}.get(denominator) or _ORDINALS[denominator]
        return f"um {name}" if numerator == 1 else f"{self.cardinal(numerator)} {name}s"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        following = scan.word_after(read.end)
        if read.words == "meio" and following and self.feminine.search(following):
            return Read(read.end, "meia")
        return read


def _ordinal(scan: Scan) -> Read | None:
    """`1º`, `2ª`; from 20 on `°` is meant for degrees."""
    found = scan.match(_ORDINAL)
    number = int(found["number"]) if found else 0
    if not found or not number or (found["end"] == "°" and number >= 20):
        return None
    words = scan.tongue.ordinal(number)
    if found["end"] == "ª":
        words = " ".join(f"{word[:-1]}a" for word in words.split())
    return Read(found.end(), words)


Portuguese.rules = (_ordinal,)
TONGUE = Portuguese

"""Portuguese numbers: those of Brazil, and of Portugal where the tag says so."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.vocabulary import Noun, currencies, large_groups, nouns, pairs, prefixes
from robotvoice.text.numbers.others.romance import Romance

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
    units = nouns(
        """
        m m metro metros | g m grama gramas | s m segundo segundos | Hz m hertz hertz | W m watt watts
        | Wh m watt-hora watts-hora | V m volt volts | A m ampere amperes | Ah m ampere-hora amperes-hora
        | B m byte bytes | bit m bit bits | bps m bit_por_segundo bits_por_segundo | Pa m pascal pascais
        | bar m bar bars | J m joule joules | cal f caloria calorias | N m newton newtons | Ω m ohm ohms
        | l m litro litros | °C m grau_Celsius graus_Celsius | °F m grau_Fahrenheit graus_Fahrenheit
        | ° m grau graus | % m por_cento por_cento | ‰ m por_mil por_mil | t f tonelada toneladas
        | h f hora horas | min m minuto minutos | d m dia dias | dB m decibel decibéis | px m pixel pixels
        | ha m hectare hectares | mi f milha milhas | ft m pé pés | lb f libra libras | oz f onça onças
        | mph f milha_por_hora milhas_por_hora | kcal f quilocaloria quilocalorias
        | rpm f rotação_por_minuto rotações_por_minuto
        """
    )
    prefixes = prefixes("quilo mega giga tera peta hecto deci centi mili micro nano pico")
    square, cubic = "quadrado quadrados", "cúbico cúbicos"
    raised_seconds = True
    hour_mark = "h"
    halves = "meio", "meia"
    signed_ordinal = re.compile(r"(?P<number>0?[1-9]|[1-9][0-9])\.?(?P<end>[ºª°])(?![CF\w])")
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
        self.stressed = {"i": "í", "o": "ó" if self.european else "ô"}

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
        names, digits = (_LONG, 6) if self.european else (_SCALES, 3)
        return [
            f"um {name}" if group == 1 else f"{self.cardinal(group)} {name[:-2]}ões"
            for group, name in large_groups(number, names, digits)
        ]

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

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        return f"{major} e {self.counted(cents, minor)}"

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        said = self.cardinal(hour, "f")
        if exact and not minute:
            return self.counted(Figure(str(hour)), self.units["h"])
        return f"{said} e {self.cardinal(minute)}" if minute else said

    def share(self, denominator: int) -> str | None:
        if denominator > 10 and denominator != 100:
            return None
        return {3: "terço", 100: "centésimo"}.get(denominator) or _ORDINALS[denominator]


TONGUE = Portuguese

"""Spanish numbers. In Mexico, Central America and the United States the decimal mark is a point."""

# ruff: noqa: SIM905 - lists would fill pages

import re
from collections.abc import Mapping

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import currencies, large_groups, nouns, pairs, prefixes
from robotvoice.text.numbers.others.romance import Romance

_SMALL = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve"
).split()
_TENS = "_ diez veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_HUNDREDS = (
    "_ ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
).split()
_SCALES = ("millón", "billón", "trillón", "cuatrillón", "quintillón")
_ORDINALS = (
    "_ primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo "
    "decimotercero decimocuarto decimoquinto decimosexto decimoséptimo decimoctavo decimonoveno vigésimo"
).split()
_POINT = frozenset({"MX", "US", "GT", "HN", "NI", "PA", "PR", "DO", "SV", "419"})
_PESOS = frozenset({"MX", "AR", "CO", "CL", "UY", "DO", "CU"})
_ORDINAL = re.compile(r"(?P<number>[0-9]{1,2})(?P<stop>\.)?(?P<end>[ºª]|er(?!\w)|[oa](?!\w))(?![CF\w])")


class Spanish(Romance):
    """Spanish of any region."""

    code = "es"
    ones = _SMALL[:10]
    words = pairs(
        "minus menos | plusminus más menos | plus más | point coma | stop punto | to a | score a | by por"
        " | times por | equals igual a | over sobre | divided entre | dot punto | slash barra | port puerto"
        " | hex hexadecimal | per por | power elevado a | squared al cuadrado | cubed al cubo"
        " | version versión | and y"
    )
    months = (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ).split()
    units = nouns(
        """
        m m metro metros | g m gramo gramos | s m segundo segundos | Hz m hercio hercios | W m vatio vatios
        | Wh m vatio_hora vatios_hora | V m voltio voltios | A m amperio amperios
        | Ah m amperio_hora amperios_hora | B m byte bytes | bit m bit bits
        | bps m bit_por_segundo bits_por_segundo | Pa m pascal pascales | bar m bar bares | J m julio julios
        | cal f caloría calorías | N m newton newtons | Ω m ohmio ohmios | l m litro litros
        | °C m grado_Celsius grados_Celsius | °F m grado_Fahrenheit grados_Fahrenheit | ° m grado grados
        | % m por_ciento por_ciento | ‰ m por_mil por_mil | t f tonelada toneladas | h f hora horas
        | min m minuto minutos | d m día días | dB m decibelio decibelios | px m píxel píxeles
        | ha f hectárea hectáreas | mi f milla millas | ft m pie pies | lb f libra libras | oz f onza onzas
        | mph f milla_por_hora millas_por_hora | kcal f kilocaloría kilocalorías
        | rpm f revolución_por_minuto revoluciones_por_minuto
        """
    )
    prefixes = prefixes("kilo mega giga tera peta hecto deci centi mili micro nano pico")
    square, cubic = "cuadrado cuadrados", "cúbico cúbicos"
    stressed: Mapping[str, str] = {"i": "í", "o": "ó"}
    and_cents = "con"
    halves = "medio", "media"
    first_of_month = "uno"
    feminine = re.compile(
        r"(?<!dí)(?<!map)(?<!planet)(?<!m)as?$|ci[oó]n(?:es)?$|[dt]ad(?:es)?$|mamás?$|camas?$|formas?$|semanas?$|manos?$|veces|vez$|ramas?$"
    )
    no_nouns = frozenset("y o a de en es son por para con que más a la las del al ya".split())
    currencies = currencies(
        "€,EUR m euro euros m céntimo céntimos | $,US$,USD m dólar dólares m centavo centavos"
        " | £,GBP f libra libras m penique peniques | ¥,JPY m yen yenes | CHF m franco_suizo francos_suizos"
        " | MXN,COP,ARS,CLP m peso pesos m centavo centavos | BRL,R$ m real reales"
    )
    magnitudes = nouns("M,mill,millones,millón m millón millones")
    labels = pairs(
        "núm número | núms números | pág página | págs páginas | cap capítulo | art artículo | fig figura"
        " | tel teléfono | vol volumen | aprox aproximadamente | máx máximo | mín mínimo | ext extensión"
    )
    signs = pairs(
        "# número | № número | n.º número | nº número | N.º número | Nº número | n° número | N° número"
        " | § sección"
    )
    dialling = frozenset(
        "código pin clave contraseña habitación vuelo teléfono postal extensión error".split()
    )
    calling = frozenset("llama llame llamar llamad marque marca marcar al".split())
    fillers = frozenset("es el número no de la al :".split())
    parts = frozenset("versión python java node android windows ubuntu sección capítulo figura".split())
    scoring = frozenset(
        "ganó ganamos ganaron perdió perdieron perdimos resultado escala proporción marcador empate".split()
    )
    after_clock = re.compile(r"[ \u00a0]?(?P<h>h|horas)(?!\w)")
    centuries = frozenset({"siglo", "siglos", "capítulo", "tomo"})

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.mark = "." if region in _POINT else ","
        self.day_first = region not in ("US", "PR")
        if self.mark == ".":
            self.words = {**self.words, "point": "punto"}
        if region in _PESOS:
            self.currencies = {**self.currencies, "$": self.currencies["MXN"]}

    def cardinal(self, number: int, gender: str = "") -> str:
        said = [
            f"un {name}" if group == 1 else f"{self._below_million(group, 'm')} {name.replace('ó', 'o')}es"
            for group, name in large_groups(number, _SCALES, 6)
        ]
        rest = number % 1_000_000
        if rest or not said:
            said.append(self._below_million(rest, gender))
        return " ".join(said)

    def _below_million(self, number: int, gender: str) -> str:
        thousands, rest = divmod(number, 1000)
        head = (
            ""
            if not thousands
            else "mil"
            if thousands == 1
            else f"{_below_thousand(thousands, gender or 'm')} mil"
        )
        return f"{head} {_below_thousand(rest, gender)}".strip() if rest or not thousands else head

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        said = self.cardinal(hour, "f" if hour % 10 == 1 and hour != 11 else "")
        return f"{said} y {self.cardinal(minute)}" if minute else f"{said} en punto" if exact else said

    def share(self, denominator: int) -> str | None:
        if denominator > 10:
            return None
        return "tercio" if denominator == 3 else _ORDINALS[denominator]


def _below_thousand(number: int, gender: str) -> str:
    if number == 100:
        return "cien"
    hundreds, rest = divmod(number, 100)
    head = _HUNDREDS[hundreds] if hundreds else ""
    if gender == "f" and hundreds > 1:
        head = f"{head[:-2]}as"
    return f"{head} {_below_hundred(rest, gender)}".strip() if rest or not hundreds else head


def _below_hundred(number: int, gender: str) -> str:
    if number >= 30:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f" y {_below_hundred(ones, gender)}" if ones else "")
    word = _SMALL[number]
    if gender and number in (1, 21):
        return f"{word[:-1]}a" if gender == "f" else {1: "un", 21: "veintiún"}[number]
    return word


def _ordinal(scan: Scan) -> Read | None:
    """`1.º`, `2ª`, `1er`."""
    found = scan.match(_ORDINAL)
    number = int(found["number"]) if found else 0
    if not found or not 0 < number <= 20 or (found["end"] in "oa" and not found["stop"] and number > 3):
        return None
    word = _ORDINALS[number]
    if found["end"] in ("ª", "a"):
        word = f"{word[:-1]}a"
    elif found["end"] == "er" or (
        number in (1, 3) and scan.word_after(found.end())[:1].islower() and found["end"] == "º"
    ):
        word = word.removesuffix("o")
    return Read(found.end(), word)


Spanish.rules = (_ordinal,)
TONGUE = Spanish

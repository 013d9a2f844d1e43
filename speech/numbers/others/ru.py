"""Russian numbers in the nominative.

Behind a preposition that takes another case a number is left to the engine, as its words would be wrong.
"""

# ruff: noqa: RUF001, RUF002, SIM905 - letters of another script are meant, lists would fill pages

import re
from collections.abc import Mapping

from speech.numbers.figures import Figure
from speech.numbers.others.ru_words import SCALES, SMALL, below_thousand, form, inflected, of_thousands
from speech.numbers.scan import Read, Scan
from speech.numbers.tongue import Tongue
from speech.numbers.units import Unit
from speech.numbers.vocabulary import Currency, Noun, currencies, nouns, pairs

_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
_DAY = re.compile(
    rf"(?P<day>[0-3]?[0-9])[ \u00a0](?P<month>{'|'.join(_MONTHS)})"
    r"(?:[ \u00a0](?P<year>[12][0-9]{3})(?:[ ]года|[ ]г\.)?)?(?!\w)"
)
_YEAR = re.compile(r"(?P<year>[12][0-9]{3})[ \u00a0]?(?P<noun>году|года|год|г\.)(?!\w)")
_ORDINAL = re.compile(r"(?P<number>[0-9]{1,4})-(?P<end>й|я|е|го|му|м|ю|ая|ый|ой|ое|ого|ом)(?!\w)")
_TELEPHONE = re.compile(r"8[ -]\(?[0-9]{3,4}\)?[ -][0-9]{2,3}[ -][0-9]{2}[ -][0-9]{2}(?![0-9])")
_ENDINGS = {
    "й": "ый", "ый": "ый", "ой": "ый", "я": "ая", "ая": "ая", "е": "ое", "ое": "ое", "го": "ого",
    "ого": "ого", "му": "ому", "м": "ом", "ом": "ом", "ю": "ую",
}  # fmt: skip
_OTHER_CASES = frozenset(
    """
    с со до от из около к ко без у для после о об обо при между перед над под более менее кроме против
    среди свыше
    """.split()
)


class Russian(Tongue):
    """Russian."""

    code = "ru"
    ones = SMALL[:10]
    words = pairs(
        "minus минус | plusminus плюс-минус | plus плюс | point запятая | stop точка | to – | score –"
        " | by на | times умножить на | equals равно | over дробь | divided разделить на | dot точка"
        " | slash дробь | port порт | hex шестнадцатеричное | per в | power в степени | squared в квадрате"
        " | cubed в кубе | version версия | and и"
    )
    units = nouns(
        "m m метр метра метров | g m грамм грамма граммов | s f секунда секунды секунд"
        " | Hz m герц герца герц | W m ватт ватта ватт | V m вольт вольта вольт | B m байт байта байт"
        " | bit m бит бита бит | l m литр литра литров"
        " | °C m градус_Цельсия градуса_Цельсия градусов_Цельсия"
        " | °F m градус_Фаренгейта градуса_Фаренгейта градусов_Фаренгейта | ° m градус градуса градусов"
        " | % m процент процента процентов | ‰ m промилле промилле промилле | t f тонна тонны тонн"
        " | h m час часа часов | min f минута минуты минут | d m день дня дней"
        " | Pa m паскаль паскаля паскалей | ha m гектар гектара гектаров | dB m децибел децибела децибел"
        " | px m пиксель пикселя пикселей"
    )
    prefixes = pairs(
        "k кило | M мега | G гига | T тера | P пета | h гекто | d деци | c санти | m милли | µ микро"
        " | n нано | p пико"
    )
    currencies = currencies(
        "₽,RUB m рубль рубля рублей f копейка копейки копеек"
        " | $,USD m доллар доллара долларов m цент цента центов"
        " | €,EUR m евро евро евро m цент цента центов | £,GBP m фунт фунта фунтов | ¥,JPY f иена иены иен"
    )
    magnitudes: Mapping[str, Noun] = {
        written: nouns(f"x {gender} {forms}")["x"]
        for written, gender, forms in (
            ("тыс", "f", "тысяча тысячи тысяч"), ("млн", "m", "миллион миллиона миллионов"),
            ("млрд", "m", "миллиард миллиарда миллиардов"), ("M", "m", "миллион миллиона миллионов"),
        )
    }  # fmt: skip
    labels = pairs(
        "стр страница | гл глава | рис рисунок | д дом | кв квартира | тел телефон | макс максимум"
        " | мин минимум"
    )
    signs = pairs("№ номер | # номер | § параграф")
    dialling = frozenset("код пин пин-код пароль комната номер рейс телефон индекс ошибка".split())
    calling = frozenset("звони звоните позвони позвоните набери наберите по".split())
    fillers = frozenset("это номер по".split())
    parts = frozenset("версия python java node android windows ubuntu раздел глава рисунок".split())
    scoring = frozenset("счёт счет счётом выиграл выиграли проиграли победа масштаб отношение".split())

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.rules = (_telephone, _left, _day, _year, _ordinal)

    def writes(self, letter: str) -> bool:
        return "\u0400" <= letter <= "\u04ff"

    def cardinal(self, number: int, gender: str = "") -> str:
        said: list[str] = []
        for place in range(len(SCALES), 0, -1):
            if group := number // 10 ** (3 + 3 * place) % 1000:
                name = SCALES[place - 1]
                said += below_thousand(group, "m"), form(group, (name, f"{name}а", f"{name}ов"))
        thousands, rest = divmod(number % 1_000_000, 1000)
        if thousands:
            said += below_thousand(thousands, "f"), form(thousands, ("тысяча", "тысячи", "тысяч"))
        if rest or not said:
            said.append(below_thousand(rest, gender))
        return " ".join(said)

    def ordinal(self, number: int) -> str:
        return self.inflected(number, "ый")

    def inflected(self, number: int, ending: str) -> str:
        """An ordinal; `ending` as in `первый`."""
        if number % 1000 == 0:
            return of_thousands(number // 1000, ending) or self.cardinal(number)
        head, _, last = self.cardinal(number).removeprefix("одна " if number >= 1000 else "").rpartition(" ")
        return f"{head} {inflected(last, ending)}".strip()

    def form(self, figure: Figure, noun: Noun) -> str:
        return noun.forms[1] if figure.fraction else form(int(figure.whole), noun.forms)

    def powered(self, noun: Noun, power: int) -> Noun:
        stem = "квадратн" if power == 2 else "кубическ"
        one, many = ("ый", "ых") if power == 2 else ("ий", "их")
        return Noun(
            (f"{stem}{one} {noun.forms[0]}", *(f"{stem}{many} {form}" for form in noun.forms[1:])),
            noun.gender,
        )

    def per(self, unit: Unit, *, hundred: bool = False) -> str | None:
        noun = self.unit(unit)
        if noun is None or unit.power > 1 or hundred:
            return None
        # The accusative of feminine nouns: в секунду, в минуту.
        return f"в {noun.forms[0][:-1]}у" if noun.gender == "f" else f"в {noun.forms[0]}"

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        following = scan.word_after(end)
        if figure.fraction or not following or following[0].isupper():
            return self.number(figure)
        last = figure.value % 10 if figure.value % 100 not in (11, 12) else 0
        if last == 1:
            gender = "f" if following[-1] in "ая" else "n" if following[-1] in "ое" else "m"
            said = self.number(figure, gender)
            return (
                f"{said[:-1]}у"
                if gender == "f" and scan.word_before() in ("в", "на", "за", "через")
                else said
            )
        return self.number(figure, "f" if last == 2 and following[-1] in "ыи" else "m")

    def first_of_range(self, figure: Figure) -> str:
        return self.number(figure)

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        return f"{major} {self.counted(cents, minor)}"

    def millions(self, amount: str, major: Noun) -> str:
        return f"{amount} {major.forms[-1]}"

    def money(self, figure: Figure, currency: Currency, magnitude: str = "") -> str:
        return super().money(figure, currency, magnitude)

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        if not minute and not second:
            return self.counted(Figure(str(hour)), self.units["h"])
        said = f"{self.cardinal(hour)} {'ноль ' if minute < 10 else ''}{self.cardinal(minute)}"
        return f"{said} {'ноль ' if second < 10 else ''}{self.cardinal(second)}" if second else said

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        ending = "ого" if scan.word_before() in ("с", "до", "от", "после") else "ое"
        said = f"{self.inflected(day, ending)} {_MONTHS[month - 1]}"
        return f"{said} {self.inflected(year, 'ого')} года" if year else said

    def fraction(self, numerator: int, denominator: int) -> str | None:
        names = {2: ("половина", ""), 3: ("треть", "трети"), 4: ("четверть", "четверти")}
        if denominator in names:
            one, many = names[denominator]
            if numerator == 1:
                return one if denominator == 2 else f"одна {one}"
            return f"{self.cardinal(numerator, 'f')} {many}" if many else None
        return (
            f"{self.cardinal(numerator, 'f')} {self.inflected(denominator, 'ая' if numerator == 1 else 'ых')}"
        )

    def mixed(self, whole: str, numerator: int, denominator: int) -> str | None:
        if (numerator, denominator) == (1, 2):
            return f"{self.cardinal(int(whole))} с половиной"
        return None


def _left(scan: Scan) -> Read | None:
    """A plain number behind a preposition that takes another case stays as it is."""
    if scan.word_before() not in _OTHER_CASES:
        return None
    found = re.compile(r"[0-9]{1,15}(?:[., \u00a0][0-9]{1,3}){0,4}(?!\w)").match(scan.text, scan.at)
    if not found or re.match(r"[.:/-][0-9]|[-–—:%°]| ?[а-я]{3,8} ?[12][0-9]{3}", scan.after(found.end())):
        return None
    return None if _DAY.match(scan.text, scan.at) or len(found[0]) > 6 else Read(found.end(), found[0])


def _telephone(scan: Scan) -> Read | None:
    """`8 495 123-45-67`."""
    found = scan.match(_TELEPHONE)
    if not found:
        return None
    return Read(found.end(), ", ".join(scan.tongue.spell(group) for group in re.findall("[0-9]+", found[0])))


def _day(scan: Scan) -> Read | None:
    """`3 мая`, `21 ноября 2026 года`: of the third, as one says when."""
    found = scan.match(_DAY)
    tongue = scan.tongue
    if not found or not 0 < int(found["day"]) <= 31 or not isinstance(tongue, Russian):
        return None
    said = f"{tongue.inflected(int(found['day']), 'ого')} {found['month']}"
    if found["year"]:
        said += f" {tongue.inflected(int(found['year']), 'ого')} года"
    return Read(found.end(), said)


def _year(scan: Scan) -> Read | None:
    """`в 2026 году`."""
    found = scan.match(_YEAR)
    tongue = scan.tongue
    if not found or not isinstance(tongue, Russian):
        return None
    noun = found["noun"]
    if noun == "г.":
        noun = "году" if scan.word_before() in ("в", "во") else "года"
    ending = {"году": "ом", "года": "ого", "год": "ый"}[noun]
    return Read(found.end(), f"{tongue.inflected(int(found['year']), ending)} {noun}")


def _ordinal(scan: Scan) -> Read | None:
    """`1-й`, `21-го`."""
    found = scan.match(_ORDINAL)
    tongue = scan.tongue
    if not found or not isinstance(tongue, Russian) or found["number"][0] == "0":
        return None
    return Read(found.end(), tongue.inflected(int(found["number"]), _ENDINGS[found["end"]]))


TONGUE = Russian

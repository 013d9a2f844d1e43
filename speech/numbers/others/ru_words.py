"""Russian words for numbers below a thousand, and the endings of ordinals."""

# ruff: noqa: RUF001, SIM905 - letters of another script are meant, lists would fill pages

SMALL = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать "
    "четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
_TENS = "_ десять двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
_HUNDREDS = "_ сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
SCALES = "миллион миллиард триллион квадриллион квинтиллион секстиллион септиллион октиллион".split()
_FEMININE = {"один": "одна", "два": "две"}
_NEUTER = {"один": "одно"}
_STEMS = {
    "один": "перв", "два": "втор", "три": "трет", "четыре": "четверт", "пять": "пят", "шесть": "шест",
    "семь": "седьм", "восемь": "восьм", "девять": "девят", "десять": "десят", "двадцать": "двадцат",
    "тридцать": "тридцат", "сорок": "сороков", "пятьдесят": "пятидесят", "шестьдесят": "шестидесят",
    "семьдесят": "семидесят", "восемьдесят": "восьмидесят", "девяносто": "девяност", "сто": "сот",
    "двести": "двухсот", "триста": "трёхсот", "четыреста": "четырёхсот", "пятьсот": "пятисот",
    "шестьсот": "шестисот", "семьсот": "семисот", "восемьсот": "восьмисот", "девятьсот": "девятисот",
}  # fmt: skip
_STRESSED = frozenset({"два", "шесть", "семь", "восемь", "сорок"})
"""Their ordinals end in -ой"""
_SOFT = {
    "ый": "ий",
    "ая": "ья",
    "ое": "ье",
    "ого": "ьего",
    "ому": "ьему",
    "ом": "ьем",
    "ую": "ью",
    "ых": "ьих",
}
"""Of three"""


def below_thousand(number: int, gender: str) -> str:
    hundreds, rest = divmod(number, 100)
    said = [_HUNDREDS[hundreds]] if hundreds else []
    if rest >= 20:
        said.append(_TENS[rest // 10])
        rest %= 10
    if rest or not said:
        word = SMALL[rest]
        said.append(
            _FEMININE.get(word, word) if gender == "f" else _NEUTER.get(word, word) if gender == "n" else word
        )
    return " ".join(said)


def form(number: int, forms: tuple[str, ...]) -> str:
    """For one, for two to four, for many."""
    if 10 < number % 100 < 20:
        return forms[2]
    return forms[{1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)]


def inflected(word: str, ending: str) -> str:
    """The ordinal of a number of one word; `ending` as in `первый`."""
    stem = _STEMS.get(word) or word.removesuffix("ь")
    if word == "три":
        return stem + _SOFT[ending]
    return stem + ("ой" if word in _STRESSED and ending == "ый" else ending)


def of_thousands(thousands: int, ending: str) -> str:
    """The ordinal of up to three thousands, as years have; of none it is that of zero; "" of more."""
    if not thousands:
        return f"нулев{'ой' if ending == 'ый' else ending}"
    count = {1: "", 2: "двух", 3: "трёх"}.get(thousands)
    return "" if count is None else f"{count}тысячн{ending}"

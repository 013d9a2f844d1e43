"""Units as they are written behind a number: `km/h`, `mm²`, `kWh`, `°C`."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re
from dataclasses import dataclass

_BASES = {
    "m": "kcdmµn", "g": "kmµ", "s": "mµn", "Hz": "kMGT", "W": "kMGTm", "Wh": "kMGT", "V": "kmµM",
    "A": "mµ", "Ah": "m", "B": "kMGTP", "bit": "kMGT", "bps": "kMGT", "Pa": "hkM", "bar": "m", "J": "kMG",
    "cal": "k", "N": "k", "Nm": "k", "Ω": "kM", "F": "µnp", "l": "mcdhµ", "eV": "kMG", "mol": "mµ",
    "Sv": "mµ", "H": "mµ", "Wp": "kM",
}  # fmt: skip
"""By symbol, the prefixes it takes"""
_ONLY_PREFIXED = frozenset({"A", "B", "F", "H"})
"""Alone they are rather a letter"""
_OTHERS = (
    "°C °F ° % ‰ t h min d dB dBm dBi lx lm cd ppm ppb mph rpm psi fps dpi px ft yd mi lb oz gal mmHg kn "
    "ha kts PS hp nit kcal vol tbsp tsp EL TL"
).split()
_SPELLINGS = {
    "L": "l", "mL": "ml", "dL": "dl", "cL": "cl", "KB": "kB", "Kbit": "kbit", "Kbps": "kbps",
    "KHz": "kHz", "Khz": "kHz", "khz": "kHz", "Mhz": "MHz", "Ghz": "GHz", "hz": "Hz", "Kg": "kg",
    "KG": "kg", "Km": "km", "KM": "km", "kmh": "km/h", "km/std": "km/h", "kph": "km/h", "Kwh": "kWh",
    "kwh": "kWh", "KWh": "kWh", "Mb": "Mbit", "Gb": "Gbit", "Kb": "kbit", "ohm": "Ω", "Ohm": "Ω",
    "kOhm": "kΩ", "ºC": "°C", "ºF": "°F", "℃": "°C", "℉": "°F", "º": "°", "hr": "h", "hrs": "h",
    "Std": "h", "sec": "s", "secs": "s", "sek": "s", "Sek": "s", "mins": "min", "Min": "min", "lbs": "lb",
    "sqm": "m²", "qm": "m²", "qkm": "km²", "m2": "m²", "km2": "km²", "cm2": "cm²", "mm2": "mm²",
    "m3": "m³", "cm3": "cm³", "mm3": "mm³", "dm3": "dm³", "ccm": "cm³", "cbm": "m³", "sq ft": "ft²",
    "sq m": "m²", "sq km": "km²", "sq mi": "mi²", "cu ft": "ft³", "MPH": "mph", "RPM": "rpm",
    "U/min": "rpm", "km/hr": "km/h", "Pkt": "pt", "г": "g",
}  # fmt: skip
_SLASHED = re.compile(r"[ ]?/[ ]?(?P<number>100 )?(?P<unit>[a-zA-ZµμΩ°]{1,4}[²³]?)(?![\w²³/])")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit, taken apart."""

    base: str
    """Its symbol without a prefix"""
    prefix: str = ""
    power: int = 1
    """2 for square, 3 for cubic"""
    per: "Unit | None" = None
    hundred: bool = False
    """Whether it is per 100 of that: `l/100 km`"""


def _table() -> dict[str, Unit]:
    known = {symbol: Unit(symbol) for symbol in _OTHERS}
    for base, prefixes in _BASES.items():
        if base not in _ONLY_PREFIXED:
            known[base] = Unit(base)
        known |= {prefix + base: Unit(base, prefix) for prefix in prefixes}
    known |= {f"{prefix}i{base}": Unit(base, f"{prefix}i") for prefix in "KMGT" for base in ("B", "bit")}
    for symbol in ("m", "km", "cm", "mm", "dm", "µm", "nm", "ft", "mi", "s"):
        for power, sign in ((2, "²"), (3, "³")):
            known[symbol + sign] = Unit(known[symbol].base, known[symbol].prefix, power)
    return known


_KNOWN = _table()
_KNOWN |= {
    written: Unit(_KNOWN["km"].base, "k", per=Unit("h")) if meant == "km/h" else _KNOWN[meant]
    for written, meant in _SPELLINGS.items()
    if meant in _KNOWN or meant == "km/h"
}
_LONGEST = max(map(len, _KNOWN))
_NEEDS_SPACE = frozenset({"d", "J", "N", "t"})
"""Without one they are rather a letter of a name: `5W`"""


def unit_at(text: str, at: int) -> tuple[Unit, int] | None:
    """The unit that follows a number which ends at `at`, and where it ends."""
    start = at + 1 if text[at : at + 1] in ("\u00a0", "\u202f", "\u2009", " ") else at
    found = _symbol(text, start, spaced=start > at)
    if not found:
        return None
    unit, end = found
    if slashed := _SLASHED.match(text, end):
        below = _KNOWN.get(_micro(slashed["unit"]))
        if below and (slashed["unit"] != "d" or unit.prefix):
            return Unit(unit.base, unit.prefix, unit.power, below, bool(slashed["number"])), slashed.end()
    return unit, end


def _symbol(text: str, start: int, *, spaced: bool) -> tuple[Unit, int] | None:
    window = _micro(text[start : start + _LONGEST])
    for length in range(len(window), 0, -1):
        symbol, end = window[:length], start + length
        behind = text[end : end + 2]
        if symbol not in _KNOWN or ((behind[:1].isalnum() or behind[:1] == "_") and symbol[-1] not in "%‰"):
            continue
        # A letter with an apostrophe or a hyphen is the beginning of a word.
        word = behind[:1] in tuple("'’-.") and behind[1:2].isalpha() and symbol.isalpha()
        return None if word or (symbol in _NEEDS_SPACE and not spaced) else (_KNOWN[symbol], end)
    return None


def _micro(text: str) -> str:
    """With the micro sign for the Greek letter, and the ohm sign's letter."""
    return text.replace("μ", "µ").replace("\u2126", "Ω")

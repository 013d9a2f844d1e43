"""Times of day, durations, and what looks like a time but is a ratio or a score."""

# ruff: noqa: RUF001, RUF002 - signs as they are typed

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.units import Unit, unit_at
from robotvoice.text.numbers.grammar.vocabulary import Noun
from robotvoice.text.numbers.rules.amount_words import is_scored

_CLOCK = re.compile(
    r"(?P<hour>2[0-4]|[01]?[0-9])(?P<mark>[:.h])(?P<minute>[0-5][0-9])"
    r"(?:[:.](?P<second>[0-5][0-9])(?:[.,][0-9]{1,6})?)?(?![0-9]|[:.,][0-9])"
)
_ZONE = re.compile(
    r"Z(?!\w)"
    r"|[ ]?(?P<name>UTC|GMT)(?P<sign>[+\-−])(?P<hours>[01]?[0-9])(?::?(?P<minutes>[0-5][0-9]))?(?![0-9:])"
)
_BARE_ZONE = re.compile(
    r"(?P<name>)(?P<sign>[+\-−])(?P<hours>[01][0-9]):?(?P<minutes>[0-5][0-9])(?![0-9:]|[ ]?[ap]\.?m)"
)
_NAMED_ZONE = re.compile(
    r"(?P<name>UTC|GMT)[ ]?(?P<sign>[+\-−])[ ]?(?P<hours>[01]?[0-9])(?::?(?P<minutes>[0-5][0-9]))?(?![0-9:])"
)
_TO = re.compile(r"[ \u00a0]?[-–—][ \u00a0]?(?=[0-9]{1,2}[:.h][0-5])")
_TO_HOUR = re.compile(r"[ \u00a0]?[-–—][ \u00a0]?(?=[0-9])")
_RATIO = re.compile(
    r"(?P<first>[0-9]{1,6}) ?: ?(?P<second>[0-9]{1,6})(?P<third> ?: ?[0-9]{1,6})?(?![0-9:]|\.[0-9])"
)
_SOLVED = re.compile(r" ?=")
_PART = re.compile(
    r"(?P<figure>[0-9]{1,4})[ \u00a0]?(?P<unit>d|h|hrs?|min|m|s|secs?|Std\.?|Min\.?|Sek\.?)(?![^\W\d])"
)
_ORDER = {"d": 0, "h": 1, "hr": 1, "Std": 1, "min": 2, "m": 2, "Min": 2, "s": 3, "sec": 3, "Sek": 3}
_MINUTES = re.compile(r"(?P<minutes>[0-5][0-9])(?![\w:.,])")
_SYMBOLS = ("d", "h", "min", "s")


def clock(scan: Scan) -> Read | None:
    """`19:30`, `7:05:09`, `14.30 Uhr`, with the words that the language has behind it; a range of two."""
    read = _clock(scan)
    if read and (to := _TO.match(scan.text, read.end)):
        return _until(scan, read, _clock(scan.moved(to.end()))) or read
    return read


def hours(scan: Scan) -> Read | None:
    """`7 pm`, `7 Uhr`, `9–17 Uhr`: as the language has it."""
    read = _hours(scan)
    if read and (to := _TO_HOUR.match(scan.text, read.end)):
        following = scan.moved(to.end())
        return _until(scan, read, _hours(following) or _clock(following)) or read
    return read


def _until(scan: Scan, first: Read, second: Read | None) -> Read | None:
    return Read(second.end, f"{first.words} {scan.tongue.words['to']} {second.words}") if second else None


def _clock(scan: Scan) -> Read | None:
    found = scan.match(_CLOCK)
    if not found or _is_ratio(scan, found):
        return None
    tongue = scan.tongue
    suffix = tongue.after_clock.match(scan.text, found.end())
    if found["mark"] != ":" and not suffix and not tongue.is_time(scan, found["mark"]):
        return None
    hour, minute = int(found["hour"]), int(found["minute"])
    second = int(found["second"]) if found["second"] else None
    if hour == 24 and (minute or second):
        return None
    end, words = found.end(), ""
    unit = unit_at(scan.text, end)
    if unit and unit[0] == Unit("min") and second is None and (words := _lasting(scan, (0, 0, hour, minute))):
        return Read(unit[1], words)
    if second is not None and len(found["hour"]) == 1 and not suffix and not _tells_when(scan):
        words = _lasting(scan, (0, hour, minute, second))
    if not words:
        words = tongue.clock(hour, minute, second)
        if suffix:
            end, words = suffix.end(), tongue.with_suffix(words, suffix, hour, minute)
    # Behind a date that is one word with its time; elsewhere it is the end of a range.
    dated = scan.text[scan.at - 1 : scan.at] == "T"
    zone = _ZONE.match(scan.text, end) or (_BARE_ZONE.match(scan.text, end) if dated else None)
    if zone:
        end, words = zone.end(), f"{words} {_zone(scan, zone)}"
    return Read(end, words)


def _hours(scan: Scan) -> Read | None:
    found = scan.match(scan.tongue.hours)
    return scan.tongue.read_hours(found) if found else None


def ratio(scan: Scan) -> Read | None:
    """`3:2`, `16:9`, `1:100`."""
    found = scan.match(_RATIO)
    if not found or (found["first"][0] == "0" and len(found["first"]) > 1):
        return None
    tongue = scan.tongue
    word = tongue.words["divided" if _SOLVED.match(scan.text, found.end()) else "score"]
    figures = [int(each) for each in re.findall("[0-9]+", found[0])]
    return Read(found.end(), f" {word} ".join(map(tongue.cardinal, figures)))


def duration(scan: Scan) -> Read | None:
    """`2h 30m`, `1 h 5 min`, `1m 30s`, `2h30`."""
    parts: list[tuple[int, int]] = []
    at = scan.at
    while found := _PART.match(scan.text, at):
        order = _ORDER[found["unit"].rstrip(".").removesuffix("s") or "s"]
        if parts and order <= parts[-1][0]:
            break
        parts.append((order, int(found["figure"])))
        end = found.end()
        at = end + 1 if scan.text[end : end + 1] in tuple(" \u00a0") else end
    if not parts:
        return None
    bare = _MINUTES.match(scan.text, end)
    if len(parts) == 1 and parts[0][0] == 1 and bare:
        parts, end = [*parts, (2, int(bare["minutes"]))], bare.end()
    if len(parts) < 2:
        return None
    values = dict(parts)
    words = _lasting(scan, tuple(values.get(order, 0) for order in range(4)))
    return Read(end, words) if words else None


def zone(scan: Scan) -> Read | None:
    """`UTC+2`, `GMT-05:00`."""
    found = scan.match(_NAMED_ZONE)
    return Read(found.end(), _zone(scan, found)) if found else None


def _zone(scan: Scan, found: re.Match[str]) -> str:
    if found[0] == "Z":
        return "UTC"
    words = scan.tongue.words
    sign = words["plus" if found["sign"] == "+" else "minus"]
    minutes = int(found["minutes"] or 0)
    more = f" {scan.tongue.cardinal(minutes)}" if minutes else ""
    return f"{found['name'] or 'UTC'} {sign} {scan.tongue.cardinal(int(found['hours']))}{more}"


def _is_ratio(scan: Scan, found: re.Match[str]) -> bool:
    return found["mark"] == ":" and not found["second"] and is_scored(scan, found.end())


def _tells_when(scan: Scan) -> bool:
    return scan.word_before() in scan.tongue.before_times


def _lasting(scan: Scan, values: tuple[int, ...]) -> str:
    """Days, hours, minutes, seconds; "" if the language has no words for them."""
    said = []
    for value, symbol in zip(values, _SYMBOLS, strict=True):
        noun: Noun | None = scan.tongue.unit(Unit(symbol))
        if noun is None:
            return ""
        if value:
            said.append(scan.tongue.counted(Figure(str(value)), noun))
    return scan.tongue.listed(said)

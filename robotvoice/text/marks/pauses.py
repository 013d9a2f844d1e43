"""Pauses that a text asks for: `<break time="800ms"/>`, `[pause 2s]` and their like, in one form.

The form that stays in a cleaned text is `[pause 0.8s]`, on a line of its own.
"""

import re

MOST_SECONDS = 10.0
"""Of one pause"""
MOST_IN_ALL = 300.0
"""Seconds of all pauses of a text; what comes on top is left out"""
USUAL = 0.75
"""Seconds of a pause that does not say how long it is"""
STRENGTHS = {
    "none": 0.0, "x-weak": 0.25, "weak": 0.5, "medium": USUAL, "strong": 1.0, "x-strong": 1.25,
    "short": 0.5, "brief": 0.5, "small": 0.5, "kurze": 0.5, "long": 1.5, "big": 1.5, "lange": 1.5,
}  # fmt: skip
"""Seconds; the first six are values of SSML's `strength`, as long as services that say so make them"""

MARK = re.compile(r"\[pause (\d{1,2}(?:\.\d+)?)s\]")
"""A pause in a cleaned text"""
_LENGTH = (
    r"(?P<number>\d{1,12}(?:[.,]\d{1,6})?|[.,]\d{1,6})[\s-]*"
    r"(?P<unit>ms|msecs?|milli\w{1,10}|s|secs?|se[ck]\w{0,6}|min(?:ut\w{1,4})?|)"
)


def _named(number: int) -> str:
    """A length once more in one pattern."""
    return _LENGTH.replace("number", f"number_{number}").replace("unit", f"unit_{number}")


_TIME = re.compile(rf"\s*\+?{_LENGTH}\s*", re.IGNORECASE)
_WRITTEN = re.compile(
    r"[\[({]{1,2}\s?(?:(?P<strength>short|long|brief|small|big|kurze|lange)[ _-])?"
    r"(?:pauses?|beat|silence|stille|pausa|пауза)"
    rf"(?:\s*[ :=]\s*(?:for |of |von )?{_LENGTH})?\.?\s?[\])}}]{{1,2}}"
    rf"|[\[({{]{_named(3)}[ -](?:pause|silence|beat)[\])}}]"
    rf"|\[(?:break|wait)\s*[ :=]\s*{_named(2)}\]"
    r"|\[\[slnc (?P<milliseconds>\d{1,6})\]\]|<#(?P<seconds>\d{1,3}(?:\.\d{1,3})?)#>",
    re.IGNORECASE,
)


def mark(seconds: float) -> str:
    """The pause as it stands in a cleaned text; nothing for one that is too short to be noticed."""
    seconds = min(seconds, MOST_SECONDS)
    return f"[pause {seconds:.3g}s]" if seconds >= 0.01 else ""


def seconds_of(time: str) -> float | None:
    """What `800ms`, `2s`, `1.5` or `500` say. Without a unit, 50 and more are milliseconds."""
    match = _TIME.fullmatch(time)
    return _seconds(match["number"], match["unit"]) if match else None


def of_strength(name: str) -> float | None:
    return STRENGTHS.get(name.strip().lower())


def marked(text: str, between: str) -> str:
    """The text with every pause that is written in brackets as a mark, with `between` on both sides."""

    def pause(match: re.Match[str]) -> str:
        if found := match["milliseconds"]:
            seconds = int(found) / 1000
        elif found := match["seconds"]:
            seconds = float(found)
        elif number := match["number"] or match["number_2"] or match["number_3"]:
            seconds = _seconds(number, match["unit"] or match["unit_2"] or match["unit_3"] or "")
        else:
            seconds = STRENGTHS.get((match["strength"] or "").lower(), USUAL)
        return f"{between}{mark(seconds)}{between}"

    return _WRITTEN.sub(pause, text)


def bounded(text: str) -> str:
    """Of a cleaned text: pauses in a row are one, there is none in front, and not too many in all."""
    if "[pause " not in text:
        return text
    lines: list[str] = []
    waiting = 0.0
    left = MOST_IN_ALL
    for line in [*text.split("\n"), ""]:
        if pause := MARK.fullmatch(line):
            waiting = min(waiting + float(pause[1]), MOST_SECONDS)
            continue
        if lines and waiting and (pause_line := mark(min(waiting, left))):
            lines.append(pause_line)
            left -= min(waiting, left)
        waiting = 0.0
        lines.append(line)
    return "\n".join(lines[:-1])


def _seconds(number: str, unit: str) -> float:
    value = float(number.replace(",", "."))
    if unit.lower().startswith("min"):
        return value * 60
    return value / 1000 if unit.lower().startswith("m") or (not unit and value >= 50) else value

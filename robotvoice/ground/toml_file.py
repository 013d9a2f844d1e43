"""A file of settings, read as far as it can be: all its mistakes at once, with what to write instead."""

import re
import tomllib
from typing import Any

MOST_MISTAKES = 8
SHOWN = 60
"""Characters of a line"""
AT_LINE = re.compile(r"at line (\d+)")
SETTING = re.compile(r"\s*([\w.-]+)\s*=\s*(.*?)\s*")
WITH_COLON = re.compile(r"\s*([\w.-]+)\s*:\s*(.*?)\s*")
SWITCH = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
CURLY = re.compile("[\u00ab\u00bb\u2018-\u201f]")
"""Quotes of printed text, as they come with what was copied"""
WITH_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|[A-Za-z]{1,7})")
TOO_DEEP = "it is nested too deeply"


def read_toml(text: str) -> tuple[dict[str, Any], list[str]]:
    """What the lines say that can be read, and for each other one what is wrong and what to do."""
    lines, mistakes = text.split("\n"), list[str]()
    while len(mistakes) < MOST_MISTAKES:
        try:
            return tomllib.loads("\n".join(lines)), mistakes
        except RecursionError:
            return {}, [*mistakes, f"{TOO_DEEP}; write one setting a line"]
        except ValueError as error:
            number = _line_of(str(error), lines)
            line = lines[number - 1]
            mistakes.append(f"line {number}: `{_shown(line)}`: {_what_to_do(line, str(error))}")
            if not line.strip():
                break  # it has been left out already: what is wrong is elsewhere
            lines[number - 1] = ""
    return {}, mistakes


def _line_of(message: str, lines: list[str]) -> int:
    """At the end of the document it is the last line that says anything."""
    if found := AT_LINE.search(message):
        return min(int(found[1]), len(lines))
    return max((number for number, line in enumerate(lines, 1) if line.strip()), default=1)


def _what_to_do(line: str, message: str) -> str:
    setting = SETTING.fullmatch(line)
    if setting is None:
        if (other := WITH_COLON.fullmatch(line)) and "=" not in line:
            return f"write = in place of the colon: {other[1]} = {_as_toml(other[2])}"
        return f"{_plain(message)}; write NAME = VALUE"
    name, value = setting.groups()
    value = value if value[:1] in "\"'" else value.partition(" #")[0].strip()
    if not value or value.startswith("#"):
        return "give it a value, or remove the line"
    if len(value) > 2 * SHOWN:
        return f"{_plain(message)}; correct it"
    if "Cannot overwrite" in message:
        return f"{name} is set more than once; remove one of them"
    if value.startswith("="):
        return f"write one =: {name} = {_as_toml(value[1:].strip())}"
    if CURLY.search(value):
        return f"use straight quotes: {name} = {_as_toml(CURLY.sub('', value))}"
    if value.lower() in SWITCH:
        return f"write true or false, in small letters: {name} = {SWITCH[value.lower()]}"
    if re.fullmatch(r"-?\d+,\d+", value):
        return f"write a point: {name} = {value.replace(',', '.')}"
    if re.fullmatch(r"0+\d+", value):
        return f"leave out the zeros in front: {name} = {int(value)}"
    if found := WITH_UNIT.fullmatch(value):
        return f"write the number alone, or put it in quotes: {name} = {found[1]}"
    if value[0] in "\"'" and value.count(value[0]) == 1:
        return f"close the quotes: {name} = {_as_toml(value[1:])}"
    if value[0] not in "\"'[{" and '"' not in value:
        return f"put it in quotes: {name} = {_as_toml(value)}"
    return f"{_plain(message)}; correct it"


def _as_toml(value: str) -> str:
    """As it was most likely meant."""
    plain = value.strip("\"'")
    if value == plain and plain.lower() in SWITCH:
        return SWITCH[plain.lower()]
    if value == plain and re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
        return plain
    return f"'{plain}'" if "\\" in plain else f'"{plain}"'


def _plain(message: str) -> str:
    """What the parser said, without the place and with a small letter."""
    said = message.partition(" (at ")[0]
    return f"{said[:1].lower()}{said[1:160]}"


def _shown(line: str) -> str:
    text = "".join(each if each.isprintable() else "?" for each in line.strip())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."

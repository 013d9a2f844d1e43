"""Formulas: found by what stands around them, read in the text's language or left out. Money stays."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re

from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.symbols.formulas import COMMANDS, in_words

_FURTHEST = 2000
"""Characters within which a formula must end"""
_OPENING = re.compile(
    r"\\begin\{(?P<environment>[A-Za-z]+\*?)\}|(?P<open>\$\$|\\\[|\\\()|(?P<dollar>(?<![\\$\w])\$(?![\s$]))"
)
_CLOSING = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_DOLLAR = re.compile(r"(?<!\\)\$")
_SIGN_OF_MATHS = re.compile(r"\\[A-Za-z]|[\^_=<>≤≥≠±×÷√∑∫∞π]|[\w)]\s*[+*/-]\s*[\w(]")
_PLAIN_WORD = re.compile(r"(?<![\\A-Za-z{])(?!(?:sin|cos|tan|log|exp|lim|min|max|mod)\b)[A-Za-zÀ-ÿ]{3,}")
_COMMAND = re.compile(
    r"(?<![\w\\:/])\\(?P<name>[A-Za-z]+)(?:(?<=frac)\d\d(?!\d)|(?:\s*\{[^{}\n]{0,80}\}){0,2})"
    r"|(?<=\d)\\(?P<after>times|cdot|div|pm|degree|circ)(?![A-Za-z])"
)


def without_maths(text: str, tongue: str, omissions: Omissions) -> str:
    """Formulas become words."""
    said: list[str] = []
    at = 0
    while opening := _OPENING.search(text, at):
        end, formula = _formula(text, opening)
        said.append(text[at : opening.start()])
        at = end
        if formula is None:
            said.append(text[opening.start() : end])
            continue
        words = in_words(formula, tongue)
        left_out = "" if words else omissions.add("maths", text[opening.start() : end])
        said.append(f" {words or left_out}{_space_before(text[end : end + 1])}")
    said.append(text[at:])
    return _COMMAND.sub(lambda found: _command(found, tongue, omissions), "".join(said))


def _formula(text: str, opening: re.Match[str]) -> tuple[int, str | None]:
    """Where reading goes on, and the formula that begins here; None: it is none."""
    start = opening.end()
    if environment := opening["environment"]:
        closing = text.find(f"\\end{{{environment}}}", start, start + _FURTHEST)
        if closing < 0:
            return start, None
        # A table of numbers keeps its environment, which nobody can read.
        begin = opening.start() if re.search("matrix|array|cases|tabular", environment) else start
        return closing + len(environment) + 6, text[begin:closing]
    if mark := opening["open"]:
        closing = text.find(_CLOSING[mark], start, start + _FURTHEST)
        if closing <= start or "\n\n" in text[start:closing]:
            return start, None
        inside = text[start:closing]
        # Brackets with a backslash are also what Markdown writes for mere brackets.
        maths = mark != "\\[" or _SIGN_OF_MATHS.search(inside) or not _PLAIN_WORD.search(inside)
        return (closing + len(mark), inside) if maths and not inside.strip().isdigit() else (start, None)
    line_end = text.find("\n", start)
    ending = _DOLLAR.search(text, start, min(start + _FURTHEST, len(text) if line_end < 0 else line_end))
    closing = ending.start() if ending else -1
    if closing < 0 or text[closing - 1].isspace() or text[closing + 1 : closing + 2].isalnum():
        return start, None
    inside = text[start:closing]
    return (closing + 1, inside) if _is_maths(inside) else (start, None)


def _is_maths(inside: str) -> bool:
    """Whether what stands between two dollars is a formula, and not what something costs."""
    if re.search(r"\\[A-Za-z%]|[\^{}]", inside):
        return True
    if re.fullmatch(r"\d+(?:[.,]\d+)?", inside):
        return True
    if inside[0].isdigit():
        return _SIGN_OF_MATHS.search(inside) is not None and not _PLAIN_WORD.search(inside)
    return not _PLAIN_WORD.search(inside) or "=" in inside


def _command(found: re.Match[str], tongue: str, omissions: Omissions) -> str:
    """Of a formula that nothing stands around."""
    name = found["name"] or found["after"]
    if name.removeprefix("var").lower() not in COMMANDS and name not in COMMANDS:
        return found[0]
    words = in_words(found[0], tongue)
    behind = found.string[found.end() : found.end() + 1]
    return f" {words or omissions.add('maths', found[0])}{_space_before(behind)}"


def _space_before(character: str) -> str:
    return "" if character in ".,;:!?)]" else " "

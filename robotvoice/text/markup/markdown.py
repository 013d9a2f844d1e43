"""Takes Markdown out of a text and leaves what a person would read aloud.

Every pattern runs in linear time: it can match in one way only, and gives up where the next attempt begins.
"""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import html
import re

from robotvoice.text.marks.boundary_marks import BREAK
from robotvoice.text.marks.omissions import Omissions

_RULE = re.compile(r"\s*(?:([-*_])(?:\s*+\1){2,}|={3,}|[-=_*~#+·•]{4,})\s*")
_TABLE = re.compile(r"^[^|\n]*\|.*\n(?=[ :-]*\|)(?=[ :|]*-)[ :|-]++$(?:\n[^|\n]*\|.*)*", re.MULTILINE)
_QUOTE = re.compile(r"[^\S\n]*(?:>(?!\d)[^\S\n]?)+")
_HEADING = re.compile(r" *#{1,6} +(.*)")
_BULLET = re.compile(r"[^\S\n]*(?:[-*+•‣▪◦●○■–]\s++)+(?:\[[ xX]\] +)?|[^\S\n]*(?:→|->|=>|\[[ xX]\])\s++")
_NUMBERED = re.compile(r"[^\S\n]*(?:(?:\d{1,3}[.)]|[a-zA-Z]\)|[IVX]{1,5}[.)])\s|[①-⑳]|\|.*\|\s*$)")
"""Items of a list, and rows of a table that has no line under its heading"""
_LATER = re.compile(r"\s*(?:[2-9]|\d\d)")
"""An item that is no first one is only one where there is a list already: a wrapped date is none."""
_FRONT = re.compile(r"\A\s*---[ \t]*\n(?:[\w][\w -]{0,40}:[^\n]*\n){1,40}---[ \t]*$", re.MULTILINE)

_NOISE = re.compile(r"`+|~~+|^[ \t]*:{3,}.*$|^\[(?:TOC|toc)\]$", re.MULTILINE)
_ALERT = re.compile(r"^\[!(\w+)\][+-]?(?=[ \n]|$)", re.MULTILINE)
_INSERTED = re.compile(r"(?<![\w+])(\+\+|\^)(?=\w)([^+^\n]*\w)\1(?![\w+^])")
_LONELY = re.compile(r"^[*_]{2,3}(?=[ \t]|$)|(?<=[ \t])[*_]{2,3}$", re.MULTILINE)
"""Signs of an emphasis around something that went"""
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?=[^\s=])([^=\n]*[^\s=])==(?![=\w])")
_SPOILER = re.compile(r"\|\|(?=[^\s|])([^|\n]*[^\s|])\|\|")
# Single signs beside a Latin letter or digit are arithmetic or names: 2*3*4, snake_case.
_EMPHASIS = (
    re.compile(r"(?<![\d*\\])(\*{2,3})(?=[^\s*])([^*\n]*[^\s*\\])\1(?![\d*])"),
    re.compile(r"(?<![A-Za-z0-9*\\])(\*)(?=[^\s*])([^*\n]*[^\s*\\])\*(?![A-Za-z0-9*])"),
    re.compile(r"(?<![\w\\])(_{1,3})(?=[^\s_])([^_\n]*[^\s_\\])\1(?!\w)"),
)
_ESCAPE = re.compile(r"(?<!\\)\\++(?=[!-/:-@\[\]-`{-~])|\\$", re.MULTILINE)
_EMPTIED = re.compile(r"(?<![\w\"])(?:\([ \t]*\)|\[[ \t]*\]|“[ \t]*”|„[ \t]*“|«[ \t]*»|\"[ \t]+\")(?![\w\"])")
"""Brackets and quotation marks around something that went"""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def read_blocks(text: str, omissions: Omissions) -> str:
    """Without what stands at the beginnings of lines; what is read by itself has a break on both sides.

    Tables leave their cells with commas between. Lists keep their numbers.
    """
    lines: list[str] = []
    depth = 0
    listed = False
    text = _FRONT.sub(lambda found: omissions.add("data", found[0]), text)
    for line in _TABLE.sub(_table, text).split("\n"):
        quoted = _QUOTE.match(line)
        before, depth = depth, quoted[0].count(">") if quoted else 0
        line = line[quoted.end() :] if quoted else line
        if _RULE.fullmatch(line) or not line.strip():
            if line.strip():
                omissions.add("decoration", line)
            lines.append(BREAK)
            continue
        if depth != before:
            lines.append(BREAK)
        if heading := _HEADING.fullmatch(line):
            lines += BREAK, _heading(heading), BREAK
            listed = False
        elif bullet := _BULLET.match(line):
            lines += BREAK, line[bullet.end() :]
            listed = True
        elif _NUMBERED.match(line) and (lines[-1:] in ([], [BREAK]) or listed or not _LATER.match(line)):
            lines += BREAK, _row(line) if line.lstrip().startswith("|") else line
            listed = True
        elif listed and line[:2].isspace() and lines[-1] != BREAK:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
            listed = listed and line[:1].isspace()
    return "\n".join(lines)


def read_words(text: str) -> str:
    """Without emphasis and escapes."""
    text = _ALERT.sub(lambda found: f"{found[1].capitalize()}:", _NOISE.sub("", text))
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    text = _LONELY.sub("", text)
    text = _SPOILER.sub(r"\1", _HIGHLIGHT.sub(r"\1", _INSERTED.sub(r"\2", text)))
    return _EMPTIED.sub("", _ESCAPE.sub("", text))


def read_entities(text: str) -> str:
    """With the characters they stand for."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _heading(match: re.Match[str]) -> str:
    """`## Weather ##` is closed by its last word; `# I like C#` is not."""
    title, _, closing = match[1].rstrip().rpartition(" ")
    return match[1] if closing.strip("#") else title


def _table(match: re.Match[str]) -> str:
    header, _, *rows = match[0].split("\n")
    return BREAK + BREAK.join(map(_row, (header, *rows))) + BREAK


def _row(line: str) -> str:
    return ", ".join(filter(None, (cell.strip() for cell in line.split("|"))))

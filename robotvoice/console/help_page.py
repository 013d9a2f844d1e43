"""What `--help` shows below the options: examples to type, and what the exit codes mean."""

import argparse
import re
from collections.abc import Mapping, Sequence

from robotvoice.console.wrapping import wrapped

ENTRY = re.compile(r"( *\S.*?\S|\s*\S) {2,}(?=\S)")
"""What a line begins with that says what something is, before what is said of it"""
USUAL = 78
"""Columns that argparse uses of a terminal with 80"""
SHORTEST = 20
"""Columns below which what is said has a line of its own"""


class HelpPage(argparse.RawDescriptionHelpFormatter):
    """As argparse lays it out; its own lines stay lines, and are wrapped between words."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(part for line in text.splitlines() for part in _filled(f"{indent}{line}", width))


def page_end(examples: Mapping[str, str], exit_codes: Mapping[int, str]) -> str:
    """The epilog of a command: what each example does, and when it ends with which code."""
    beside = _entries({f"  {typed}": what for typed, what in examples.items()})
    if max(map(len, beside)) > USUAL:
        beside = [line for typed, what in examples.items() for line in (f"  {typed}", f"      {what}")]
    codes = _entries({f"  {code}": meaning for code, meaning in sorted(exit_codes.items())})
    return "\n".join(["examples:", *beside, "", "exit codes:", *codes])


def _entries(entries: Mapping[str, str]) -> list[str]:
    before = max(map(len, entries))
    return [f"{name:<{before}}  {what}" for name, what in entries.items()]


def _filled(line: str, width: int) -> Sequence[str]:
    if len(line) <= width:
        return [line]
    entry = ENTRY.match(line)
    if not entry:
        start = line[: len(line) - len(line.lstrip())]
        return [f"{start}{each}" for each in wrapped(line, width - len(start))]
    hanging = " " * len(entry[0])
    if width - len(hanging) < SHORTEST:
        return [entry[1], *(f"      {each}" for each in wrapped(line[entry.end() :], width - 6))]
    first, *more = wrapped(line[entry.end() :], width - len(hanging))
    return [f"{entry[0]}{first}", *(f"{hanging}{each}" for each in more)]

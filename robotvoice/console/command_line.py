"""How both programs are typed: a command has a page of its own, with examples and exit codes."""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

from robotvoice import __version__
from robotvoice.console.output import write
from robotvoice.console.wrapping import wrapped

NOT_UNDERSTOOD = 2
"""The exit code"""
ENTRY = re.compile(r"( *\S.*?\S|\s*\S) {2,}(?=\S)")
"""What a line begins with that says what something is, before what is said of it"""
USUAL = 78
"""Columns that argparse uses of a terminal with 80"""
SHORTEST = 20
"""Columns below which what is said has a line of its own"""

Commands: TypeAlias = "argparse._SubParsersAction[CommandLine]"
Run: TypeAlias = Callable[..., int]
"""What a command does; returns the exit code"""


class CommandLine(argparse.ArgumentParser):
    """What cannot be understood is told between words, too. Its subcommands are of the same kind."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        write(f"{self.prog}: error: {message}", sys.stderr)
        self.exit(NOT_UNDERSTOOD)

    def incomplete(self) -> NoReturn:
        """A command is missing: its page says which there are."""
        self.print_help(sys.stderr)
        self.exit(NOT_UNDERSTOOD)


def program(
    name: str, description: str, examples: Mapping[str, str], exit_codes: Mapping[int, str]
) -> tuple[CommandLine, Commands]:
    """The parser, and where `add_command` puts commands.

    What it parses has `run`, the command's own; if that is None, a command is missing, and `page` tells.
    """
    end = page_end(examples, exit_codes)
    parser = CommandLine(prog=name, description=description, epilog=end, formatter_class=HelpPage)
    parser.add_argument("--version", action="version", version=f"robotvoice {__version__}")
    parser.set_defaults(run=None, page=parser)
    return parser, parser.add_subparsers(metavar="COMMAND")


def add_command(
    commands: Commands,
    name: str,
    about: str,
    run: Run | None,
    examples: Mapping[str, str],
    exit_codes: Mapping[int, str],
    options: CommandLine | None = None,
) -> CommandLine:
    """`run` is what it does; None: what commands below it do. Its `options` others have, too."""
    parents = [options] if options else []
    command = commands.add_parser(
        name, parents=parents, help=about, epilog=page_end(examples, exit_codes), formatter_class=HelpPage
    )
    command.set_defaults(run=run, page=command)
    return command


def add_actions(
    commands: Commands, name: str, about: str, examples: Mapping[str, str], exit_codes: Mapping[int, str]
) -> Commands:
    """A command that is nothing without one of the commands below it."""
    command = add_command(commands, name, about, None, examples, exit_codes)
    return command.add_subparsers(metavar="ACTION")


def with_settings_file() -> CommandLine:
    """The option `--config`, to be shared."""
    shared = CommandLine(add_help=False)
    shared.add_argument("--config", type=Path, metavar="FILE", help="the settings file (TOML)")
    return shared


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

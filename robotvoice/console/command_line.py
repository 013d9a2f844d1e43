"""How both programs are typed: a command has a page of its own, and says what it runs."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn, TypeAlias

from robotvoice import __version__
from robotvoice.console.help_page import HelpPage, page_end
from robotvoice.console.output import write

NOT_UNDERSTOOD = 2
"""The exit code"""

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

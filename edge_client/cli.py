"""The command `robotvoice`."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence

from edge_client.commands import (
    daemon,
    discover,
    doctor,
    install,
    pair,
    python_path,
    say,
    status,
    stop,
    terminal,
    unpair,
)
from robotvoice.console.command_line import program
from robotvoice.errors import RobotVoiceError
from robotvoice.ground import setting_variables

COMMANDS = (say, stop, status, pair, unpair, daemon, discover, doctor, install, python_path)

EXAMPLES = {
    'robotvoice say "Hello."': "works at once, with a gateway or without",
    "robotvoice status": "why it sounds as it does today",
    "robotvoice say --help": "each command has its own page",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "done",
    terminal.BAD_INPUT: "the command line, the text, the persona or a setting cannot be used",
    terminal.NOTHING_SPOKE: "nothing could speak, or no gateway or no daemon was found",
    terminal.NOT_PLAYED: "not played, or not written",
    terminal.IN_PART: "only the beginning was spoken",
}
"""Of all commands; each one's page has its own"""

EXIT_CODE = {
    "nothing_can_speak": terminal.NOTHING_SPOKE,
    "discovery_failed": terminal.NOTHING_SPOKE,
    "no_daemon": terminal.NOTHING_SPOKE,
    "not_paired": terminal.NOTHING_SPOKE,
    "player_failed": terminal.NOT_PLAYED,
    "not_written": terminal.NOT_PLAYED,
    "not_shown": terminal.NOT_PLAYED,
    "too_many_requests": terminal.NOT_PLAYED,
    "too_late": terminal.NOT_PLAYED,
    "stopped": terminal.NOT_PLAYED,
    "daemon_gone": terminal.NOT_PLAYED,
    "incomplete": terminal.IN_PART,
}
"""By the error's code; every other error is bad input"""


def main(arguments: Sequence[str] | None = None, *, loaded: Callable[[], None] = lambda: None) -> int:
    """Returns the exit code; see EXIT_CODES. Raises SystemExit for what cannot be understood.

    `loaded` is called when Ctrl-C may be an exception.
    """
    parser, commands = program("robotvoice", "Gives this robot its voice.", EXAMPLES, EXIT_CODES)
    for each in COMMANDS:
        each.add_to(commands)
    options = _options(parser, sys.argv[1:] if arguments is None else arguments)
    if options.run is None:
        options.page.incomplete()
    logging.basicConfig(level=logging.ERROR, format="%(message)s", handlers=[terminal.Complaints()])
    for line in setting_variables.misspelt(os.environ, setting_variables.ROBOT):
        terminal.write_error(f"robotvoice: {line}")
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        loaded()
        return command(options)
    except RobotVoiceError as error:
        terminal.write_error(f"robotvoice: {error.message}")
        return EXIT_CODE.get(error.code, terminal.BAD_INPUT)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return terminal.INTERRUPTED


def _options(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    options, more = parser.parse_known_args(arguments)
    if not more:
        return options
    if options.run is say.run and ("--" in arguments or not any(each.startswith("-") for each in more)):
        parser.error(
            f"the text is one argument, and {more[0]!r:.40} is another: put the text in quotes and, "
            'if it may begin with -, last: robotvoice say --out FILE -- "TEXT"'
        )
    parser.error(f"unrecognized arguments: {' '.join(more)}")

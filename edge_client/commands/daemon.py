"""`robotvoice daemon`: says what any program on this robot asks for, until it is told to end."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import write
from robotvoice.console.people_log import ForPeople

if TYPE_CHECKING:
    import socket

LARGE_BLOCK = 64 * 1024
"""Bytes: of what a connection by TLS reads at once, and of a sentence's sound"""
LOG_LINE = "%(levelname)s %(name)s: %(message)s"
"""The journal knows the time"""

EXAMPLES = {
    "robotvoice daemon": "in the foreground, until Ctrl-C",
    "robotvoice daemon --player paplay": "through the sound server",
    "robotvoice install": "from the start of the machine on",
}
EXIT_CODES = {
    terminal.OK: "ended as asked, also by Ctrl-C",
    terminal.BROKEN: "something broke, and the log says what",
    terminal.BAD_INPUT: "the command line or a setting cannot be used, or the port is taken",
}


def add_to(commands: Commands) -> None:
    options = configured(gateway=True, player=True)
    daemon = add_command(
        commands, "daemon", "speak for all programs here", run, EXAMPLES, EXIT_CODES, options
    )
    daemon.add_argument(
        "--port", dest="daemon_port", metavar="PORT", help="on loopback; 0 takes a free one (7870)"
    )


def run(options: argparse.Namespace) -> int:
    from robotvoice.ground.memory import give_blocks_back

    give_blocks_back(LARGE_BLOCK)
    from edge_client.local_api.server import serve
    from edge_client.pairing.dial_rules import paired_with
    from edge_client.settings.settings import SETTINGS, config_file
    from robotvoice.service.settings_changes import SettingsChanges

    if sys.stderr is not None and sys.stderr.isatty():
        logging.basicConfig(level=logging.INFO, handlers=[ForPeople()], format="%(message)s", force=True)
    else:
        logging.basicConfig(level=logging.INFO, format=LOG_LINE, force=True)
    load = partial(settings_of, options)
    settings = load()
    before = paired_with(settings.state_dir)
    changes = SettingsChanges(settings, SETTINGS, load, partial(config_file, os.environ, options.config))

    async def until_told() -> "socket.socket | None":
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Who starts it by `nohup` wants it to outlive his terminal.
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                asyncio.get_running_loop().add_signal_handler(number, told.set)
        return await serve(
            settings,
            told,
            listening=lambda url: write(f"Listening at {url}", sys.stdout),
            no_sound=lambda why: write(f"Listening, but {why}", sys.stdout),
            changes=changes,
        )

    # What is loaded stays, and is not looked at again; the rest is, often: what was cancelled may hold sound.
    gc.freeze()
    gc.set_threshold(200, 5, 5)
    if listening := asyncio.run(until_told()):
        _begin_anew(settings.state_dir, before, listening)
    return terminal.OK


def _begin_anew(state_dir: Path, before: str | None, listening: "socket.socket") -> None:
    """With another pairing. What was learned of the gateway it had is forgotten by now, but for what this
    daemon wrote meanwhile; `pair` has written where the new one is. Raises OSError if it cannot be started
    again.
    """
    from edge_client.ground.begin_anew import begin_anew
    from edge_client.pairing.dial_rules import paired_with
    from edge_client.personas.learned import forget_learned

    if (now := paired_with(state_dir)) != before:
        forget_learned(state_dir, but_of=now)
    begin_anew(listening)

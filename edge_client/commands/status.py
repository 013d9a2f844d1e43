"""`robotvoice status`: why it sounds as it does today, at one look."""

import argparse
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from robotvoice.console.command_line import Commands, add_command

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

EXAMPLES = {
    "robotvoice status": "in words; without a daemon it asks the gateway itself",
    "robotvoice status --json": "the same for a program",
    "robotvoice discover": "which gateways there are",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "a daemon runs here, and it was told how it is",
    terminal.NOTHING_SPOKE: "no daemon runs here; what can be known without one was told",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
}


def add_to(commands: Commands) -> None:
    add_command(commands, "status", "why it sounds as it does today", run, EXAMPLES, EXIT_CODES, configured())


def run(options: argparse.Namespace) -> int:
    return terminal.run(_told(settings_of(options), as_json=options.json))


async def _told(settings: "Settings", *, as_json: bool) -> int:
    """By the daemon, else by the gateway itself: then it is told, too, that there is no daemon."""
    from edge_client.commands.status_page import page
    from edge_client.daemon.daemon_client import reach_or_raise
    from edge_client.daemon.daemon_errors import NoDaemon

    try:
        async with await reach_or_raise(settings.daemon_port) as daemon:
            answer = await daemon.status()
    except NoDaemon:
        from edge_client.commands import status_alone

        alone = await status_alone.look(settings)
        terminal.show_json(alone) if as_json else terminal.show(status_alone.page(alone, terminal.width()))
        raise
    return terminal.show_json(answer) if as_json else terminal.show(page(answer, terminal.width()))

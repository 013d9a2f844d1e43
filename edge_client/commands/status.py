"""`robotvoice status`: why it sounds as it does today, at one look."""

import argparse
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import Commands, Layout, configured
from robotvoice.console.help_page import page_end

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

EXAMPLES = {
    "robotvoice status": "in words; without a daemon it asks the gateway itself",
    "robotvoice status --json": "the same for a program",
    "robotvoice discover": "which gateways there are",
}
EXIT_CODES = {
    terminal.OK: "a daemon runs here, and its state was printed",
    terminal.BROKEN: "something broke that should not have",
    terminal.BAD_INPUT: "the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "no daemon runs here; what can be known without one was printed",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
    terminal.INTERRUPTED: "interrupted or told to end",
}


def add_to(commands: Commands, layout: Layout) -> None:
    status = commands.add_parser(
        "status",
        parents=[configured()],
        help="why it sounds as it does today",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        **layout,
    )
    status.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from edge_client.settings.settings import load_settings

    settings = load_settings(config=options.config)
    return terminal.run(_told(settings, as_json=options.json))


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

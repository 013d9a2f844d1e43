"""`robotvoice status`: why it sounds as it does today, at one look."""

import argparse
import json

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured
from speech.help_page import page_end

EXAMPLES = {
    "robotvoice status": "in words; without a daemon it asks the gateway itself",
    "robotvoice status --json": "the same for a program",
    "robotvoice discover": "which gateways there are",
}
EXIT_CODES = {
    terminal.OK: "a daemon runs here, and it was told how it is",
    terminal.BROKEN: "something broke that should not have",
    terminal.BAD_INPUT: "the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "no daemon runs here; what can be known without one was told",
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
    from edge_client.settings import load_settings
    from edge_client.status_page import page

    answer = terminal.run(_status(load_settings(config=options.config).daemon_port))
    return terminal.show(json.dumps(answer) if options.json else page(answer))


async def _status(port: int) -> dict[str, object]:
    from edge_client.daemon_client import reach_or_raise

    async with await reach_or_raise(port) as daemon:
        return await daemon.status()

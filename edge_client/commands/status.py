"""`robotvoice status`: why it sounds as it does today, at one look."""

import argparse
import json

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured


def add_to(commands: Commands, layout: Layout) -> None:
    status = commands.add_parser("status", parents=[configured()], help="who spoke, and why", **layout)
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

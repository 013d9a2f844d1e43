"""`robotvoice stop`: silence."""

import argparse
import json

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured


def add_to(commands: Commands, layout: Layout) -> None:
    stop = commands.add_parser("stop", parents=[configured()], help="end what the daemon says", **layout)
    stop.add_argument("id", nargs="?", metavar="ID", help="only this line, by its number; else all of them")
    stop.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from edge_client.settings import load_settings

    stopped = terminal.run(_stop(options.id, load_settings(config=options.config).daemon_port))
    return terminal.show(json.dumps({"stopped": stopped})) if options.json else terminal.OK


async def _stop(line: str | None, port: int) -> list[str]:
    from edge_client.daemon_client import reach_or_raise
    from edge_client.daemon_errors import UnknownLine

    async with await reach_or_raise(port) as daemon:
        stopped = await daemon.stop(line)
    if line and not stopped:
        raise UnknownLine(
            f"there is no line {line!r:.40}: it has ended, or there never was one; see: robotvoice status"
        )
    return stopped

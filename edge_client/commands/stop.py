"""`robotvoice stop`: silence."""

import argparse
import json

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured
from speech.help_page import page_end

EXAMPLES = {
    "robotvoice stop": "silence: ends what is spoken and what waits",
    "robotvoice stop 3f0c9a1b22de": "ends one line, by the number that `say --no-wait` printed",
}
EXIT_CODES = {
    terminal.OK: "silence: what was stopped is told, or that nothing was speaking",
    terminal.BROKEN: "something broke that should not have",
    terminal.BAD_INPUT: "there is no such line; the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "no daemon runs here",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
    terminal.INTERRUPTED: "interrupted or told to end",
}


def add_to(commands: Commands, layout: Layout) -> None:
    stop = commands.add_parser(
        "stop",
        parents=[configured()],
        help="end what the daemon says",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        **layout,
    )
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

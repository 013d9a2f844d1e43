"""`robotvoice discover`: every gateway that can be found."""

import argparse
import json

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured, seconds, with_gateway

NOBODY_FOUND = (
    "robotvoice: no gateway was found. Is `robotvoice-gateway serve --lan` running on the Mac, and are both "
    "in the same network? Its address also works: robotvoice discover --gateway HOST:PORT"
)
NO_ANSWER = (
    "robotvoice: no gateway answers. Wake the Mac, or start `robotvoice-gateway serve --lan` there again"
)


def add_to(commands: Commands, layout: Layout) -> None:
    parents = [configured(), with_gateway()]
    discover = commands.add_parser("discover", parents=parents, help="list the gateways", **layout)
    discover.add_argument(
        "--timeout", type=seconds, default=5.0, metavar="S", help="seconds to look, at most 60 (5)"
    )
    discover.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from edge_client.roll_call import discover, table
    from edge_client.settings import load_settings

    mdns = False if options.no_mdns else None
    settings = load_settings(config=options.config, gateway=options.gateway, mdns=mdns)
    found = terminal.run(discover(settings, options.timeout))
    printed = terminal.OK
    if options.json:
        printed = terminal.show(json.dumps([gateway.as_json() for gateway in found]))
    elif found:
        printed = terminal.show(table(found))
    if any(gateway.ready for gateway in found):
        return printed
    terminal.complain(NO_ANSWER if found else NOBODY_FOUND)
    return terminal.NOTHING_SPOKE

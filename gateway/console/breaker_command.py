"""`robotvoice-gateway breaker [ENGINE open|close|auto]`: how each breaker is and why, and forcing one."""

import argparse
import asyncio
from urllib.parse import quote

from gateway.console.options import Load, with_address
from gateway.console.running_gateway import (
    DONE,
    NO_ANSWER,
    REFUSED,
    address_of,
    ask_owners,
)
from gateway.ground.problems import complain
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, width

EXAMPLES = {
    "robotvoice-gateway breaker": "the state of each, and why",
    'robotvoice-gateway breaker mlx open --reason "new memory"': "do not use this engine",
    "robotvoice-gateway breaker mlx auto": "the breaker decides again",
}
EXIT_CODES = {
    DONE: "done",
    NO_ANSWER: "no gateway answers; `robotvoice discover` ends with 3 then",
    REFUSED: "the command line or a setting cannot be used, or the gateway refused it",
}


def add_to(commands: Commands) -> None:
    about = "show the state of each breaker and why, or force one"
    breaker = add_command(commands, "breaker", about, run, EXAMPLES, EXIT_CODES, with_address())
    breaker.add_argument("engine", nargs="?", metavar="ENGINE", help="an engine, such as mlx")
    breaker.add_argument(
        "state",
        nargs="?",
        choices=("open", "close", "auto"),
        help="open: the engine is not used; close: it is used, whatever happens; auto: the breaker decides",
    )
    breaker.add_argument("--reason", metavar="TEXT", help="why you do it; shown beside the breaker")


def run(options: argparse.Namespace, load: Load) -> int:
    return asyncio.run(_run(options, load))


async def _run(options: argparse.Namespace, load: Load) -> int:
    from gateway.console.status import asked, page
    from gateway.console.status_page import breaker_lines

    if options.engine and not options.state:
        complain(f"say what the breaker of {options.engine} is to do: open, close or auto")
        return REFUSED
    if options.engine and options.gateway:
        complain("only the owner of a gateway forces its breakers: type it where it runs, without --gateway")
        return REFUSED
    address = await address_of(options, load)
    if options.engine:
        order = {"state": options.state, "reason": options.reason}
        status, told = await ask_owners(load(), f"/v1/breakers/{quote(options.engine, safe='')}", order)
        if status != 200:
            complain(str(told.get("error", f"the gateway refused it with {status}")))
            return REFUSED
    show(page(address, breaker_lines(await asked(address), width())))
    return DONE

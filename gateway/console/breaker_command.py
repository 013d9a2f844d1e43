"""`robotvoice-gateway breaker [ENGINE open|close|auto]`: how each breaker is and why, and forcing one."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from gateway.console.running_gateway import (
    DONE,
    NO_ANSWER,
    REFUSED,
    NotAnsweredError,
    add_address_options,
    address_of,
    ask,
)
from gateway.ground.shown import complain, show, width
from robotvoice.console.help_page import HelpPage, page_end

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings


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


def add_breaker_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts `breaker` among the commands."""
    breaker = commands.add_parser(
        "breaker",
        help="show the state of each breaker and why, or force one",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        formatter_class=HelpPage,
    )
    breaker.add_argument("engine", nargs="?", metavar="ENGINE", help="an engine, such as mlx")
    breaker.add_argument(
        "state",
        nargs="?",
        choices=("open", "close", "auto"),
        help="open: the engine is not used; close: it is used, whatever happens; auto: the breaker decides",
    )
    breaker.add_argument("--reason", metavar="TEXT", help="why you do it; shown beside the breaker")
    add_address_options(breaker)


async def run_breaker_command(options: argparse.Namespace, load: "Callable[[], Settings]") -> int:
    """Returns the exit code. Raises InvalidSettings."""
    from gateway.console.status import asked, page
    from gateway.console.status_table import breaker_lines

    if options.engine and not options.state:
        complain(f"say what the breaker of {options.engine} is to do: open, close or auto")
        return REFUSED
    address = await address_of(options, load)
    try:
        if options.engine:
            order = {"state": options.state, "reason": options.reason}
            status, told = await ask(address, f"/v1/breakers/{quote(options.engine, safe='')}", order)
            if status != 200:
                complain(str(told.get("error", f"the gateway refused it with {status}")))
                return REFUSED
        show(page(address, breaker_lines(await asked(address), width())))
    except NotAnsweredError as error:
        complain(str(error))
        return NO_ANSWER
    return DONE

"""`robotvoice-gateway status [--watch] [--json]`: what the gateway that runs says of itself."""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.console.options import Load, with_address
from gateway.console.running_gateway import (
    DONE,
    NO_ANSWER,
    NotAnsweredError,
    address_of,
    ask,
)
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json, width
from robotvoice.console.wrapping import folded

EXAMPLES = {
    "robotvoice-gateway status": "the gateway of this machine's settings",
    "robotvoice-gateway status --watch": "drawn anew each second, until Ctrl-C",
    "robotvoice-gateway status --gateway 192.168.1.20": "another one",
}
EXIT_CODES = {
    DONE: "a gateway answers",
    NO_ANSWER: "no gateway answers; `robotvoice discover` ends with 3 then",
    2: "the command line or a setting cannot be used",
}
PATH = "/v1/status"
REDRAW = 1.0
"""Seconds"""
HOME, REST_OF_LINE, REST_OF_SCREEN, ALL = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[2J"


def add_to(commands: Commands) -> None:
    about = "which engines are ready, which would speak now, and why not the clone"
    status = add_command(commands, "status", about, run, EXAMPLES, EXIT_CODES, with_address())
    status.add_argument("--watch", action="store_true", help="on a terminal: draw it anew each second")
    status.add_argument("--json", action="store_true", help="print what the gateway answers")


def run(options: argparse.Namespace, load: Load) -> int:
    return asyncio.run(_run(options, load))


async def _run(options: argparse.Namespace, load: Load) -> int:
    from gateway.console.status_page import status_lines

    address = await address_of(options, load)
    if options.watch and not options.json and sys.stdout.isatty():
        await _watch(address)
    told = await asked(address)
    if options.json:
        show_json(told, indent=1)
    else:
        show(page(address, status_lines(address, told, width())))
    return DONE


async def asked(address: str) -> Mapping[str, Any]:
    """What the gateway says of itself. Raises NotAnsweredError."""
    status, told = await ask(address, PATH)
    if status == 401:
        raise NotAnsweredError(
            f"the gateway at {address} tells this to its own machine only; type it there, without --gateway"
        )
    if status != 200 or told.get("service") != "robotvoice":
        raise NotAnsweredError(f"what answers at {address} is no gateway; name one with --gateway HOST:PORT")
    return told


async def _watch(address: str) -> None:
    """Until it is interrupted."""
    from gateway.console.status_page import status_lines

    sys.stdout.write(ALL)
    while True:
        try:
            drawn = page(address, status_lines(address, await asked(address), width()))
        except NotAnsweredError as error:
            drawn = folded(str(error), width())
        lines = [line + REST_OF_LINE for line in _on_screen(drawn.splitlines())]
        sys.stdout.write(HOME + "\n".join(lines) + "\n" + REST_OF_SCREEN)
        sys.stdout.flush()
        await asyncio.sleep(REDRAW)


def _on_screen(lines: list[str]) -> list[str]:
    """As many as there is room for: the terminal itself breaks a command that is longer than a line."""
    columns, height = shutil.get_terminal_size()
    shown: list[str] = []
    left = height - 2
    for number, line in enumerate(lines):
        left -= max(1, -(-len(line) // columns))
        if left < 0:
            return [*shown, f"... {len(lines) - number} more lines; make the window higher"]
        shown.append(line)
    return shown


def page(address: str, lines: Iterator[str]) -> str:
    """Raises NotAnsweredError when they cannot be made of what was answered."""
    try:
        return "\n".join(lines)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotAnsweredError(
            f"the gateway at {address} is of another version; update both, or look with --json"
        ) from error

"""`robotvoice-gateway status [--watch] [--json]`: what the gateway that runs says of itself."""

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gateway.console.running_gateway import (
    DONE,
    NO_ANSWER,
    NotAnsweredError,
    add_address_options,
    address_of,
    ask,
    complain,
)

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings import Settings

PATH = "/v1/status"
REDRAW = 1.0
"""Seconds"""
HOME, REST_OF_LINE, REST_OF_SCREEN, ALL = "\x1b[H", "\x1b[K", "\x1b[J", "\x1b[2J"


def add_status_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts `status` among the commands."""
    status = commands.add_parser("status", help="who is ready, who would speak now, and why not the clone")
    add_address_options(status)
    status.add_argument("--watch", action="store_true", help="on a terminal: draw it anew each second")
    status.add_argument("--json", action="store_true", help="print what the gateway answers")


async def run_status_command(options: argparse.Namespace, load: "Callable[[], Settings]") -> int:
    """Returns the exit code. Raises InvalidSettings."""
    from gateway.console.status_table import status_lines

    address = address_of(options, load)
    if options.watch and not options.json and sys.stdout.isatty():
        await _watch(address)
    try:
        told = await asked(address)
        print(json.dumps(told, indent=1) if options.json else page(address, status_lines(address, told)))
    except NotAnsweredError as error:
        complain(str(error))
        return NO_ANSWER
    return DONE


async def asked(address: str) -> Mapping[str, Any]:
    """What the gateway says of itself. Raises NotAnsweredError."""
    status, told = await ask(address, PATH)
    if status != 200 or told.get("service") != "robotvoice":
        raise NotAnsweredError(f"what answers at {address} is no gateway; name one with --gateway HOST:PORT")
    return told


async def _watch(address: str) -> None:
    """Until it is interrupted."""
    from gateway.console.status_table import status_lines

    sys.stdout.write(ALL)
    while True:
        try:
            drawn = page(address, status_lines(address, await asked(address)))
        except NotAnsweredError as error:
            drawn = str(error)
        columns, height = shutil.get_terminal_size()
        lines = [line[: columns - 1] + REST_OF_LINE for line in drawn.splitlines()[: height - 1]]
        sys.stdout.write(HOME + "\n".join(lines) + "\n" + REST_OF_SCREEN)
        sys.stdout.flush()
        await asyncio.sleep(REDRAW)


def page(address: str, lines: Iterator[str]) -> str:
    """Raises NotAnsweredError when they cannot be made of what was answered."""
    try:
        return "\n".join(lines)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise NotAnsweredError(
            f"the gateway at {address} is of another version; update both, or look with --json"
        ) from error

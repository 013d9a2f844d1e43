"""`robotvoice-gateway robots [forget NAME]`: which robots are paired, and one of them no more."""

import argparse
import asyncio
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gateway.console.options import Load
from gateway.console.running_gateway import ask_owners, owner_socket_of
from gateway.ground.problems import complain
from robotvoice.console.command_line import Commands, add_command, with_settings_file
from robotvoice.console.output import moment, show, show_json, width
from robotvoice.console.tables import table
from robotvoice.console.wrapping import one_line
from robotvoice.ground.near_names import nearest_or_all

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.security.credentials import Credentials
    from gateway.settings.settings import Settings

PATH = "/v1/owner/robots"
EXAMPLES = {
    "robotvoice-gateway robots": "which are paired, and when each was here last",
    "robotvoice-gateway robots --json": "the same for a program",
    "robotvoice-gateway robots forget picar": "from now on it is a stranger",
}
DONE, REFUSED = 0, 2
EXIT_CODES = {
    DONE: "done",
    1: "the gateway that runs does not answer, or the result cannot be written",
    REFUSED: "the command line, a setting or the list cannot be used, or no robot has that name",
}


def add_to(commands: Commands) -> None:
    about = "say which robots are paired, or forget one"
    robots = add_command(commands, "robots", about, run, EXAMPLES, EXIT_CODES, with_settings_file())
    robots.add_argument("action", nargs="?", choices=("forget",), help="forget: the robot is paired no more")
    robots.add_argument("robot", nargs="?", metavar="NAME", help="a robot, as the list has it")
    robots.add_argument("--json", action="store_true", help="print the list as JSON")


def run(options: argparse.Namespace, load: Load) -> int:
    if options.action and options.robot is None:
        complain("say which robot is to be forgotten: robotvoice-gateway robots forget NAME")
        return REFUSED
    settings = load()
    return asyncio.run(_forget(settings, options.robot) if options.action else _list(settings, options.json))


async def _list(settings: "Settings", as_json: bool) -> int:
    if owner_socket_of(settings):
        status, told = await ask_owners(settings, PATH)
        if status != 200:
            return _refused(told)
        robots: Sequence[Mapping[str, Any]] = told["robots"]
    else:
        robots = [
            {"name": each.name, "paired": each.made, "seen": each.seen, "connected": False}
            for each in _kept(settings).listed()
        ]
    if as_json:
        show_json({"robots": robots}, indent=1)
    elif robots:
        show(table([("robot", "paired", "last seen"), *map(_row, robots)], width()), fold=False)
    else:
        show("no robot is paired; for what to type on one: robotvoice-gateway pair")
    return DONE


async def _forget(settings: "Settings", robot: str) -> int:
    name = unicodedata.normalize("NFC", robot)
    if owner_socket_of(settings):
        # By the gateway itself, so that the file stays its own whoever types this.
        status, told = await ask_owners(settings, f"{PATH}/{quote(name, safe='')}", method="DELETE")
        if status != 200:
            return _refused(told)
    elif not (kept := _kept(settings)).remove(name):
        known = [each.name for each in kept.all]
        there = nearest_or_all(name, known) if known else "none is paired"
        complain(f"no robot is called {name}; {there}")
        return REFUSED
    show(f"{one_line(name)} is forgotten, and speaks by itself from now on; on it type: robotvoice unpair")
    return DONE


def _refused(told: Mapping[str, Any]) -> int:
    complain(str(told.get("error", "the gateway refused it")))
    return REFUSED


def _kept(settings: "Settings") -> "Credentials":
    from gateway.security.credentials import ROBOTS_FILE, Credentials

    return Credentials(settings.state_dir / ROBOTS_FILE)


def _row(robot: Mapping[str, Any]) -> tuple[str, str, str]:
    seen = "connected now" if robot["connected"] else _moment(robot["seen"], "not yet")
    return one_line(robot["name"]), _moment(robot["paired"]), seen


def _moment(told: str | None, none: str = "unknown") -> str:
    with suppress(ValueError, OverflowError, OSError):
        return moment(datetime.fromisoformat(told).timestamp()) if told else none
    return "unknown"

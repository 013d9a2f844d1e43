"""`robotvoice-gateway key new NAME`, `key list`, `key revoke NAME`: what lets programs of the network in."""

import argparse
import asyncio
import re
import sys
import unicodedata
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from gateway.console.options import Load
from gateway.ground.problems import complain
from robotvoice.console.command_line import Commands, add_actions, add_command, with_settings_file
from robotvoice.console.output import moment, show, width, write
from robotvoice.console.tables import table
from robotvoice.errors import InvalidSettings
from robotvoice.ground.near_names import nearest_or_all

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.security.credentials import Credential, Credentials
    from gateway.settings.settings import Settings

NAME = re.compile(r"\w[\w.-]{0,39}")
HOW_TO_USE = (
    "This is all that is ever shown of it. Programs send it as `Authorization: Bearer KEY`; those that speak "
    "OpenAI's dialect take it as OPENAI_API_KEY."
)
ONLY_HERE = (
    "The gateway is not reached from your network yet: start it with --lan. Programs on its own machine "
    "need no key."
)
NEW_EXAMPLES = {
    "robotvoice-gateway key new home-assistant": "a key for this program",
    "robotvoice-gateway key new agent --clips": "it may also send recordings to be spoken with",
}
LIST_EXAMPLES = {"robotvoice-gateway key list": "which there are, and when they were used"}
REVOKE_EXAMPLES = {"robotvoice-gateway key revoke agent": "from now on this key opens nothing"}
EXIT_CODES = {
    0: "done",
    1: "something broke, or the result cannot be written",
    2: "the command line, a setting or the file of the keys cannot be used, or nobody has that name",
}


def add_to(commands: Commands) -> None:
    about = "let a program of your network ask the gateway, or forbid it again"
    examples = NEW_EXAMPLES | LIST_EXAMPLES | REVOKE_EXAMPLES
    actions, common = add_actions(commands, "key", about, examples, EXIT_CODES), with_settings_file()
    new = add_command(actions, "new", "make a key for a program", _new, NEW_EXAMPLES, EXIT_CODES, common)
    new.add_argument("key_name", metavar="NAME", help="what the program is called here")
    new.add_argument("--clips", action="store_true", help="it may send recordings (ref_audio)")
    about = "say which keys there are and when they were used"
    add_command(actions, "list", about, _list, LIST_EXAMPLES, EXIT_CODES, common)
    about = "take a key away, at once"
    revoke = add_command(actions, "revoke", about, _revoke, REVOKE_EXAMPLES, EXIT_CODES, common)
    revoke.add_argument("key_name", metavar="NAME", help="as `key list` has it")


def _new(options: argparse.Namespace, load: Load) -> int:
    from gateway.security.credentials import KEYS_FILE, Credentials

    name = unicodedata.normalize("NFC", options.key_name)
    if not NAME.fullmatch(name):
        raise InvalidSettings(
            f"{options.key_name!r} cannot be the name of a key; give 1 to 40 letters, digits and . _ -, such "
            "as home-assistant"
        )
    settings = load()
    key = Credentials(settings.state_dir / KEYS_FILE).new(name, clips=options.clips)
    # Alone on standard output, for whoever keeps it in a variable.
    show(key, fold=False)
    write(HOW_TO_USE, sys.stderr)
    address, reached = asyncio.run(_address(settings))
    url = f"http://{address}/synthesize?text=Hello"
    # In one piece: it is to be pasted.
    tried = f'To try it: curl -f -H "Authorization: Bearer KEY" "{url}" -o hello.wav'
    write(tried, sys.stderr, fold=False)
    if not reached:
        write(ONLY_HERE, sys.stderr)
    return 0


async def _address(settings: "Settings") -> tuple[str, bool]:
    """HOST:PORT for a program in the network, and whether the gateway can be reached from there.

    Of the gateway that runs, else as the settings say.
    """
    from gateway.console.running_gateway import NotAnsweredError, ask, owner_socket_of
    from gateway.mdns.sockets import EVERYWHERE, bracketed, told_address
    from robotvoice.ground.interfaces import is_loopback, own_interfaces

    host, port = settings.listen_host, str(settings.port or "PORT")
    if owners := owner_socket_of(settings):
        with suppress(NotAnsweredError, LookupError, AttributeError):
            _, told = await ask(owners, "/v1/status")
            host, _, port = told["address"].rpartition(":")
            host = host.strip("[]")
    reached = host != "localhost" and not is_loopback(host)
    with suppress(ValueError):  # a name is as good as an address
        host = told_address(host if reached else EVERYWHERE, own_interfaces())
    return f"{bracketed(host)}:{port}", reached


def _list(options: argparse.Namespace, load: Load) -> int:
    keys = _keys(load).listed()
    if not keys:
        show("there are no keys; make one: robotvoice-gateway key new NAME")
        return 0
    show(table([("name", "made", "last used", "recordings"), *map(_row, keys)], width()), fold=False)
    return 0


def _revoke(options: argparse.Namespace, load: Load) -> int:
    keys = _keys(load)
    name = unicodedata.normalize("NFC", options.key_name)
    if keys.remove(name):
        show(f"{name} is revoked: who has its key gets no answer any more")
        return 0
    known = [each.name for each in keys.all]
    there = nearest_or_all(name, known) if known else "there are no keys"
    complain(f"there is no key called {name!r}; {there}")
    return 2


def _keys(load: Load) -> "Credentials":
    from gateway.security.credentials import KEYS_FILE, Credentials

    return Credentials(load().state_dir / KEYS_FILE)


def _row(key: "Credential") -> tuple[str, str, str, str]:
    return key.name, _moment(key.made), _moment(key.seen), "may send them" if key.clips else "no"


def _moment(told: str | None) -> str:
    with suppress(ValueError, OverflowError, OSError):
        return moment(datetime.fromisoformat(told).timestamp()) if told else "never"
    return "unknown"

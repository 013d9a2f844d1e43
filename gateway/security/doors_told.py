"""In words for a person: who in the network may ask a gateway, and how others come to do so."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from gateway.mdns.sockets import bracketed
from gateway.security.credentials import KEYS_FILE, ROBOTS_FILE, Credentials
from gateway.security.tls_door import RobotsDoor
from robotvoice.wire.wire import DEFAULT_TLS_PORT

MORE = "type robotvoice-gateway pair for a robot, robotvoice-gateway key new NAME for a program"


def who_may_ask(state_dir: Path, open_to_all: Collection[str] | None = None) -> str:
    """Of the network. `open_to_all`: whom everybody there may hear; None: nobody is let in without a key."""
    robots, keys = (len(Credentials(state_dir / name).all) for name in (ROBOTS_FILE, KEYS_FILE))
    known = [
        *([_counted(robots, "paired robot")] if robots else []),
        *([_counted(keys, "program with a key", "programs with a key")] if keys else []),
    ]
    if open_to_all is not None:
        known.append("everybody without a key")
    return f"{_listed(known) or 'nobody yet'} ({MORE})"


def whom_all_hear(personas: Collection[str]) -> str:
    """Said at each start of a gateway that is open to all."""
    if not personas:
        return "Open to all in your network: nobody is to be heard; name personas in open_personas"
    named = ", ".join(personas)
    return f"Open to all in your network, without a key: everybody there can let {named} say anything"


def how_to_pair_by_address(own: str, door: RobotsDoor) -> str:
    """For robots of a network in which nothing is found by itself; `own` is this machine's address there."""
    if not door.port:
        return f"no robot can come in: {door.why_closed}"
    where = bracketed(own) if door.port == DEFAULT_TLS_PORT else f"{bracketed(own)}:{door.port}"
    scope = own.partition("%")[2]
    whose = f", where {scope} is to be the robot's own network interface" if scope else ""
    return f"where a robot does not find it, type on the robot: robotvoice pair CODE --gateway {where}{whose}"


def shut_out(door: Mapping[str, Any]) -> str:
    """Of robots that are paired with a gateway whose door is closed, as its status tells of it.

    Empty: there are none.
    """
    if door["port"] or not door["paired"]:
        return ""
    return f"{_counted(door['paired'], 'paired robot')} cannot come in: {door['why_closed']}"


def tries_left(tries: int) -> str:
    """Of a code that pairs."""
    return f"{tries} {'try is' if tries == 1 else 'tries are'} left" if tries else "no try is left"


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))

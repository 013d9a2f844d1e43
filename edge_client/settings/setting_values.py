"""What each of the robot's settings may be. A parser raises ValueError that says what to give instead."""

import re
from collections.abc import Callable, Collection
from pathlib import Path

from robotvoice.ground.near_names import near
from robotvoice.persona import PERSONA_ID

LONGEST_WAIT = 60.0
"""Seconds no setting may exceed: a robot that waits longer counts as silent."""

LONGEST_LEAD_IN = 5.0
"""Seconds; more than any loudspeaker needs to wake up"""
MOST_MEGABYTES = 100_000

_TRUE, _FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")


def what_is_meant(name: str, known: Collection[str]) -> str:
    """For the end of a sentence about a name that is none."""
    meant = near(name, known, 3)
    return f", did you mean {' or '.join(meant)}?" if meant else f"; there are {', '.join(known)}"


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"{value!r:.80} is not text; give some in quotes, without control characters")
    return value.strip()


def address(value: object) -> str:
    from edge_client.discovery.endpoint import parse_address  # few robots name one

    return parse_address(text(value)).label


def ip_address(value: object) -> str:
    import ipaddress  # few robots name one

    try:
        return str(ipaddress.ip_address(text(value)))
    except ValueError:
        raise ValueError(f"{value!r:.80} is not an IP address; give one such as 192.168.1.20") from None


def persona(value: object) -> str:
    if not PERSONA_ID.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} cannot be a persona's name; use a to z, 0 to 9, - and _")
    return text(value)


def one_of(*choices: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError(f"{value!r:.80} is not known{what_is_meant(str(value), choices)}")
        return str(value)

    return parse


def seconds(value: object) -> float:
    try:
        found = float(str(value))
    except ValueError:
        found = 0.0
    if not 0.0 < found <= LONGEST_WAIT:
        raise ValueError(f"{value!r:.80} is not a number of seconds above 0 and at most {LONGEST_WAIT:.0f}")
    return found


def lead_in(value: object) -> float | None:
    """None: `auto`."""
    if value == "auto":
        return None
    try:
        found = float(str(value))
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= LONGEST_LEAD_IN:
        raise ValueError(
            f"{value!r:.80} is neither auto nor a number of seconds from 0 to {LONGEST_LEAD_IN:.0f}"
        )
    return found


def port(value: object) -> int:
    if not re.fullmatch("[0-9]{1,5}", str(value)) or int(str(value)) > 65535:
        raise ValueError(f"{value!r:.80} is not a port; give a number from 0 to 65535")
    return int(str(value))


def percent(value: object) -> int:
    if not re.fullmatch("[0-9]{1,3}", str(value)) or int(str(value)) > 100:
        raise ValueError(f"{value!r:.80} is not a volume; give a whole number of percent from 0 to 100")
    return int(str(value))


def megabytes(value: object) -> int:
    if not re.fullmatch("[0-9]{1,6}", str(value)) or int(str(value)) > MOST_MEGABYTES:
        raise ValueError(f"{value!r:.80} is not a number of megabytes; give one from 0 to {MOST_MEGABYTES}")
    return int(str(value))


def switch(value: object) -> bool:
    word = str(value).lower()
    if not isinstance(value, bool | str) or word not in _TRUE + _FALSE:
        raise ValueError(f"{value!r:.80} is neither true nor false")
    return word in _TRUE


def command(value: object) -> tuple[str, ...]:
    import shlex  # only robots with such a command pay for it

    try:
        return tuple(shlex.split(text(value)))
    except ValueError as error:
        raise ValueError(f"{value!r:.80} is not one command line ({error}); check its quotes") from None


def folder(value: object) -> Path:
    if isinstance(value, Path):
        return value.absolute()
    try:
        return Path(text(value)).expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"{value!r:.80} has no home to start from; give the whole path") from None

"""Who asks and may not is told to the owner: perhaps a robot of before pairing, or one without a key."""

import logging
from collections.abc import Callable, Mapping
from typing import Literal

log = logging.getLogger(__name__)

AGAIN_AFTER = 3600.0
"""Seconds after which the same address is told of again"""
MOST = 64
"""Addresses that are told of in that time; somebody may have any number of them"""

Showed = Literal["nothing", "token", "key"]
"""`token` is what came by TLS, at the robots' door"""
WHAT: Mapping[Showed, str] = {
    "nothing": "no key: if it is your robot, it is too old: update it, then type robotvoice-gateway pair; if "
    "it is your program, type robotvoice-gateway key new NAME",
    "token": "one that is not known here: if it is your robot, it was forgotten or is too old: on it type "
    "robotvoice unpair, and pair it again",
    "key": "a key that is not known here: if it is your program, look at robotvoice-gateway key list",
}
"""And what its owner does about it"""


class TurnedAway:
    """A line in the log for each address, and no more."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` is in seconds, from anywhere."""
        self._clock = clock
        self._told: dict[str, float] = {}

    def note(self, address: str, showed: Showed = "nothing") -> None:
        """It was refused just now."""
        now = self._clock()
        self._told = {each: at for each, at in self._told.items() if now - at < AGAIN_AFTER}
        if address in self._told or len(self._told) >= MOST:
            return
        self._told[address] = now
        log.info("%s was turned away, as it showed %s", address, WHAT[showed])

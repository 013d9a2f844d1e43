"""The code that pairs a robot: one at a time, for five minutes, three tries and one robot.

How the two sides prove it to each other: `robotvoice.wire.pairing`.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.security.credentials import Credentials
from gateway.security.doors_told import tries_left
from gateway.security.tls_door import RobotsDoor
from robotvoice.errors import RobotVoiceError
from robotvoice.wire.pairing import (
    GATEWAY,
    NOT_PAIRING,
    ROBOT,
    ROBOT_NAME,
    WRONG_CODE,
    Asked,
    Offer,
    Paired,
    new_code,
    new_salt,
    proof,
    proves,
    robot_name,
    stretched,
)

log = logging.getLogger(__name__)

VALID_FOR = 300.0
"""Seconds"""
TRIES = 3
"""Wrong proofs, of whomever, after which a code is void"""

State = Literal["waiting", "paired", "too_old", "no_tries", "replaced", "ended"]

WHY_NOT: Mapping[State, str] = {
    "paired": "this code was used already",
    "too_old": "this code is too old",
    "no_tries": "this code was tried too often",
    "replaced": "this code was replaced by another",
    "ended": "no robot is being paired",
}
AGAIN = "type on the gateway's machine: robotvoice-gateway pair"


class NotPairing(RobotVoiceError):
    """No code is valid."""

    code = NOT_PAIRING


class WrongCode(RobotVoiceError):
    """The proof is not of this code, or not of this gateway's certificate."""

    code = WRONG_CODE

    def __init__(self, tries: int) -> None:
        """`tries` are left."""
        super().__init__(f"this is not the code; tries left: {tries}")
        self.tries = tries


class CannotPair(RobotVoiceError):
    """No robot could come in with what it got."""

    code = "cannot_pair"


@dataclass(eq=False, slots=True)
class PairingCode:
    """One, and what became of it."""

    number: int
    """Of all of this run, from 1"""
    code: str
    ends_at: float
    salt: str = field(default_factory=new_salt)
    tries: int = TRIES
    state: State = "waiting"
    robot: str = ""
    """Who was paired by it"""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class PairingCodes:
    """Of one gateway. `close` is to be called at its end."""

    def __init__(
        self,
        door: RobotsDoor,
        robots: Credentials,
        *,
        name: str,
        announce: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`name` is the gateway's; `announce` is told whether a robot can be paired."""
        self._door, self._robots, self._name = door, robots, name
        self._announce, self._clock = announce, clock
        self._last: PairingCode | None = None
        self._one_at_a_time = asyncio.Lock()
        self._trials: set[asyncio.Task[Paired]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self) -> PairingCode:
        """A new one; the one before is void. Raises CannotPair, or InvalidSettings if nothing can be kept."""
        if not self._door.port:
            raise CannotPair(f"the robots' door is closed: {self._door.why_closed}")
        await asyncio.to_thread(self._robots.check_writable)
        if (before := self._last) and self.look(before).state == "waiting":
            self._end(before, "replaced")
        number = before.number + 1 if before else 1
        self._last = begun = PairingCode(number, new_code(), self._clock() + VALID_FOR)
        self._timer = asyncio.get_running_loop().call_later(VALID_FOR, self.look, begun)
        self._announce(True)
        return begun

    @property
    def last(self) -> PairingCode | None:
        return self.look(self._last) if self._last else None

    def look(self, code: PairingCode) -> PairingCode:
        """As it is by now."""
        if code.state == "waiting" and self._clock() >= code.ends_at:
            self._end(code, "too_old")
        return code

    def seconds_left(self, code: PairingCode) -> float:
        return max(0.0, code.ends_at - self._clock()) if self.look(code).state == "waiting" else 0.0

    def end(self, number: int | None = None) -> None:
        """Makes it void, if it is that one, or whichever it is."""
        last = self.last
        if last and last.state == "waiting" and number in (None, last.number):
            self._end(last, "ended")

    def offer(self) -> Offer:
        """Raises NotPairing."""
        return Offer(self._valid().salt, self._name)

    async def pair(self, asked: Asked, before: str = "") -> Paired:
        """`before`: the hash of the token that this robot has already; it is void once the new one is kept.

        Raises NotPairing, WrongCode, InvalidMessage, and InvalidSettings if it cannot be kept.

        Whoever leaves before the answer has used a try all the same.
        """
        trial = asyncio.create_task(self._try(asked, before), name="pairing")
        self._trials.add(trial)
        trial.add_done_callback(self._trials.discard)
        return await asyncio.shield(trial)

    async def close(self) -> None:
        self.end()
        if self._trials:
            await asyncio.wait(self._trials)

    def _valid(self) -> PairingCode:
        last = self.last
        if last is None or last.state != "waiting":
            raise NotPairing(f"{WHY_NOT[last.state if last else 'ended']}; {AGAIN}")
        return last

    async def _try(self, asked: Asked, before: str) -> Paired:
        wanted, certificate = robot_name(asked.robot), self._door.certificate
        async with self._one_at_a_time:
            code = self._valid()
            key = await asyncio.to_thread(stretched, code.code, code.salt, asked.salt)
            if self._valid() is not code:
                raise NotPairing(f"{WHY_NOT['replaced']}; {AGAIN}")
            if not proves(asked.proof, key, ROBOT, certificate, asked.robot):
                code.tries -= 1
                over = "" if code.tries else ", so the pairing is over"
                log.warning("a wrong code was tried to pair a robot; %s%s", tries_left(code.tries), over)
                if not code.tries:
                    self._end(code, "no_tries")
                raise WrongCode(code.tries)
            name, token = await asyncio.to_thread(self._keep, wanted, before)
            code.robot = name
            self._end(code, "paired")
        log.info("a robot was paired: %s", name)
        proven = proof(key, GATEWAY, certificate, asked.robot)
        return Paired(proven, token, name, certificate.hex())

    def _keep(self, wanted: str, before: str) -> tuple[str, str]:
        """Its name, with a number if another one has it, and its token. Raises InvalidSettings."""
        old = self._robots.by_hash(before)
        own = old.name if old else None
        name, number = wanted, 1
        while name != own and self._robots.holds(name):
            number += 1
            end = f"-{number}"
            name = wanted[: ROBOT_NAME - len(end)].rstrip() + end
        return name, self._robots.new(name, instead_of=before)

    def _end(self, code: PairingCode, state: State) -> None:
        code.state = state
        code.ended.set()
        if self._timer:
            self._timer.cancel()
        self._announce(False)

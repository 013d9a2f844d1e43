"""Who may be dialled, and how: asked here by everybody who opens a connection to a gateway.

    not paired   this machine, in the clear; anybody else not at all
    paired       the gateway it is paired with, by TLS: where it is announced, where it was last, and where
                 the setting `gateway` says; an address of this machine in that setting in the clear

Whoever is not dialled gets no byte, and nothing of it is learned.
"""

import logging
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_client.discovery.endpoint import Endpoint, Pin
from edge_client.pairing import pairing_file as file
from edge_client.pairing.pairing_file import DamagedPairing, Pairing
from edge_client.pairing.strangers import Strangers
from robotvoice.errors import EngineFailure
from robotvoice.ground.interfaces import is_own
from robotvoice.utterance import Reason

log = logging.getLogger(__name__)

NOT_PAIRED, TOO_OLD, STRANGER, ANOTHER, FORGOTTEN = (
    "not_paired",
    "too_old",
    "stranger",
    "another",
    "forgotten",
)
"""Codes of reasons"""
PAIR_THERE = "on the Mac type: robotvoice-gateway pair"
PAIR_AGAIN = "on the Mac type `robotvoice-gateway pair`, then here `robotvoice pair CODE`"
MOST_NEAR = 8


class NotDialled(EngineFailure):
    """This address may not be dialled; the message says why and what to do."""


class DialRules:
    """Of one robot, as its pairing was when it was read."""

    def __init__(
        self,
        state_dir: Path | None = None,
        pairing: Pairing | None = None,
        problem: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`problem`: why the pairing that there is cannot be used."""
        self.pairing, self.problem = pairing, problem
        self.strangers = Strangers(clock)
        self._state_dir = state_dir
        self._stamp = file.stamp(state_dir) if state_dir else None
        self._near: dict[str, Reason] = {}
        """Who is not dialled and why, by the name of the announcement or the address in the settings"""
        self._told = False
        self._pin = (
            Pin(
                pairing.id,
                pairing.name,
                pairing.certificate,
                pairing.token,
                self.strangers.proved,
                self.strangers.answered,
            )
            if pairing
            else None
        )

    @classmethod
    def of(cls, state_dir: Path, *, clock: Callable[[], float] = time.time) -> "DialRules":
        """Reads the pairing there. One that is damaged is none, and is left as it is."""
        try:
            return cls(state_dir, file.load(state_dir), clock=clock)
        except DamagedPairing as damaged:
            log.warning("%s", damaged.message)
            return cls(state_dir, None, damaged.message, clock=clock)

    @property
    def still_hold(self) -> bool:
        """Whether the pairing on disk is the one these are made of: else nothing more may be kept."""
        return self._state_dir is None or file.stamp(self._state_dir) == self._stamp

    @property
    def have_ended(self) -> bool:
        """Whether this robot was unpaired since."""
        folder = self._state_dir if self.pairing else None
        return folder is not None and file.stamp(folder) is None

    @property
    def why_nobody(self) -> Reason | None:
        """Why nobody is dialled, if it is by these rules; None: nobody is there who may not be dialled."""
        if self.pairing:
            return Reason(STRANGER, only_strangers(self.pairing.name)) if self.strangers.announced else None
        if self.problem:
            return Reason(NOT_PAIRED, self.problem)
        near = sorted(self._near.values(), key=lambda each: each.code != NOT_PAIRED)
        return near[0] if near else None

    def as_json(self) -> dict[str, Any]:
        """For `status`; without the token. `outdated`: by now another pairing, or none, is on disk."""
        mine = self.pairing
        return {
            "paired": mine is not None,
            "gateway": mine.name if mine else None,
            "id": mine.id if mine else None,
            "robot": mine.robot if mine else None,
            "problem": self.problem,
            "outdated": not self.still_hold,
        }

    def way_to(self, endpoint: Endpoint) -> Endpoint:
        """As it is to be dialled. Raises NotDialled."""
        mine = self.pairing
        if mine is None:
            if may_be_this_machine(endpoint.host):
                return endpoint
            raise NotDialled(*_why_unpaired(endpoint, self.problem))
        from_settings = endpoint.found_by == "address" and endpoint.gateway_id is None
        if from_settings and is_this_machine(endpoint.host):
            return endpoint
        if from_settings or endpoint.gateway_id == mine.id:
            port = endpoint.tls or mine.tls_port
            return replace(endpoint, port=port, tls=port, gateway_id=mine.id, pin=self._pin)
        if endpoint.name == mine.name:
            raise NotDialled(STRANGER, only_strangers(mine.name))
        raise NotDialled(ANOTHER, f"this robot is paired with {named(mine.name)}, and with no other gateway")

    def of_setting(self, given: Endpoint) -> Endpoint | None:
        """The way to the address in the settings; None: there is none, and `why_nobody` tells."""
        try:
            return self.way_to(given)
        except NotDialled as error:
            self._near[given.label] = Reason(error.reason, error.message)
            return None

    def of_memory(self, last: Endpoint) -> Endpoint | None:
        """The way to who answered last, if that is one that may be asked now."""
        try:
            return self.way_to(last)
        except NotDialled:
            return None

    def heard(self, name: str, endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
        """The ways to what is announced under a name, none if it said goodbye; the others are remembered."""
        ways: list[Endpoint] = []
        refused: tuple[Endpoint, NotDialled] | None = None
        for endpoint in endpoints:
            try:
                ways.append(self.way_to(endpoint))
            except NotDialled as error:
                refused = refused or (endpoint, error)
        if ways or not refused:
            self._near.pop(name, None)
            self.strangers.left(name)
        else:
            self._keep_off(name, *refused)
        return tuple(ways)

    def among(self, endpoints: Iterable[Endpoint]) -> list[Endpoint]:
        """As `heard`, for all that a search has found, in its order."""
        return [way for each in endpoints for way in self.heard(each.name or each.label, (each,))]

    def _keep_off(self, name: str, endpoint: Endpoint, error: NotDialled) -> None:
        if error.reason == STRANGER:
            self.strangers.announces(name, endpoint)
        elif self.pairing is None and (name in self._near or len(self._near) < MOST_NEAR):
            self._near[name] = Reason(error.reason, error.message)
            if not self._told:
                self._told = True
                log.warning("%s", error.message)


def paired_with(state_dir: Path) -> str | None:
    """The id of the gateway; None: of none, also if the pairing is damaged."""
    with suppress(DamagedPairing):
        found = file.load(state_dir)
        return found.id if found else None
    return None


def may_be_this_machine(host: str) -> bool:
    """Whether it is an address of this machine, or a name, of which the look-up will tell."""
    return is_own(host) or not is_ip(host)


def is_this_machine(host: str) -> bool:
    """Also by a name that cannot be another's."""
    own = socket.gethostname().casefold()
    return is_own(host) or host.casefold() in {"localhost", own, f"{own}.local"}


def another_machine(endpoint: Endpoint) -> NotDialled:
    """For an address that is dialled in the clear and is not this machine's."""
    return NotDialled(*_why_unpaired(endpoint, None))


def only_strangers(name: str) -> str:
    """The text of the reason."""
    return (
        f"another gateway answers under the name {named(name)}; if the Mac was installed anew, pair this "
        f"robot again: {PAIR_AGAIN}"
    )


def was_forgotten(name: str) -> str:
    """The text of the reason."""
    return f"this robot was forgotten by {named(name)}; to pair it again, {PAIR_AGAIN}"


def named(name: str) -> str:
    """A gateway's name in a sentence."""
    return f"'{name}'"


def _why_unpaired(endpoint: Endpoint, problem: str | None) -> tuple[str, str]:
    if problem:
        return NOT_PAIRED, problem
    if endpoint.found_by == "address":
        there = f"the gateway at {endpoint.label} is on another machine"
        return NOT_PAIRED, f"{there}, and this robot is not paired with it; {PAIR_THERE}"
    who = named(endpoint.name or endpoint.label)
    if endpoint.tls is None:
        old = f"a gateway {who} is near, but it is too old to be paired with: update robotvoice on the Mac"
        return TOO_OLD, f"{old}; if it is not old, on the Mac type: robotvoice-gateway doctor"
    return NOT_PAIRED, f"a gateway {who} is near, and this robot is not paired with it; {PAIR_THERE}"


def is_ip(host: str) -> bool:
    """Whether it is an address and no name, of those that an endpoint may have."""
    return ":" in host or host.rpartition(".")[2].isdigit()

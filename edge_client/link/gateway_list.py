"""`discover`: every gateway that can be found, and whether it answers."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from edge_client.discovery.discovery import DiscoveryFailed, browse
from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.link.command_gateway import CommandGateway
from edge_client.link.duplicate_id import twin_of, what_is_wrong
from edge_client.link.last_gateway import LastGateway
from edge_client.link.readyz import load_aiohttp, look_at
from edge_client.pairing.dial_rules import (
    ANOTHER,
    FORGOTTEN,
    NOT_PAIRED,
    STRANGER,
    TOO_OLD,
    DialRules,
    NotDialled,
)
from edge_client.settings.settings import Settings
from robotvoice.console import tables
from robotvoice.errors import EngineFailure

log = logging.getLogger(__name__)

FoundBy = Literal["mdns", "address", "memory"]
"""In this search, by a setting or option, or in an earlier command"""

NOT_OURS = {
    FORGOTTEN: "has forgotten this robot",
    NOT_PAIRED: "not paired",
    TOO_OLD: "too old to be paired with",
    STRANGER: "a stranger",
    ANOTHER: "not the paired one",
}
"""What a table says of whoever is there and cannot be used, by its code"""
STRAGGLERS = 0.5
"""Seconds to wait for further gateways once one was found"""


@dataclass(frozen=True, slots=True)
class FoundGateway:
    """One address and what its gateway said."""

    endpoint: Endpoint
    found_by: FoundBy
    answer_ms: int | None
    """None: it did not answer"""
    problem: str | None
    code: str | None = None
    """Of the problem"""

    @property
    def ready(self) -> bool:
        return self.problem is None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.endpoint.name,
            "address": self.endpoint.label,
            "id": self.endpoint.gateway_id,
            "found_by": self.found_by,
            "personas": list(self.endpoint.personas),
            "answer_ms": self.answer_ms,
            "ready": self.ready,
            "problem": self.problem,
            "code": self.code,
        }


async def discover(settings: Settings, seconds: float, rules: DialRules | None = None) -> list[FoundGateway]:
    """Looks by mDNS for up to so many seconds and asks everybody it may; keeps the first that answers.

    Of whoever may not be dialled it says why. `rules`: None reads those of the settings' state folder.
    Raises DiscoveryFailed when mDNS cannot be used and no address is known either.
    """
    gateway = CommandGateway(settings, rules)
    endpoints = {endpoint.label: endpoint for endpoint in gateway.memory.addresses}
    not_asked: dict[str, FoundGateway] = {}
    if settings.gateway and not gateway.memory.pinned and (barred := gateway.rules.why_nobody):
        given = parse_address(settings.gateway)
        not_asked[given.label] = FoundGateway(given, "address", None, barred.text, barred.code)
    found_by: dict[str, FoundBy] = {
        label: "memory" if endpoint == gateway.memory.last else "address"
        for label, endpoint in endpoints.items()
    }
    if settings.mdns:
        needed = not endpoints and not not_asked
        for endpoint in await _announced(settings, gateway.rules, seconds, needed=needed):
            try:
                way = gateway.rules.way_to(endpoint)
            except NotDialled as barred:
                gateway.rules.heard(endpoint.name or endpoint.label, (endpoint,))
                not_asked[endpoint.label] = FoundGateway(
                    endpoint, "mdns", None, barred.message, barred.reason
                )
            else:
                endpoints[way.label] = way
                if found_by.get(way.label) != "address":
                    found_by[way.label] = "mdns"
    await load_aiohttp()  # so that the times below are the gateways'
    found = await asyncio.gather(
        *(_ask(endpoint, found_by[label], settings) for label, endpoint in endpoints.items())
    )
    answering = [each.endpoint for each in found if each.ready]
    if answering:
        gateway.adopt(answering[0])
        await gateway.take_back()
    return [*found, *not_asked.values()]


async def ask_the_known(settings: Settings, rules: DialRules) -> list[FoundGateway]:
    """What is answered where a gateway was last, and where the settings say; nothing of it is kept."""
    memory = LastGateway(settings, rules)
    await load_aiohttp()
    asking = (_ask(each, "memory", settings) for each in memory.addresses)
    return list(await asyncio.gather(*asking))


async def _announced(
    settings: Settings, rules: DialRules, seconds: float, *, needed: bool
) -> Sequence[Endpoint]:
    interface, gateway_id = settings.interface, None if rules.pairing else settings.gateway_id
    try:
        first = await browse(
            timeout=seconds, interface=interface, gateway_id=gateway_id, enough=lambda _: True
        )
        if not first:
            return ()
        # Once more and a little longer: the first answer is rarely everybody's.
        wait = min(STRAGGLERS, seconds)
        everybody = await browse(timeout=wait, interface=interface, gateway_id=gateway_id)
        return (*everybody, *first)  # in the order of their names: whoever answers first is nobody's choice
    except DiscoveryFailed as error:
        if needed:
            raise
        log.error("%s", error.message)
        return ()


async def _ask(endpoint: Endpoint, found_by: FoundBy, settings: Settings) -> FoundGateway:
    begun = time.perf_counter()
    try:
        found = await look_at(endpoint, settings.connect_timeout)
    except EngineFailure as failure:
        return FoundGateway(endpoint, found_by, None, failure.message, failure.reason)
    answered = replace(found.endpoint, personas=found.personas)
    return FoundGateway(answered, found_by, round((time.perf_counter() - begun) * 1000), None)


async def twins_among(found: Sequence[FoundGateway], settings: Settings) -> list[str]:
    """What is wrong where two machines answer with one id, each in a sentence."""
    told = []
    ready = [each.endpoint for each in found if each.ready]
    for identity in dict.fromkeys(each.gateway_id for each in ready):
        same = [each for each in ready if each.gateway_id == identity]
        if len({each.run for each in same}) > 1:
            twin = await twin_of(same[0], same[1:], settings.connect_timeout)
            told += [what_is_wrong(same[0], twin)] if twin else []
    return told


def once_each(found: Sequence[FoundGateway]) -> list[FoundGateway]:
    """A gateway that answers at several addresses only by the first, without those where it does not.

    An address that somebody gave is told of though.
    """
    shown: list[FoundGateway] = []
    answering = [each.endpoint for each in found if each.ready]
    names = {(each.name, each.gateway_id) for each in answering}
    for gateway in found:
        endpoint = gateway.endpoint
        known = any(each.ready and each.endpoint.run == endpoint.run for each in shown) and endpoint.run
        given = gateway.found_by == "address" or not endpoint.name
        elsewhere = not gateway.ready and not given and (endpoint.name, endpoint.gateway_id) in names
        if not (gateway.ready and known) and not elsewhere:
            shown.append(gateway)
    return shown


def one_row_each(found: Sequence[FoundGateway]) -> list[FoundGateway]:
    """Of a gateway that is there and cannot be used only one address, by IPv4 if it has one.

    An address that somebody gave is told of though.
    """
    rows: dict[object, FoundGateway] = {}
    for each in found:
        there = each.endpoint
        identity = None if each.code == STRANGER else there.gateway_id
        alike = each.code in NOT_OURS and each.found_by != "address" and there.name
        key = (each.code, there.name, identity) if alike else there.label
        before = rows.get(key)
        if before is None or (":" in before.endpoint.host and ":" not in there.host):
            rows[key] = each
    return list(rows.values())


def table(found: Sequence[FoundGateway], width: int | None = None) -> str:
    """For people, in so many columns of a terminal."""
    rows = [("NAME", "ADDRESS", "FOUND BY", "ANSWERS", "PERSONAS")]
    for gateway in one_row_each(found):
        endpoint = gateway.endpoint
        why_not = NOT_OURS.get(gateway.code or "", gateway.problem or "")
        answers = f"{gateway.answer_ms} ms" if gateway.ready else why_not
        rows.append(
            (
                endpoint.name or "-",
                endpoint.label,
                gateway.found_by,
                answers,
                ", ".join(endpoint.personas) or "-",
            )
        )
    return tables.table(rows, width)

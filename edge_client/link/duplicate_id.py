"""Two gateways with one identity: which of them speaks would be chance, and nobody would know why."""

import asyncio
from collections.abc import Sequence

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.readyz import look_at
from robotvoice.errors import EngineFailure

MOST_ASKED = 16
"""Addresses"""


async def twin_of(endpoint: Endpoint, others: Sequence[Endpoint], connect_timeout: float) -> Endpoint | None:
    """Who answers at the same time as the gateway at `endpoint`, with its id, and is another one.

    A gateway that has several addresses, that moved, or that was started anew is the same. All are asked.
    """
    own_id = endpoint.gateway_id
    asked = [each for each in others if each.gateway_id == own_id and each.label != endpoint.label]
    if own_id is None or not asked:
        return None
    answers = await asyncio.gather(*(_look(each, connect_timeout) for each in asked[:MOST_ASKED]))
    found = [each for each in answers if each and each.run and each.run != endpoint.run]
    if not found:
        return None
    itself = await _look(endpoint, connect_timeout)  # perhaps it was started anew meanwhile
    if itself is None or itself.run is None:
        return None
    return next((each for each in found if each.run != itself.run), None)


def what_is_wrong(endpoint: Endpoint, twin: Endpoint) -> str:
    """With what to do about it."""
    return (
        f"another machine, at {twin.label}, has the same id as the gateway at {endpoint.label}: on one of "
        "them type  rm ~/.local/state/robotvoice/identity.pem  , start its gateway again and pair "
        "its robots anew"
    )


async def _look(endpoint: Endpoint, connect_timeout: float) -> Endpoint | None:
    try:
        return (await look_at(endpoint, connect_timeout)).endpoint
    except EngineFailure:
        return None

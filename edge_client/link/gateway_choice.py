"""Which of several gateways is to be connected to."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.first_success import first_good
from edge_client.link.readyz import look_at
from robotvoice.errors import EngineFailure


async def first_ready(endpoints: Sequence[Endpoint], connect_timeout: float) -> Endpoint:
    """The first that answers, with who can speak there. Raises EngineFailure: why the first does not."""

    async def look(endpoint: Endpoint) -> Endpoint:
        found = await look_at(endpoint, connect_timeout)
        return replace(found.endpoint, personas=found.personas)

    return await first_good([partial(look, each) for each in endpoints])


async def best_of(
    endpoints: Sequence[Endpoint], persona: str | None, connect_timeout: float, *, settle: bool = True
) -> Endpoint:
    """The first that is ready with the persona's own voice; to `settle` is to take who can speak at all.

    Raises EngineFailure: why the most promising one is neither.
    """
    able: dict[int, Endpoint] = {}

    async def look(rank: int, endpoint: Endpoint) -> Endpoint:
        found = await look_at(endpoint, connect_timeout)
        if persona is None or persona in found.own_voices:
            return found.endpoint
        able[rank] = found.endpoint
        raise EngineFailure("not_ready", f"gateway at {endpoint.label} has no voice of {persona!r} ready")

    try:
        return await first_good([partial(look, *each) for each in enumerate(endpoints)])
    except EngineFailure:
        if not able or not settle:
            raise
        return able[min(able)]


async def better_than(
    current: Endpoint, endpoints: Sequence[Endpoint], persona: str, connect_timeout: float
) -> Endpoint | None:
    """Another gateway that is ready with the persona's own voice, if the current one is not."""
    others = [each for each in endpoints if each.label != current.label]
    if not others:
        return None
    try:
        if persona in (await look_at(current, connect_timeout)).own_voices:
            return None
        return await best_of(others, persona, connect_timeout, settle=False)
    except EngineFailure:
        return None

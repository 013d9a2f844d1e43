"""Which of several gateways is to be connected to."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.race import first_good
from edge_client.link.link import load_connection
from robotvoice.errors import EngineFailure


async def best_of(
    endpoints: Sequence[Endpoint], persona: str | None, connect_timeout: float, *, settle: bool = True
) -> Endpoint:
    """The first that is ready with the persona's own voice; to `settle` is to take who can speak at all.

    Raises EngineFailure: why the most promising one is neither.
    """
    able: dict[int, Endpoint] = {}

    async def look(rank: int, endpoint: Endpoint) -> Endpoint:
        found, own = await look_at(endpoint, connect_timeout)
        if persona is None or persona in own:
            return found
        able[rank] = found
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
        _, own = await look_at(current, connect_timeout)
        if persona in own:
            return None
        return await best_of(others, persona, connect_timeout, settle=False)
    except EngineFailure:
        return None


async def look_at(endpoint: Endpoint, connect_timeout: float) -> tuple[Endpoint, frozenset[str]]:
    """Whose it is, and the personas whose own voices are ready there. Raises EngineFailure."""
    connection = await load_connection()
    body = await connection.get(endpoint, "/readyz", connect_timeout)
    try:
        answer = json.loads(body)
        identity, personas = answer.get("id"), answer["personas"]
        own = frozenset(str(id) for id, how in personas.items() if how.get("own_voice", how.get("ready")))
    except (ValueError, RecursionError, TypeError, LookupError, AttributeError) as error:
        raise EngineFailure("protocol", "gateway answered /readyz with something else") from error
    if endpoint.gateway_id not in (None, identity):
        raise connection.other_gateway(endpoint)
    whose = identity if isinstance(identity, str) and identity.isprintable() else None
    run = answer.get("run")
    return replace(endpoint, gateway_id=whose, run=run if isinstance(run, str) else None), own

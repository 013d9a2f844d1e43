"""What a gateway says over plain HTTP: at `/readyz` whose it is and who can speak there."""

import asyncio
import importlib
import json
from dataclasses import dataclass, replace
from typing import Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.gateway_answers import other_gateway, remark
from robotvoice.errors import EngineFailure


@dataclass(frozen=True, slots=True)
class Ready:
    """A gateway that answers."""

    endpoint: Endpoint
    """With whose it is, and in which run"""
    personas: tuple[str, ...]
    own_voices: frozenset[str]
    """Personas whose own voices are ready there"""


async def look_at(endpoint: Endpoint, connect_timeout: float) -> Ready:
    """Asks `/readyz`. Raises EngineFailure."""
    answer = await ask(endpoint, "/readyz", connect_timeout)
    try:
        identity, run, personas = answer.get("id"), answer.get("run"), answer["personas"]
        own = frozenset(id for id, how in personas.items() if how.get("own_voice", how.get("ready")))
    except (LookupError, AttributeError) as error:
        raise EngineFailure("protocol", "gateway answered /readyz with something else") from error
    if endpoint.gateway_id not in (None, identity):
        raise other_gateway(endpoint)
    whose = identity if isinstance(identity, str) and identity.isprintable() else None
    there = replace(endpoint, gateway_id=whose, run=run if isinstance(run, str) else None)
    return Ready(there, tuple(map(remark, personas)), own)


async def ask(endpoint: Endpoint, path: str, connect_timeout: float) -> dict[str, Any]:
    """The JSON object that is answered. Raises EngineFailure."""
    await load_aiohttp()
    from edge_client.link.dialling import get

    body = await get(endpoint, path, connect_timeout)
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise EngineFailure("protocol", f"gateway answered {path} with something that is no JSON") from error
    if not isinstance(answer, dict):
        raise EngineFailure("protocol", f"gateway answered {path} with no JSON object")
    return answer


async def load_aiohttp() -> None:
    """Off the loop, and not at all by a command that knows the gateway is gone."""
    await asyncio.to_thread(importlib.import_module, "edge_client.link.socket")

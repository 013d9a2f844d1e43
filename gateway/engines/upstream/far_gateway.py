"""Another gateway of ours as an upstream: whether its persona's own voice speaks, and no substitute."""

import json
from collections.abc import Mapping
from urllib.parse import quote

from gateway.engines.upstream.exchange import Connection
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.wire import wire

READY_LIMIT = 256 * 1024
"""Bytes of an answer about every persona"""


def check_substitute(headers: Mapping[str, str], name: str) -> None:
    """Raises EngineUnavailable if another voice spoke: the chain here has substitutes of its own."""
    if headers.get(wire.HEADER_SUBSTITUTE, "none") != "none":
        raise EngineUnavailable("substitute", f"{name} would speak with another voice than the one asked for")


async def check_readyz(connection: Connection, name: str, voice: VoiceSpec | None, within: float) -> None:
    """Raises EngineFailure unless this voice, or any if none is named, can speak there now."""
    asked = f"?persona={quote(voice.voice, safe='')}" if voice and voice.voice else ""
    status, body = await connection.get(f"/readyz{asked}", within, READY_LIMIT)
    try:
        personas = json.loads(body)["personas"].values()
        ready = any(persona["own_voice"] for persona in personas)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise EngineFailure("not_ready", f"{name} does not answer as a gateway does") from None
    if status != 200 or not ready:
        raise EngineFailure("not_ready", f"{name} cannot speak with this voice now")

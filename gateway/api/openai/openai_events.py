"""Sound as OpenAI's server-sent events: `speech.audio.delta`, and `speech.audio.done` at its end."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Protocol

USAGE: Mapping[str, int] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
"""Nothing is counted here, and clients look for it"""


class Wrapping(Protocol):
    """How bytes of a format lie in the body."""

    def content_type(self, sound: str) -> str: ...
    def piece(self, data: bytes) -> bytes: ...
    def end(self, warnings: tuple[str, ...]) -> bytes: ...


class Bare:
    """The body is the sound."""

    def content_type(self, sound: str) -> str:
        return sound

    def piece(self, data: bytes) -> bytes:
        return data

    def end(self, warnings: tuple[str, ...]) -> bytes:
        return b""


class Events:
    """Each piece is an event, in base64."""

    def content_type(self, sound: str) -> str:
        return "text/event-stream"

    def piece(self, data: bytes) -> bytes:
        return event(type="speech.audio.delta", audio=base64.b64encode(data).decode("ascii"))

    def end(self, warnings: tuple[str, ...]) -> bytes:
        told = {"warnings": warnings} if warnings else {}
        return event(type="speech.audio.done", usage=USAGE, **told)


def event(**fields: Any) -> bytes:
    return f"data: {json.dumps(fields)}\n\n".encode()

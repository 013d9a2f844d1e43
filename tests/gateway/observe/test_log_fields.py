"""The log says which field of a request was refused or not followed, and never what was in it (Y7)."""

import json
from typing import Any

import pytest

from tests.gateway.api.openai.openai_client import Told, alone, post
from tests.gateway.in_process import running

SECRET = "xylophonist"


OPENAI: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({}, ("spoken", "none", "none")),
    ({"speed": SECRET}, ("spoken", "none", "speed")),
    ({"seed": SECRET, "instructions": SECRET}, ("spoken", "none", "seed,instructions")),
    ({SECRET: SECRET}, ("spoken", "none", "other")),
    ({"voice": SECRET}, ("refused", "unknown_voice", "voice")),
    ({"voice": {"a": SECRET}}, ("refused", "invalid_value", "voice")),
    ({"response_format": SECRET}, ("refused", "invalid_value", "response_format")),
    ({"language": f"{SECRET}!"}, ("refused", "invalid_value", "language")),
    ({"ref_audio": SECRET}, ("refused", "invalid_value", "ref_audio")),
    ({"input": "..."}, ("refused", "empty_text", "text")),
    ({"input": None}, ("refused", "invalid_value", "input")),
    ({"input": SECRET * 10_000}, ("refused", "text_too_long", "text")),
]
FILES: list[tuple[str, dict[str, str], tuple[str, str, str]]] = [
    ("text=Hi.", {}, ("spoken", "none", "none")),
    ("text=Hi.&speed=99", {"X-Priority": SECRET}, ("spoken", "none", "speed,X-Priority")),
    (f"text=Hi.&voice={SECRET}", {}, ("refused", "unknown_voice", "voice")),
    (f"text=Hi.&{SECRET}={SECRET}", {"X-Budget-Ms": SECRET}, ("spoken", "none", "other,X-Budget-Ms")),
    ("text=", {}, ("refused", "empty_text", "text")),
]
MESSAGES: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"priority": SECRET}, ("spoken", "none", "priority")),
    ({"voice": SECRET}, ("refused", "unknown_voice", "voice")),
    ({"audio": SECRET}, ("message refused", "invalid_message", "audio")),
    ({"id": f"{SECRET} "}, ("message refused", "invalid_message", "id")),
    ({"text": [SECRET]}, ("message refused", "invalid_message", "text")),
    ({"type": SECRET}, ("message refused", "invalid_message", "type")),
]


def fields_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    """Message, reason and field of every line about a request."""
    told = [record for record in caplog.records if hasattr(record, "field")]
    assert not [record for record in caplog.records if SECRET in repr(record.__dict__)]
    return [(record.message, record.reason, record.field) for record in told]  # type: ignore[attr-defined]


async def test_of_an_openai_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        for fields, _ in OPENAI:
            await post(gateway, json.dumps({"input": "Hi.", "response_format": "pcm", **fields}).encode())
        await post(gateway, SECRET.encode())
    assert fields_of(caplog) == [*(said for _, said in OPENAI), ("refused", "invalid_json", "none")]


async def test_of_a_whole_file(caplog: pytest.LogCaptureFixture) -> None:
    """What is only asked about leaves no line."""
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        for query, headers, _ in FILES:
            await gateway.ask(f"/synthesize?{query}", headers=headers)
            await gateway.ask("/synthesize?text=Hi.", "HEAD")
    assert fields_of(caplog) == [said for _, _, said in FILES]


async def test_of_a_message(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway, gateway.socket() as client:
        for fields, _ in MESSAGES:
            await client.send(**{"type": "synthesize", "text": "Hi.", **fields})
            await client.until("complete", "error")
    assert fields_of(caplog) == [said for _, said in MESSAGES]

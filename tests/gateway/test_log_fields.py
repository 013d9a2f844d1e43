"""The log says which field of a request was refused or not followed, and never what was in it (Y7)."""

import json
from typing import Any

import pytest

from tests.gateway.in_process import running
from tests.gateway.openai_client import Told, alone, post

SECRET = "xylophonist"


def fields_of(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    """Message, reason and field of every line about a request."""
    told = [record for record in caplog.records if hasattr(record, "field")]
    assert not [record for record in caplog.records if SECRET in repr(record.__dict__)]
    return [(record.message, record.reason, record.field) for record in told]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
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
    ],
    ids=str,
)
async def test_of_an_openai_request(
    caplog: pytest.LogCaptureFixture, fields: dict[str, Any], said: tuple[str, str, str]
) -> None:
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        await post(gateway, json.dumps({"input": "Hi.", "response_format": "pcm", **fields}).encode())
        await post(gateway, SECRET.encode())
    assert fields_of(caplog) == [said, ("refused", "invalid_json", "none")]


@pytest.mark.parametrize(
    ("query", "headers", "said"),
    [
        ("text=Hi.", {}, ("spoken", "none", "none")),
        ("text=Hi.&speed=99", {"X-Priority": SECRET}, ("spoken", "none", "speed,X-Priority")),
        (f"text=Hi.&voice={SECRET}", {}, ("refused", "unknown_voice", "voice")),
        (f"text=Hi.&{SECRET}={SECRET}", {"X-Budget-Ms": SECRET}, ("spoken", "none", "other,X-Budget-Ms")),
        ("text=", {}, ("refused", "empty_text", "text")),
    ],
)
async def test_of_a_whole_file(
    caplog: pytest.LogCaptureFixture, query: str, headers: dict[str, str], said: tuple[str, str, str]
) -> None:
    """What is only asked about leaves no line."""
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        await gateway.ask(f"/synthesize?{query}", headers=headers)
        await gateway.ask("/synthesize?text=Hi.", "HEAD")
    assert fields_of(caplog) == [said]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"priority": SECRET}, ("spoken", "none", "priority")),
        ({"voice": SECRET}, ("refused", "unknown_voice", "voice")),
        ({"audio": SECRET}, ("message refused", "invalid_message", "audio")),
        ({"id": f"{SECRET} "}, ("message refused", "invalid_message", "id")),
        ({"text": [SECRET]}, ("message refused", "invalid_message", "text")),
        ({"type": SECRET}, ("message refused", "invalid_message", "type")),
    ],
)
async def test_of_a_message(
    caplog: pytest.LogCaptureFixture, fields: dict[str, Any], said: tuple[str, str, str]
) -> None:
    caplog.set_level("INFO")
    async with running(alone("own"), {"own": Told("own")}) as gateway, gateway.socket() as client:
        await client.send(**{"type": "synthesize", "text": "Hi.", **fields})
        await client.until("complete", "error")
    assert fields_of(caplog) == [said]

"""`/ws/tts` as programs really ask it: they get sound, and are told what was not followed (K5)."""

from typing import Any

import pytest

from tests.gateway.in_process import RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def spoken(gateway: RunningGateway, **fields: Any) -> list[dict[str, Any]]:
    async with gateway.socket() as client:
        await client.send(**{"type": "synthesize", "text": "Hello.", **fields})
        return await client.until("complete", "error", "unavailable")


@pytest.mark.parametrize(
    "fields",
    [
        {"stream": "true", "audio": "Binary", "engines": "ALL", "priority": "Story", "budget_ms": "24000"},
        {"voice": "", "language": "", "audio": "", "engines": "", "priority": "", "budget_ms": ""},
        dict.fromkeys(("voice", "language", "stream", "audio", "engines", "priority", "prepared", "speed")),
        {"voice": "default", "speed": "1.0", "prepared": 0, "sample_rate": "24000"},
        {"type": "Synthesize"},
    ],
)
async def test_what_is_only_written_in_another_way_is_taken_without_a_word(
    gateway: RunningGateway, fields: dict[str, Any]
) -> None:
    messages = await spoken(gateway, id="1", **fields)
    assert messages[-1]["type"] == "complete"
    assert not [message for message in messages if "warnings" in message]


async def test_what_is_not_followed_is_told_before_the_sound_and_at_its_end(gateway: RunningGateway) -> None:
    messages = await spoken(gateway, id="1", voice="sage", speed=9, priority="now", mood="merry")
    said = [
        "priority is not followed: it must be one of urgent, dialogue, story, background",
        "not known here and not followed: mood",
        "there is no voice sage here: spark speaks",
        "speed goes from 0.25 to 4: 4 is taken",
    ]
    assert messages[1]["type"] == "start"
    assert messages[1]["warnings"] == messages[-1]["warnings"] == said


async def test_a_client_without_an_id_is_told_at_the_end(gateway: RunningGateway) -> None:
    messages = await spoken(gateway, speed=0)
    assert messages[-1]["warnings"][0] == "speed goes from 0.25 to 4: 0.25 is taken"


async def test_a_speed_is_followed(gateway: RunningGateway) -> None:
    lengths = [(await spoken(gateway, speed=speed))[-1]["duration_ms"] for speed in (0.8, 1, "2.0")]
    assert lengths[0] > 1.1 * lengths[1] > 1.5 * lengths[2]


async def test_a_name_nobody_has_is_an_error_with_those_there_are(gateway: RunningGateway) -> None:
    (error,) = await spoken(gateway, id="1", voice="gremlim")
    assert error["code"] == "unknown_voice"
    assert error["message"] == "no voice 'gremlim'; did you mean gremlin? There are gremlin, spark, vixen"

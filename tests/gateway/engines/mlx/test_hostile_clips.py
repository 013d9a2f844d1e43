"""Clips that are sent to be cloned and cannot be: afterwards every persona's clone speaks as before."""

import asyncio
import base64
import io
import itertools
import json
from collections.abc import Callable

import numpy as np
import pytest
import soundfile
from aiohttp import ClientSession

from tests.gateway.clips import made
from tests.gateway.engines.mlx.cloning_gateway import ALONE, PATIENCE, SPARE, CloningGateway

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

RATE = made.RATE
JSON = {"Content-Type": "application/json"}
HOSTILE: dict[str, Callable[[], np.ndarray]] = {
    "hum": lambda: made.hum(6, 50),
    "silence": lambda: np.zeros(6 * RATE),
    "noise": lambda: made.hiss(6),
    "music": lambda: made.music(6),
    "too short": lambda: made.hiss(0.2),
    "too long": lambda: made.music(70),
    "a gap": lambda: made.joined(made.music(2), np.zeros(5 * RATE), made.music(2)),
    "clipped": lambda: np.clip(40 * made.music(6), -1, 1),
    "a click": lambda: made.joined(np.ones(3), np.zeros(4 * RATE)),
}


def hum_with_words() -> np.ndarray:
    """Passes for speech now and then, so that the model itself is asked."""
    time = np.arange(6 * RATE) / RATE
    beats = np.clip(np.sin(2 * np.pi * 2.5 * time), 0.02, 1)
    return 0.15 * beats * sum(np.sin(2 * np.pi * 140 * part * time) / part for part in range(1, 12))


def as_base64(samples: np.ndarray) -> str:
    file = io.BytesIO()
    soundfile.write(file, np.asarray(samples, dtype=np.float32), RATE, format="WAV", subtype="PCM_16")
    return base64.b64encode(file.getvalue()).decode()


async def send(gateway: CloningGateway, samples: np.ndarray) -> int:
    fields = {
        "input": "Hello there.",
        "ref_audio": as_base64(samples),
        "consent": "nobody",
        "response_format": "wav",
    }
    body = io.BytesIO(json.dumps(fields).encode())
    async with (
        asyncio.timeout(PATIENCE),
        ClientSession() as session,
        session.post(f"{gateway.process.url}/v1/audio/speech", data=body, headers=JSON) as answer,
    ):
        await answer.read()
        return answer.status


async def every_clone_speaks(gateway: CloningGateway, after: str) -> None:
    for persona in (SPARE, ALONE):
        heard = await gateway.said("synthesize", persona, f"After {after}, as before.")
        assert (heard.status, heard.engine, heard.substitute) == (200, "mlx", "none"), after


async def test_after_any_two_hostile_clips_every_personas_clone_answers_the_next_request(
    gateway: CloningGateway,
) -> None:
    await gateway.until_well()
    clips = {**{name: make() for name, make in HOSTILE.items()}, "hum with words": hum_with_words()}
    for first, second in itertools.pairwise([*clips, *reversed(clips)]):
        for name in (first, second):
            assert await send(gateway, clips[name]) in (200, 400, 422, 503), name
        await every_clone_speaks(gateway, f"{first} and {second}")
    assert (await gateway.mlx())["breaker"] == "closed"

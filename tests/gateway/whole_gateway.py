"""A gateway in the test's own process with all the parts of `serve`, and how loud its answers are."""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from gateway.engines.engine_parts import Parts, parts_of
from gateway.loudness.loudness_measure import TARGET, integrated_loudness
from gateway.settings.settings import Settings
from robotvoice.persona import Persona
from tests.gateway.in_process import RunningGateway, library, running

READY_WITHIN = 60.0
SENTENCES = (
    "The line went quiet, and still you hear me.",
    "The birch canoe slid on the smooth planks.",
    "These days a chicken leg is a rare dish.",
)


@asynccontextmanager
async def whole_gateway(state: Path, *personas: Persona) -> AsyncIterator[tuple[RunningGateway, Parts]]:
    """Each persona can speak with its own voice."""
    people = library(*personas)
    parts = parts_of(Settings(state_dir=state), people)
    async with running(people, parts, state_dir=state) as gateway:
        async with asyncio.timeout(READY_WITHIN):
            while (await gateway.ask("/health")).json["status"] != "ok":  # noqa: ASYNC110 - seen over HTTP
                await asyncio.sleep(0.02)
        yield gateway, parts


async def said(
    gateway: RunningGateway, engine: str, voice: str, sentences: Sequence[str] = SENTENCES
) -> np.ndarray:
    """Samples of several answers of `/synthesize`, all spoken by this engine."""
    samples = []
    for text in sentences:
        answer = await gateway.say(text, voice)
        assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, engine)
        with wave.open(io.BytesIO(answer.body)) as wav:
            samples.append(np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / 32768)
    return np.concatenate(samples)


def check_alike(sounds: Mapping[str, np.ndarray]) -> None:
    """That all of them are as loud as they should be, and nothing clips."""
    levels = {name: round(integrated_loudness(samples), 2) for name, samples in sounds.items()}
    assert max(levels.values()) - min(levels.values()) < 1, levels
    assert all(abs(level - TARGET) < 1 for level in levels.values()), levels
    # A resampler may put a sample above the limiter's ceiling, and there is room for that.
    assert all(np.abs(samples).max() < 0.97 for samples in sounds.values())

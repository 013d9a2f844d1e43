"""Hundreds of requests over HTTP: neither the gateway's process nor its worker's grows."""

import base64
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, TCPConnector

from gateway.clips.caller_clips import CACHE_SIZE
from tests.gateway.engines.mlx.cloning_gateway import (
    ALONE,
    SPARE,
    CloningGateway,
    References,
    cloning_gateway,
)
from tests.gateway.engines.mlx.listening import Checkpoint
from tests.gateway.engines.mlx.memory import LOOK, MANY, by_clients, flat

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.timeout(900)]


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(
    tmp_path: Path, checkpoint: Checkpoint, references: References
) -> AsyncIterator[CloningGateway]:
    """A gateway that nothing has been asked of yet."""
    async with cloning_gateway(tmp_path, checkpoint(), references) as gateway:
        yield gateway


async def test_the_memory_of_gateway_and_worker_stays_flat_over_many_requests(
    fresh: CloningGateway, references: References
) -> None:
    """Some are broken off, and some bring a clip that nobody has sent before."""
    file, words = references["a"]
    clip, numbers = file.read_bytes(), itertools.count()
    worker = fresh.worker
    processes = {"gateway": fresh.process.found, "worker": worker}
    seen: dict[str, list[int]] = {name: [] for name in processes}
    url = f"http://127.0.0.1:{fresh.process.port}/v1/audio/speech"

    def new_clip(number: int) -> str:
        """The same but for its last sample."""
        return base64.b64encode(clip[:-2] + number.to_bytes(2, "little")).decode()

    async with ClientSession(connector=TCPConnector(limit=0)) as session:

        async def one(_: int) -> None:
            number = next(numbers)
            asked = {"input": "Hi.", "voice": (SPARE, ALONE)[number % 2], "response_format": "pcm"}
            if number < CACHE_SIZE or number % 31 == 0:
                asked |= {"ref_audio": new_clip(number), "ref_text": words, "consent": "tests"}
            if number % 9 == 0:
                async with session.post(url, json={**asked, "model": "tts-1"}) as answer:
                    await answer.content.readany()
                    answer.close()
            async with session.post(url, json={**asked, "model": "tts-1"}) as answer:
                assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "mlx")
                assert await answer.read()

        # So many clips are kept as they came; from here on a new one takes the place of an old one.
        await by_clients(one, CACHE_SIZE)
        for _ in range(0, MANY, LOOK):
            await by_clients(one, LOOK)
            await fresh.until_speaking(0)
            for name, process in processes.items():
                seen[name].append(process.memory_info().rss)
    assert fresh.worker == worker, "the worker was replaced meanwhile"
    for name, rss in seen.items():
        assert flat(rss), f"the {name} grew: {rss}"

"""However much is sent to `/v1/audio/speech`, the gateway's process does not grow."""

import asyncio
import io
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession

from gateway.api.openai.openai_request import BODY_LIMIT
from tests.gateway.in_process import SOON

ROUNDS = 12
GROWTH = 3 * BODY_LIMIT
"""Bytes, for the allocator to keep as it likes; two bodies a round are read, so a leak is eight times that"""


@asynccontextmanager
async def gateway_process(folder: Path) -> AsyncIterator[tuple[str, psutil.Process]]:
    """Its address, and the process."""
    nothing = folder / "empty.toml"
    nothing.touch()
    environment = {**os.environ, "HOME": str(folder), "ROBOTVOICE_STATE_DIR": str(folder)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "serve", "--port", "0", "--no-mdns"),
        env={**environment, "ROBOTVOICE_CONFIG": str(nothing)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(SOON):
            welcome = (await process.stdout.readline()).decode()
        found = re.search(r"http://[\d.:]+", welcome)
        assert found, welcome
        yield found[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    """Sent like this, a body does not say how long it is."""
    for start in range(0, len(body), 2**16):
        yield body[start : start + 2**16]


@pytest.mark.slow
async def test_large_bodies_leave_the_memory_as_it_was(tmp_path: Path) -> None:
    """One that is refused for its size, and one that is read and decoded to its end."""
    too_large = json.dumps({"input": "Hi", "ref_audio": "A" * 20_000_000}).encode()
    just_fits = json.dumps(
        {"input": "Hi", "ref_audio": "A" * (BODY_LIMIT - 1_000) + "AAAA"[: -BODY_LIMIT % 4]}
    )

    async with gateway_process(tmp_path) as (address, process), ClientSession() as session:

        async def status_of(body: object) -> int:
            headers = {"Content-Type": "application/json"}
            async with session.post(f"{address}/v1/audio/speech", data=body, headers=headers) as answer:
                await answer.read()
                return answer.status

        async def everything() -> None:
            assert await status_of(in_pieces(too_large)) == 413
            assert await status_of(io.BytesIO(too_large)) == 413
            assert await status_of(io.BytesIO(just_fits.encode())) == 400

        for _ in range(2):
            await everything()
        before = process.memory_info().rss
        for _ in range(ROUNDS):
            await everything()
        assert process.memory_info().rss - before < GROWTH

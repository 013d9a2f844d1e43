"""A gateway that can open no more files says so in a line, and speaks with those whom it knows."""

import asyncio
import resource
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.gateway.in_process import SOON
from tests.gateway.process import started

STANDARD = 3
"""Files that every process has"""


@pytest.mark.slow
async def test_it_says_so_in_one_line_and_speaks_over_the_connections_it_has(tmp_path: Path) -> None:
    async with started(tmp_path) as gateway, asyncio.timeout(2 * SOON), ClientSession() as known:
        url = f"http://127.0.0.1:{gateway.port}/synthesize?voice=vixen&text=Hello"
        assert (await known.get(url)).status == 200
        pid = gateway.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (STANDARD, limits[1]))
        _, stranger = await asyncio.open_connection("127.0.0.1", gateway.port)
        while not gateway.log or "new connections wait" not in gateway.log[-1]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        for _ in range(3):
            async with known.get(url) as answer:
                assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "espeak")
                await answer.read()
            await asyncio.sleep(0.5)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        async with ClientSession() as new, new.get(url) as answer:
            assert answer.status == 200
        stranger.close()
    told = [line for line in gateway.log if "new connections wait" in line]
    assert len(told) == 1, told
    assert not [line for line in gateway.log if "Traceback" in line or "Logging error" in line]

"""A machine that gives a service few files, and somebody who opens connections and asks nothing."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from proofs.rig.asking import fetch
from proofs.rig.gateway import Gateway
from proofs.rig.program import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
FEW = ("sh", "-c", 'ulimit -n 256; exec "$@"', "sh")


async def test_three_hundred_half_heads_make_a_gateway_of_256_files_deaf_to_nobody(tmp_path: Path) -> None:
    with Gateway(environment(tmp_path), prefix=FEW) as gateway:
        await asyncio.to_thread(gateway.until_listening)
        await asyncio.to_thread(gateway.until_ready)
        async with AsyncExitStack() as opened:
            for _ in range(300):
                _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
                opened.callback(writer.close)
                writer.write(b"GET /health HTTP/1.1\r\nX:")
            for _ in range(20):
                answer = await asyncio.to_thread(
                    fetch, "127.0.0.1", gateway.port, "GET", "/synthesize?text=Hello", None, {}, 5.0
                )
                assert answer.status == 200
        assert not gateway.logged("Traceback"), gateway.last_words()

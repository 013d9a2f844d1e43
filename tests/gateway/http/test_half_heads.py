"""A machine that gives a service few files, and somebody who opens connections and asks nothing."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from proofs.rig.asking import fetch
from proofs.rig.figures import median
from proofs.rig.gateway import Gateway
from proofs.rig.program import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
FEW = ("sh", "-c", 'ulimit -n 256; exec "$@"', "sh")
HEADS = 300


async def half_a_head(port: int, opened: AsyncExitStack) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    opened.callback(writer.close)
    writer.write(b"GET /health HTTP/1.1\r\nX:")


async def first_audio(gateway: Gateway, times: int) -> list[float]:
    """Seconds of each request; none is lost."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        answer = await asyncio.to_thread(
            fetch, "127.0.0.1", gateway.port, "GET", "/synthesize?text=Hello", None, {}, 5.0
        )
        took.append(time.monotonic() - began)
        assert answer.status == 200
    return took


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
async def test_three_hundred_half_heads_make_a_gateway_of_256_files_deaf_to_nobody(
    tmp_path: Path, at_once: bool
) -> None:
    with Gateway(environment(tmp_path), prefix=FEW) as gateway:
        await asyncio.to_thread(gateway.until_listening)
        await asyncio.to_thread(gateway.until_ready)
        alone = await first_audio(gateway, 30)
        most_files = 0
        async with AsyncExitStack() as opened:
            if at_once:
                await asyncio.gather(*(half_a_head(gateway.port, opened) for _ in range(HEADS)))
            else:
                for _ in range(HEADS):
                    await half_a_head(gateway.port, opened)
            most_files = gateway.found.num_fds()
            among = await first_audio(gateway, 30)
        print(f"first audio {median(among) / median(alone):.2f} times that without them; {most_files} files")
        assert not gateway.logged("Traceback|out of system resource|Too many open files"), (
            gateway.last_words()
        )

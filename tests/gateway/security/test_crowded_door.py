"""The robots' door of a real gateway that may open few files, and a crowd before it."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from gateway.security.credentials import ROBOTS_FILE, Credentials
from gateway.security.identity import identity_in
from tests.gateway.in_process import SOON
from tests.gateway.process import started
from tests.gateway.security.robot import paired_socket

FEW_FILES = ("sh", "-c", 'ulimit -n 256 && exec "$@"', "sh")


@pytest.mark.slow
@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02\x00\x01", b"GET / HT"])
async def test_three_hundred_who_stop_in_the_middle_keep_no_robot_out(said: bytes, tmp_path: Path) -> None:
    """Each from an address of its own, and all at once."""
    state = tmp_path / "state"
    identity, token = identity_in(state), Credentials(state / ROBOTS_FILE).new("picar")
    async with started(tmp_path, "--lan", prefix=FEW_FILES) as gateway, AsyncExitStack() as crowd:
        port = (await gateway.ask("/v1/status")).json["robots_door"]["port"]

        async def knock(number: int) -> None:
            address = f"127.0.{1 + number // 200}.{1 + number % 200}"
            _, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
            crowd.callback(writer.close)
            writer.write(said)

        async with asyncio.timeout(SOON):
            await asyncio.gather(*map(knock, range(300)))
            for _ in range(3):
                async with paired_socket(port, identity, token) as robot:
                    await robot.still_speaks()
        assert (await gateway.ask("/healthz")).status == 200
    assert not [line for line in gateway.log if "Traceback" in line]

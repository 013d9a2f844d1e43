"""What is the engine's fault still opens its breaker, and no voice keeps it open: the real worker, hurt."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from proofs.rig.program import environment
from tests.fakes.scripted_model import ScriptedModel, scripted_gateway
from tests.gateway.content.conftest import NAMES, Scripted

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LONG = "So it went on and on, through the whole of a very long and rainy afternoon, number {}."


@asynccontextmanager
async def gateway_of(home: Path, *, ready: bool = True, **script: Any) -> AsyncIterator[Scripted]:
    model = ScriptedModel.made(home / "model", **script)
    told = {"ROBOTVOICE_CACHE": "false"}
    more = "first_audio_budget: 10"
    async with scripted_gateway(home, model, *NAMES, more=more, ready=ready, variables=told) as process:
        yield Scripted(process, model)


async def worker(gateway: Scripted) -> psutil.Process:
    """Waits until there is one: a gateway calls its model ready until it has noticed that the worker died."""
    async with asyncio.timeout(30.0):
        while not (found := [*filter(_is_worker, gateway.process.children())]):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)
    return found[0]


def _is_worker(child: psutil.Process) -> bool:
    """Other engines' processes come and go."""
    with suppress(psutil.NoSuchProcess):
        return "gateway.engines.mlx.worker" in child.cmdline()
    return False


async def until(gateway: Scripted, state: str, within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while await gateway.breaker() != state:  # noqa: ASYNC110 (another process, as below)
            await asyncio.sleep(0.1)


async def until_ready(gateway: Scripted) -> None:
    async with asyncio.timeout(30.0):
        while (await gateway.mlx())["models"][0]["state"] != "ready":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def hurt(gateway: Scripted, number: signal.Signals, text: str, voice: str = "nova") -> None:
    """The worker, in the middle of a sentence."""
    process = await worker(gateway)
    await until_ready(gateway)
    given = len(gateway.model.given())
    asking = asyncio.create_task(gateway.speech(voice=voice, input=text, response_format="pcm"))
    async with asyncio.timeout(10):
        while len(gateway.model.given()) == given:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    process.send_signal(number)
    assert (await asking).status == 200


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_that_dies_or_hangs_three_times_is_given_a_rest(
    tmp_path: Path, number: signal.Signals
) -> None:
    """The negative control."""
    async with gateway_of(tmp_path, real_time_factor=0.5) as gateway:
        for time in range(3):
            assert await gateway.breaker() == "closed"
            await hurt(gateway, number, LONG.format(time))
        assert await gateway.breaker() == "open"
        await until(gateway, "closed")
        assert await gateway.by("brim", "Hello.") == ["mlx"]


async def test_the_voice_that_spoke_last_keeps_no_breaker_open(tmp_path: Path) -> None:
    """Y1: nova was there when it opened, and whatever she says now is babble; brim has her clone in 10 s."""
    async with gateway_of(tmp_path, real_time_factor=0.5) as gateway:
        assert await gateway.by("nova", "Hi.", "Hello.") == ["mlx", "mlx"]
        for time in range(3):
            await hurt(gateway, signal.SIGKILL, LONG.format(time))
        assert await gateway.breaker() == "open"
        gateway.model.script(rules=[{"voice": "^nova", "does": "babble"}])
        async with asyncio.timeout(10):
            while await gateway.by("brim", "Hello.") != ["mlx"]:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


async def test_a_model_that_goes_wrong_for_everybody_is_given_a_rest_until_it_does_not(
    tmp_path: Path,
) -> None:
    async with gateway_of(tmp_path) as gateway:
        for name in NAMES:
            assert await gateway.by(name, "All is well.") == ["mlx"]
        gateway.model.script(rules=[{"does": "silent"}])
        for number in range(2):
            for name in ("nova", "brim"):
                assert await gateway.by(name, f"Number {number} of {name}.") == ["espeak"]
        assert await gateway.breaker() == "open"
        await asyncio.sleep(6.0)
        assert await gateway.breaker() != "closed", "canaries hear what users would"
        gateway.model.script()
        await until(gateway, "closed")
        assert await gateway.by("cora", "Hello.") == ["mlx"]


async def test_an_operator_who_leaves_it_to_itself_closes_it(tmp_path: Path) -> None:
    """Y2: with a clean slate, for the texts and voices too."""
    async with gateway_of(
        tmp_path, rules=[{"voice": "^nova", "does": "silent"}], real_time_factor=0.5
    ) as gateway:
        for number in range(3):
            assert await gateway.by("nova", f"Number {number}.") == ["espeak"]
        assert not (await gateway.persona("nova"))["own_voice"]
        for time in range(3):
            await hurt(gateway, signal.SIGKILL, LONG.format(time), "brim")
        gateway.model.script()
        command = (sys.executable, "-m", "gateway", "breaker", "mlx", "auto")
        done = await asyncio.create_subprocess_exec(
            *(*command, "--port", str(gateway.process.port)),
            stdout=asyncio.subprocess.PIPE,
            env=environment(tmp_path),
        )
        out, _ = await done.communicate()
        assert done.returncode == 0 and b"closed" in out
        assert await gateway.breaker() == "closed"
        await until_ready(gateway)
        assert await gateway.by("nova", "Number 0.") == ["mlx"]


async def test_a_clip_that_no_worker_survives_takes_the_clone_from_nobody_else(tmp_path: Path) -> None:
    """Once in the background and once for a listener; then it is not tried for a while."""
    async with gateway_of(tmp_path, ready=False, deadly="^nova") as gateway:
        await until_ready(gateway)
        for number in range(8):
            await until_ready(gateway)
            assert await gateway.by("nova", f"Number {number}.") == ["espeak"]
        await until_ready(gateway)
        for name in NAMES[1:]:
            assert await gateway.by(name, "Hello.") == ["mlx"]
        assert (await gateway.mlx())["models"][0]["restarts"] == 2
        assert await gateway.breaker() == "closed"
        told = (await gateway.persona("nova"))["reason"]
        assert told["code"] == "bad_reference" and "another clip" in told["text"]

"""A model that takes long to its first sound: the robot waits as long as the persona says, and kills nothing.

The real worker, supervisor and cache, and a robot that speaks its lines by them.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from edge_client.settings.settings import Settings
from edge_client.speaking.result import Said
from edge_client.speaking.robot import Robot
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands
from tests.fakes.scripted_model import ScriptedModel, scripted_gateway
from tests.gateway.in_process import soon
from tests.gateway.process import GatewayProcess

READY_WITHIN = 60.0
LINES = ("The kettle sings.", "Where did you put the lamp?", "Good night.")


@asynccontextmanager
async def slow(
    home: Path, delay: float, budget: float, *, warm_up: float | None = None
) -> AsyncIterator[tuple[ScriptedModel, GatewayProcess]]:
    """So many seconds to the first sound; `warm_up`: as it seemed while warming up, the same if None."""
    model = ScriptedModel.made(home / "model", start_delay=delay, warm_up_delay=warm_up)
    more = f"first_audio_budget: {budget}"
    async with scripted_gateway(home, model, "nova", more=more, ready=False) as gateway:
        async with asyncio.timeout(READY_WITHIN):
            while (await gateway.ask("/health")).json["status"] != "ok":  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)
        yield model, gateway


async def restarts(gateway: GatewayProcess) -> int:
    told: dict[str, Any] = (await gateway.ask("/v1/status")).json
    count = told["engines"]["mlx"]["models"][0]["restarts"]
    assert isinstance(count, int)
    return count


async def said(settings: Settings, text: str) -> Said:
    """By a robot that is started for this one line."""
    return await Robot(settings).say(text, "nova", play=False)


def pinned(make: Callable[..., Settings], gateway: GatewayProcess) -> Settings:
    return make(gateway=f"127.0.0.1:{gateway.port}")


async def until_it_rests(model: ScriptedModel, gateway: GatewayProcess, count: int) -> None:
    """So many sentences were given to the model, and it has spoken them to their end."""
    async with asyncio.timeout(30):
        while True:
            worker = (await gateway.ask("/health")).json["engines"]["mlx"]["models"][0]
            if worker["sentences"] >= count and worker["state"] == "ready" and len(model.given()) >= count:
                return
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_within_its_budget_it_is_the_clone_that_the_robot_hears(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    """X10, quicker: more than the two seconds that a robot waits for whom it does not know."""
    async with slow(tmp_path, 2.4, 6.0, warm_up=0.0) as (_, gateway):
        here = pinned(settings, gateway)
        spoken = await said(here, LINES[0])
        assert (spoken.via, spoken.engine) == ("gateway", "mlx")
        assert spoken.first_audio_ms > 2000
        assert await restarts(gateway) == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_four_seconds_and_a_half_of_a_budget_of_ten(
    tmp_path: Path, settings: Callable[..., Settings]
) -> None:
    """X10, as it is told of."""
    async with slow(tmp_path, 4.5, 10.0) as (_, gateway):
        here = pinned(settings, gateway)
        await said(here, "Hello.")
        for line in LINES:
            assert (await said(here, line)).via == "gateway"
        assert await restarts(gateway) == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_daemon_waits_as_long_as_a_command_does(tmp_path: Path, robotvoice: Commands) -> None:
    """Over the connection that it keeps; also after many lines that were there at once."""
    async with slow(tmp_path, 4.5, 10.0, warm_up=0.0) as (_, gateway):
        loudspeaker = Loudspeaker.make(tmp_path / "bin", 0.02)
        where = {"ROBOTVOICE_GATEWAY": f"127.0.0.1:{gateway.port}", "ROBOTVOICE_PERSONA": "nova"}
        with running_daemon(robotvoice, loudspeaker, **where) as daemon:
            await soon(lambda: daemon.status()["gateway"]["ready"])

            async def line(text: str) -> str:
                _, told = await asyncio.to_thread(daemon.say, text, wait=True)
                return str(told["via"])

            assert await line("It is kept from now on.") == "gateway"
            for _ in range(25):
                await line("It is kept from now on.")
            assert await line(LINES[0]) == "gateway"
        assert await restarts(gateway) == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("warm_up", [None, 0.0], ids=["as expected", "unforeseen"])
async def test_four_seconds_and_a_half_of_a_budget_of_two(
    tmp_path: Path, settings: Callable[..., Settings], warm_up: float | None
) -> None:
    """X10: the robot speaks in time, the worker lives, the words are there as the clone the next time."""
    async with slow(tmp_path, 4.5, 2.0, warm_up=warm_up) as (model, gateway):
        here = pinned(settings, gateway)
        for number, line in enumerate(LINES, 1):
            spoken = await said(here, line)
            assert (spoken.via, spoken.substitute) == ("robot", True)
            assert spoken.first_audio_ms < 2600
            await until_it_rests(model, gateway, number)
        for line in LINES:
            assert (await said(here, line)).via == "gateway"
        assert [each.text for each in model.given()] == list(LINES), "each was made once"
        assert await restarts(gateway) == 0
        told = (await gateway.ask("/v1/status")).json["personas"]["nova"]["reason"]["text"]
        assert re.search(r"begins after 4\.\d s .* write first_audio_budget: 7\.\d ", told)
        logged = [line for line in gateway.log if "write first_audio_budget: 7." in line]
        assert len(logged) == 1, "it is told once"


@pytest.mark.slow
async def test_who_leaves_before_the_first_sound_finds_it_the_next_time(tmp_path: Path) -> None:
    """Whatever the client: the worker is not stopped in its first piece, and what it makes is kept."""
    async with slow(tmp_path, 0.8, 5.0, warm_up=0.0) as (model, gateway):
        target = "/synthesize?voice=nova&text=Good+night."
        asking = asyncio.create_task(gateway.ask(target))
        await soon_given(model, 1)
        asking.cancel()
        await asyncio.wait({asking})
        await until_it_rests(model, gateway, 1)
        answer = await gateway.ask(target)
        assert answer.headers["X-Voice-Engine"] == "mlx"
        assert len(model.given()) == 1
        assert await restarts(gateway) == 0


async def soon_given(model: ScriptedModel, count: int) -> None:
    await soon(lambda: len(model.given()) >= count)


@pytest.mark.slow
async def test_what_is_left_gives_way_to_what_somebody_wants_and_is_made_afterwards(tmp_path: Path) -> None:
    async with slow(tmp_path, 1.0, 10.0, warm_up=0.0) as (model, gateway):
        asking = asyncio.create_task(gateway.ask("/synthesize?voice=nova&text=One+is+left."))
        await soon_given(model, 1)
        asking.cancel()
        await asyncio.wait({asking})
        answer = await gateway.ask("/synthesize?voice=nova&text=Two+is+wanted.")
        assert answer.headers["X-Voice-Engine"] == "mlx"
        assert float(answer.headers["X-Synthesis-Time"]) < 3.5, "a first piece each"
        await until_it_rests(model, gateway, 2)
        await soon_given(model, 3)
        assert [each.text for each in model.given()] == ["One is left.", "Two is wanted.", "One is left."]
        assert await restarts(gateway) == 0


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_a_model_slower_than_any_limit_is_known_by_its_own_pace(tmp_path: Path) -> None:
    """Twelve seconds to the first sound, as while warming up: no worker is hung that is as it always was."""
    async with slow(tmp_path, 12.0, 60.0) as (_, gateway):
        url = f"http://127.0.0.1:{gateway.port}/synthesize?voice=nova&text=Good+night."
        answer = await gateway_answer(url)
        assert answer == "mlx"
        assert await restarts(gateway) == 0


async def gateway_answer(url: str) -> str | None:
    """Which engine spoke; takes as long as it takes."""
    async with ClientSession() as session, session.get(url, headers={"X-Budget-Ms": "60000"}) as answer:
        return answer.headers.get("X-Voice-Engine")

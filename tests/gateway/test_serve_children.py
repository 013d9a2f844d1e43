"""The children that speak may die or freeze: their text ends well, and none outlives the gateway."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aiohttp import ClientError

from robotvoice.engines.espeak.espeak_library import IDLE_CHILDREN
from tests.gateway.in_process import Answer, soon
from tests.gateway.process import GatewayProcess, all_gone, started

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[GatewayProcess]:
    async with started(tmp_path_factory.mktemp("home")) as gateway:
        yield gateway


async def spoken(asking: "asyncio.Task[Answer]") -> Answer:
    """The answer, if it is a whole one in the persona's own voice."""
    answer = await asking
    assert (answer.status, answer.headers["X-Voice-Substitute"]) == (200, "none")
    assert answer.frames > 10_000
    return answer


async def asked_while_its_child_is_frozen(
    gateway: GatewayProcess,
) -> "tuple[asyncio.Task[Answer], psutil.Process]":
    """A request that waits for a child which does not move."""
    (child,) = gateway.children()
    child.suspend()
    asking = asyncio.create_task(gateway.ask("/synthesize?text=Hello+there"))
    await gateway.until("/health", lambda answer: answer.json["speaking"] > 0)
    return asking, child


async def test_a_child_that_is_killed_while_idle_is_replaced(gateway: GatewayProcess) -> None:
    (child,) = gateway.children()
    child.kill()
    await spoken(asyncio.create_task(gateway.ask("/synthesize?text=Hello+there")))
    assert child.pid not in [each.pid for each in gateway.children()]
    assert (await gateway.ask("/health")).json["engines"]["espeak"]["breaker"] == "closed"


async def test_a_child_that_is_killed_in_the_middle_of_a_text_is_replaced_and_the_text_is_spoken(
    gateway: GatewayProcess,
) -> None:
    asking, child = await asked_while_its_child_is_frozen(gateway)
    child.kill()
    await spoken(asking)
    assert await all_gone([child])
    assert (await gateway.ask("/health")).json["engines"]["espeak"]["breaker"] == "closed"


async def test_a_child_that_freezes_in_the_middle_of_a_text_is_replaced_and_ended(
    gateway: GatewayProcess,
) -> None:
    asking, child = await asked_while_its_child_is_frozen(gateway)
    await spoken(asking)
    assert await all_gone([child])
    assert (await gateway.ask("/health")).json["status"] == "ok"


async def test_whatever_its_children_went_through_the_breaker_closes_again(gateway: GatewayProcess) -> None:
    asking, child = await asked_while_its_child_is_frozen(gateway)
    child.kill()
    await spoken(asking)
    await gateway.until("/health", lambda answer: answer.json["status"] == "ok")
    assert (await gateway.ask("/health")).json["engines"]["espeak"]["breaker"] == "closed"


async def test_clients_that_leave_take_the_work_of_the_children_along(gateway: GatewayProcess) -> None:
    """What is left are the few that are kept for the next text."""
    text = "+".join(["The+end+is+never+near."] * 200)
    asking = [asyncio.create_task(gateway.ask(f"/synthesize?text={text}")) for _ in range(10)]
    await gateway.until("/health", lambda answer: answer.json["speaking"] >= 8)
    for each in asking:
        each.cancel()
    await asyncio.wait(asking)
    await gateway.until("/health", lambda answer: answer.json["speaking"] == 0)
    await soon(lambda: len(gateway.children()) <= IDLE_CHILDREN)
    await spoken(asyncio.create_task(gateway.ask("/synthesize?text=Hello+there")))


async def test_when_the_gateway_is_killed_its_children_end_by_themselves(tmp_path: Path) -> None:
    async with started(tmp_path) as gateway:
        await asyncio.gather(*(gateway.ask("/synthesize?text=Hello+there") for _ in range(4)))
        children = gateway.children()
        assert children
        assert await gateway.stopped(signal.SIGKILL) == -signal.SIGKILL
        assert await all_gone(children)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process that is stopped")
async def test_when_the_gateway_is_killed_a_child_that_is_stopped_ends_too(tmp_path: Path) -> None:
    async with started(tmp_path) as gateway:
        asking, child = await asked_while_its_child_is_frozen(gateway)
        assert child.status() == psutil.STATUS_STOPPED
        assert await gateway.stopped(signal.SIGKILL) == -signal.SIGKILL
        with pytest.raises(ClientError):
            await asking
        assert await all_gone([child])

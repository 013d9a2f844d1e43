"""A worker dies or hangs under a whole gateway: every request ends well, then all is as before."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGKILL, SIGSTOP
from typing import Literal

import psutil
import pytest
import pytest_asyncio

from tests.gateway.engines.mlx.cloning_gateway import (
    ALONE,
    PIECE,
    SPARE,
    CloningGateway,
    Heard,
    same_sound,
    written,
)
from tests.gateway.engines.mlx.listening import LONG, until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

Moment = Literal["before", "middle"]
SHORT = "Hi."
WHY = {SIGKILL: {"died", "restarting"}, SIGSTOP: {"stalled", "restarting"}}
"""Who is refused because the worker is about to be replaced is told that"""


def shared_memory() -> set[Path]:
    return set(Path("/dev/shm").iterdir())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def right(gateway: CloningGateway) -> dict[str, bytes]:
    """What each persona gives alone."""
    return {name: (await gateway.said("speech", name, SHORT)).body for name in (SPARE, ALONE)}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(gateway: CloningGateway, right: dict[str, bytes]) -> tuple[Counter[str], set[Path]]:
    """What is open, and which files lie about, while nothing is wrong and nobody speaks."""
    await gateway.until_all_children_wait()
    return gateway.open_files(), gateway.scratch_files()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _all_is_as_before(
    gateway: CloningGateway, right: dict[str, bytes], whole: tuple[Counter[str], set[Path]]
) -> AsyncIterator[None]:
    """Both voices are back and right; no process, pipe, zombie or file is more than there was."""
    open_files, scratch_files = whole
    shared = shared_memory()
    yield
    await gateway.until_well()
    for name, body in right.items():
        heard = await gateway.said("speech", name, SHORT)
        assert (heard.status, heard.engine, heard.substitute) == (200, "mlx", "none")
        assert same_sound(heard.body, body)
    await gateway.until_all_children_wait()
    assert gateway.zombies() == []
    await until(lambda: gateway.open_files() == open_files, within=10.0)
    assert shared_memory() <= shared
    assert gateway.scratch_files() <= scratch_files
    assert (await gateway.health())["speaking"] == 0


@pytest.mark.parametrize("by", [SIGKILL, SIGSTOP])
@pytest.mark.parametrize(
    ("moment", "dialect", "persona"),
    [
        ("before", "synthesize", SPARE),
        ("before", "speech", ALONE),
        ("middle", "synthesize", ALONE),
        ("middle", "speech", SPARE),
        ("middle", "speech", ALONE),
    ],
)
async def test_whenever_the_worker_dies_or_hangs_the_request_ends_well(
    gateway: CloningGateway,
    right: dict[str, bytes],
    by: signal.Signals,
    moment: Moment,
    dialect: str,
    persona: str,
) -> None:
    """Also for who waits behind it. One failure is no reason to give the engine a rest."""
    worker = await gateway.until_well()
    begin = written(worker)
    if moment == "before":
        # One that stands still cannot begin.
        worker.suspend()
    asking = asyncio.create_task(gateway.said(dialect, persona, LONG))
    await gateway.until_speaking(1)
    other = ALONE if persona == SPARE else SPARE
    waiting = asyncio.create_task(gateway.said("synthesize", other, SHORT))
    if moment == "before":
        await gateway.until_speaking(2)
    else:
        await gateway.until_written(worker, begin + 2 * PIECE)
    os.kill(worker.pid, by)
    ends_well(await asking, dialect, persona, WHY[by], sounded=moment == "middle")
    ends_well(await waiting, "synthesize", other, WHY[by], sounded=False)
    await until(lambda: not worker.is_running())
    assert (await gateway.mlx())["breaker"] == "closed"


def ends_well(heard: Heard, dialect: str, persona: str, why: set[str], *, sounded: bool) -> None:
    """With all of it in another voice, or with an error that says so; a part is never taken for the whole."""
    if dialect == "speech" and sounded:
        # What was heard was the persona's own; either it is said again, or the answer breaks off.
        assert (heard.status, heard.engine, heard.whole) == (200, "mlx", persona == SPARE)
    elif persona == SPARE:
        assert (heard.status, heard.engine, heard.whole) == (200, "espeak", True)
        assert heard.substitute in why
    else:
        assert heard.status in (500, 503)
        assert heard.whole
        assert b'"error"' in heard.body


async def test_failures_in_a_row_open_the_breaker_and_canaries_close_it(
    gateway: CloningGateway, right: dict[str, bytes]
) -> None:
    """Until then requests are answered by the next voice without asking a worker that is ready."""
    for _ in range(3):
        worker = await gateway.until_well()
        begin = written(worker)
        asking = asyncio.create_task(gateway.said("speech", SPARE, LONG))
        await gateway.until_written(worker, begin + PIECE)
        worker.kill()
        heard = await asking
        assert (heard.status, heard.whole) == (200, True)
    told = await gateway.mlx()
    assert (told["ready"], told["breaker"]) == (False, "open")
    assert "SIGKILL" in told["reason"]
    assert told["retry_after"] > 0
    heard = await gateway.said("synthesize", SPARE, SHORT)
    assert (heard.status, heard.engine) == (200, "espeak")
    await gateway.until_well()
    assert (await gateway.mlx())["breaker"] == "closed"


async def test_a_worker_that_is_killed_while_nobody_speaks_is_nobodys_failure(
    gateway: CloningGateway,
) -> None:
    worker = await gateway.until_well()
    worker.kill()
    await until(lambda: not psutil.pid_exists(worker.pid))
    assert written(await gateway.until_well()) > 0
    assert (await gateway.mlx())["breaker"] == "closed"

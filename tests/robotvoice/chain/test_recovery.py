"""What the recovery loop promises, with engines that answer their probes as told."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from robotvoice.chain.breaker import BreakerSettings, CircuitBreaker, State
from robotvoice.chain.recovery import recover, send_canary
from robotvoice.engines.base import Engine, EngineBase
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

SOON = 5.0
"""Seconds within which everything here happens, or the test fails"""


class ProbedEngine(EngineBase):
    """Only ever probed; `answer` is what a probe does."""

    description = "an engine for tests"
    first_audio_cap = 1.0

    def __init__(self, name: str, answer: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self.answer = answer
        self.probes = 0
        self.probing = 0
        self.most_at_once = 0

    def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        raise NotImplementedError

    async def probe(self) -> None:
        self.probes += 1
        self.probing += 1
        self.most_at_once = max(self.most_at_once, self.probing)
        try:
            await self.answer()
        finally:
            self.probing -= 1


async def works() -> None: ...


async def hangs() -> None:
    await asyncio.Event().wait()


async def fails() -> None:
    raise EngineFailure("died", "the worker died")


async def refuses() -> None:
    raise EngineUnavailable("loading", "the model is being loaded")


async def breaks() -> None:
    raise ZeroDivisionError


async def loses_its_own_task() -> None:
    raise asyncio.CancelledError


def half_open(lease: float = 10.0) -> CircuitBreaker:
    breaker = CircuitBreaker("engine", BreakerSettings(lease=lease), random=lambda: 0.0)
    for _ in range(3):
        permit = breaker.acquire()
        assert permit is not None
        permit.fail(Reason("first", "the failure that opened it"))
    breaker.half_open_now()
    return breaker


async def until(promise: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON):
        while not promise():  # noqa: ASYNC110 - a breaker has no event that could be waited for
            await asyncio.sleep(0.001)


@asynccontextmanager
async def recovering(*guarded: tuple[Engine, CircuitBreaker]) -> AsyncGenerator[None, None]:
    """The loop at full speed: its sleeps only let others run. Ends it and checks that nothing is left."""
    before = asyncio.all_tasks()
    loop = asyncio.create_task(recover(guarded, sleep=lambda seconds: asyncio.sleep(0.001)))
    try:
        yield
        assert not loop.done() or not guarded
    finally:
        loop.cancel()
        await asyncio.wait([loop], timeout=SOON)
        assert loop.done()
    assert asyncio.all_tasks() == before


async def test_a_good_canary_is_told_to_the_breaker() -> None:
    engine, breaker = ProbedEngine("engine", works), half_open()
    assert await send_canary(engine, breaker, 1.0)
    assert await send_canary(engine, breaker, 1.0)
    assert breaker.state is State.CLOSED


async def test_no_canary_is_sent_unless_the_breaker_wants_one() -> None:
    engine, breaker = ProbedEngine("engine", works), CircuitBreaker("engine")
    assert not await send_canary(engine, breaker, 1.0)
    assert engine.probes == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [(fails, "died"), (hangs, "no_answer"), (breaks, "internal"), (loses_its_own_task, "internal")],
)
async def test_a_bad_canary_opens_the_breaker_again_and_says_why(
    answer: Callable[[], Awaitable[None]], code: str
) -> None:
    engine, breaker = ProbedEngine("engine", answer), half_open()
    assert not await send_canary(engine, breaker, 0.01)
    assert (breaker.state, breaker.opened) == (State.OPEN, 2)
    assert breaker.reason is not None
    assert breaker.reason.code == code


async def test_an_unforeseen_error_is_logged_with_its_engine(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        await send_canary(ProbedEngine("clone", breaks), half_open(), 1.0)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError
    assert record.__dict__["engine"] == "clone"


async def test_an_engine_that_is_not_at_fault_is_not_counted_and_may_be_asked_again() -> None:
    engine, breaker = ProbedEngine("engine", refuses), half_open()
    assert not await send_canary(engine, breaker, 1.0)
    assert (breaker.state, breaker.opened) == (State.HALF_OPEN, 1)
    engine.answer = works
    assert await send_canary(engine, breaker, 1.0)


async def test_a_cancelled_canary_is_not_counted_and_gives_its_lease_back() -> None:
    engine, breaker = ProbedEngine("engine", hangs), half_open()
    task = asyncio.create_task(send_canary(engine, breaker, SOON))
    await until(lambda: engine.probing == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (breaker.state, breaker.opened, engine.probing) == (State.HALF_OPEN, 1, 0)
    assert breaker.acquire_canary() is not None


async def test_the_loop_closes_the_breaker_of_an_engine_that_works_again() -> None:
    engine, breaker = ProbedEngine("engine", works), half_open()
    async with recovering((engine, breaker)):
        await until(lambda: breaker.state is State.CLOSED)
    assert engine.probes == breaker.settings.canaries_to_close


async def test_the_loop_leaves_closed_and_open_engines_alone() -> None:
    closed, opened = ProbedEngine("closed", works), ProbedEngine("opened", fails)
    breaker = half_open()
    witness = ProbedEngine("witness", refuses)
    async with recovering((closed, CircuitBreaker("closed")), (opened, breaker), (witness, half_open())):
        await until(lambda: witness.probes >= 20)
    assert (closed.probes, opened.probes) == (0, 1)


async def test_a_hanging_probe_delays_no_other_engine() -> None:
    stuck, well = ProbedEngine("stuck", hangs), ProbedEngine("well", works)
    breaker = half_open()
    async with recovering((stuck, half_open()), (well, breaker)):
        await until(lambda: breaker.state is State.CLOSED)
        assert stuck.probing == 1
    assert stuck.probing == 0


async def test_a_hanging_probe_ends_with_the_lease_and_counts_as_a_failure() -> None:
    engine, breaker = ProbedEngine("engine", hangs), half_open(lease=0.02)
    async with recovering((engine, breaker)):
        await until(lambda: breaker.opened == 2)
    assert (breaker.state, engine.probes, engine.most_at_once) == (State.OPEN, 1, 1)


async def test_an_error_nobody_foresaw_does_not_end_the_loop() -> None:
    engine, breaker = ProbedEngine("engine", breaks), half_open()
    async with recovering((engine, breaker)):
        await until(lambda: breaker.state is State.OPEN)
        engine.answer = works
        breaker.half_open_now()
        await until(lambda: breaker.state is State.CLOSED)


async def test_the_loop_looks_every_interval_and_measures_with_its_clock(
    caplog: pytest.LogCaptureFixture,
) -> None:
    slept: list[float] = []
    now = 50.0

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            await hangs()

    async def takes_half_a_second() -> None:
        nonlocal now
        now += 0.5

    engine = ProbedEngine("engine", takes_half_a_second)
    with caplog.at_level(logging.DEBUG, "robotvoice.chain.recovery"):
        loop = asyncio.create_task(
            recover([(engine, half_open())], clock=lambda: now, sleep=sleep, interval=0.25)
        )
        await until(lambda: len(slept) == 3)
        loop.cancel()
        await asyncio.wait([loop], timeout=SOON)
    assert slept == [0.25, 0.25, 0.25]
    canaries = [(record.__dict__["good"], record.__dict__["seconds"]) for record in caplog.records]
    assert canaries == [(True, 0.5), (True, 0.5)]

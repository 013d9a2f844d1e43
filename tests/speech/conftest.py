"""Real eSpeak NG in real child processes; what a test starts is gone when it ends."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable

import psutil
import pytest

from speech.engines.espeak import EspeakEngine
from speech.engines.espeak_backend import EspeakBackend
from tests.speech.real_espeak import BACKENDS, LIBRARIES, make_backend

MakeEngine = Callable[..., EspeakEngine]


@pytest.fixture
async def nothing_left() -> AsyncIterator[None]:
    """No process, not even a zombie, no task and no open pipe is left of the test."""
    processes, tasks = psutil.Process().children(recursive=True), asyncio.all_tasks()
    yield
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}
    assert [each for each in psutil.Process().children(recursive=True) if each not in processes] == []
    # An open pipe is told by its end, as a warning, which fails the test. All generations would take 80 ms.
    gc.collect(1)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> EspeakBackend:
    """Each way of running eSpeak NG, not started."""
    which: str = request.param
    return make_backend(which)


@pytest.fixture(params=LIBRARIES)
def library_backend(request: pytest.FixtureRequest) -> EspeakBackend:
    """Each libespeak-ng, not started."""
    which: str = request.param
    return make_backend(which)


@pytest.fixture
async def make_engine(nothing_left: None) -> AsyncIterator[MakeEngine]:
    """Makes engines that are closed when the test ends."""
    made: list[EspeakEngine] = []

    def make(*backends: EspeakBackend, on_demand: bool = False) -> EspeakEngine:
        made.append(EspeakEngine(backends, on_demand=on_demand))
        return made[-1]

    yield make
    for engine in made:
        await engine.close()


@pytest.fixture
async def engine(backend: EspeakBackend, make_engine: MakeEngine) -> EspeakEngine:
    """A started eSpeak NG, each way."""
    engine = make_engine(backend)
    await engine.start()
    return engine


@pytest.fixture
async def library_engine(library_backend: EspeakBackend, make_engine: MakeEngine) -> EspeakEngine:
    """A started eSpeak NG, as a library."""
    engine = make_engine(library_backend)
    await engine.start()
    return engine

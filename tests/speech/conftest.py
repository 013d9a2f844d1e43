"""Real eSpeak NG and pyttsx3 in real child processes; what a test starts is gone when it ends."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from speech.engines.espeak import EspeakEngine
from speech.engines.espeak_backend import EspeakBackend
from speech.engines.pyttsx3 import Pyttsx3Engine
from tests.speech.real_espeak import BACKENDS, LIBRARIES, make_backend

MakeEngine = Callable[..., EspeakEngine]
StartPyttsx3 = Callable[..., Awaitable[Pyttsx3Engine]]


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


@pytest.fixture
def sound_folder(tmp_path: Path) -> Iterator[Path]:
    """For what pyttsx3 writes; all of it is gone in the end."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
async def start_pyttsx3(nothing_left: None) -> AsyncIterator[StartPyttsx3]:
    """Starts engines that are closed when the test ends; takes what `Pyttsx3Engine` does."""
    started: list[Pyttsx3Engine] = []

    async def start(*arguments: Any, **options: Any) -> Pyttsx3Engine:
        started.append(Pyttsx3Engine(*arguments, **options))
        await started[-1].start()
        return started[-1]

    yield start
    for engine in started:
        await engine.close()

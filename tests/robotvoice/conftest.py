"""Real eSpeak NG in real child processes; what a test starts is gone when it ends."""

from collections.abc import AsyncIterator, Callable

import pytest

from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from tests.robotvoice.engines.espeak.real_espeak import BACKENDS, LIBRARIES, make_backend

MakeEngine = Callable[..., EspeakEngine]


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

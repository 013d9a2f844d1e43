"""A machine that can open no more files for a moment delays a sentence, and loses none."""

import asyncio
import resource

import pytest

from robotvoice.chain import candidates
from robotvoice.chain.breaker import CircuitBreaker, State
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import MachineFull
from tests.fakes.scripted_engine import BUSY, DIES, ScriptedEngine
from tests.robotvoice.chain.chain import breaker_of, chain_of, guard, is_complete, tell, utterance
from tests.robotvoice.conftest import MakeEngine
from tests.robotvoice.engines.espeak.real_espeak import HELLO, PLAIN, SOON, children

FULL = MachineFull("no more files")
STANDARD = 3
"""Files that every process has"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "AGAIN_AFTER", 0.01)


@pytest.mark.usefixtures("quick")
async def test_who_could_not_begin_is_asked_again_until_the_machine_has_room() -> None:
    espeak, last = ScriptedEngine("espeak", *[(FULL,)] * 4, (10,)), ScriptedEngine("pyttsx3", (FULL,))
    guarded = guard(espeak)
    told = await tell(chain_of(guarded, last), utterance("One."))
    assert told.story == ["0:espeak", "10", "complete"]
    assert breaker_of(guarded).state is State.CLOSED
    assert len(espeak.asked) == 5


@pytest.mark.usefixtures("quick")
async def test_a_machine_that_stays_full_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "FULL_FOR", 0.1)
    last = ScriptedEngine("pyttsx3", (FULL,))
    async with asyncio.timeout(SOON):
        told = await tell(chain_of(last), utterance("One."))
    assert told.story == ["incomplete"]
    assert told.ended.reason is not None and told.ended.reason.code == "machine_full"


@pytest.mark.usefixtures("quick")
async def test_only_who_met_the_full_machine_is_asked_again_and_not_after_another_failure() -> None:
    dead, busy = ScriptedEngine("clone", (DIES,)), ScriptedEngine("upstream", (BUSY,))
    last = ScriptedEngine("pyttsx3", (FULL,), (FULL,), (DIES,))
    told = await tell(chain_of(dead, busy, last), utterance("One."))
    assert told.story == ["incomplete"]
    assert (len(dead.asked), len(busy.asked), len(last.asked)) == (1, 1, 3)


async def test_who_has_its_own_substitute_is_not_kept_waiting() -> None:
    engine = ScriptedEngine("clone", (FULL,))
    chain = FallbackChain([ChainEntry(guard(engine), PLAIN)], last_resort=False)
    assert (await tell(chain, utterance("One."))).story == ["incomplete"]
    assert len(engine.asked) == 1


@pytest.mark.slow
async def test_espeak_itself_waits_for_room_and_speaks(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(backend)
    await engine.start()
    for child in children():
        child.kill()
    assert await _speaks_when_there_is_room(engine)


@pytest.mark.slow
async def test_nor_is_an_espeak_lost_that_was_to_start_then(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    """It is not held to be missing either, which would be for good."""
    engine = make_engine(backend, on_demand=True)
    assert await _speaks_when_there_is_room(engine)


async def _speaks_when_there_is_room(engine: EspeakEngine) -> bool:
    """In a second."""
    guarded = GuardedEngine(engine, CircuitBreaker("espeak"))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (STANDARD, before[1]))
    loop = asyncio.get_running_loop()
    loop.call_later(1.0, resource.setrlimit, resource.RLIMIT_NOFILE, before)
    try:
        told = await tell(FallbackChain([ChainEntry(guarded, PLAIN)]), utterance(HELLO))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    return is_complete(told) and breaker_of(guarded).state is State.CLOSED

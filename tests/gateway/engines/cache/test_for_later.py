"""What came too late is there the next time."""

import asyncio

from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import ChainEvent
from robotvoice.utterance import Priority, RequestOptions, Sentence
from tests.gateway.engines.cache.conftest import Kept
from tests.gateway.engines.cache.parrot import VOICE, pcm_for, pcm_of
from tests.gateway.engines.cache.test_chain import Chain, ledger, utterance
from tests.gateway.in_process import soon

SOON = Budget(first_audio=0.6)


async def told(chain: Chain, *texts: str) -> list[ChainEvent]:
    return [event async for event in chain.whole.speak(utterance(*texts), budget=SOON)]


async def test_a_clone_that_would_be_too_late_is_made_for_the_next_time(kept: Kept) -> None:
    chain = Chain(kept)
    kept.parrot.estimate = 5.0
    assert ledger(await told(chain, "One.")) == [("espeak", False, "too_late")]
    await soon(lambda: kept.cache.holds(Sentence(0, "One."), VOICE))
    assert ledger(await told(chain, "One.")) == [("mlx", True, None)]


async def test_few_are_made_at_a_time_and_none_twice(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    for text in ("One.", "One.", "Two.", "Three.", "Four."):
        kept.storing.make_for_later(Sentence(0, text), VOICE)
        await asyncio.sleep(0)
    await soon(lambda: len(kept.parrot.begun) == 2)
    kept.parrot.may_go_on.set()
    await soon(lambda: kept.cache.holds(Sentence(0, "Two."), VOICE))
    assert kept.parrot.begun == ["One.", "Two."]


async def test_who_asks_in_earnest_does_not_wait_for_what_is_made_in_the_background(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    kept.storing.make_for_later(Sentence(0, "One."), VOICE)
    await soon(lambda: kept.parrot.begun == ["One."])
    asking = asyncio.create_task(pcm_of(kept.storing, "One."))
    await soon(lambda: kept.parrot.begun == ["One.", "One."])
    kept.parrot.may_go_on.set()
    assert await asking == pcm_for("One.", VOICE)


async def test_a_stop_ends_what_nobody_waits_for(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    kept.storing.make_for_later(Sentence(0, "One."), VOICE)
    await soon(lambda: kept.parrot.begun == ["One."])
    await kept.storing.close()
    assert kept.parrot.given_up == 1


async def test_a_flight_has_no_time_of_its_own(kept: Kept) -> None:
    """Who joins it later has more time than who began it."""
    asked = RequestOptions("a", Priority.DIALOGUE, start_by=asyncio.get_running_loop().time() - 1)
    async for _ in kept.storing.speak(Sentence(0, "One.", asked), VOICE):
        pass
    assert kept.cache.holds(Sentence(0, "One."), VOICE)

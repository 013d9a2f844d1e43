"""A persona whose words are kept: which of the two speaks is no change of voice."""

import asyncio
from pathlib import Path

import pytest

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.chains import chain_for
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.whole_file import speak_whole
from robotvoice.engines.base import Engine
from robotvoice.errors import EngineFailure
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome, Reason, Sentence, Spoken, Utterance
from tests.gateway.engines.cache.conftest import Kept
from tests.gateway.engines.cache.parrot import VOICE, Parrot, pcm_for, pcm_of
from tests.gateway.in_process import running, soon

ESPEAK = VoiceSpec("espeak", voice="en")
PERSONA = Persona("rook", "Rook", "en", VOICE, (ESPEAK,))


class Chain:
    """The chain of `PERSONA`, and the breaker of its model."""

    def __init__(self, kept: Kept) -> None:
        self.espeak = Parrot("espeak")
        self.engines = kept.engines(self.espeak)

    @property
    def breaker(self) -> CircuitBreaker:
        breaker = self.engines["mlx"].breaker
        assert breaker is not None
        return breaker

    @property
    def whole(self) -> FallbackChain:
        return chain_for(PERSONA, self.engines)

    @property
    def own(self) -> FallbackChain:
        return chain_for(PERSONA, self.engines, own_only=True)


def utterance(*texts: str) -> Utterance:
    return Utterance("u", "rook", "en", tuple(Sentence(n, text) for n, text in enumerate(texts)))


async def told(chain: FallbackChain, *texts: str) -> list[ChainEvent]:
    return [event async for event in chain.speak(utterance(*texts))]


def ledger(events: list[ChainEvent]) -> list[tuple[str, bool, str | None]]:
    """Of each sentence: engine, stored, why not the own voice."""
    end = events[-1]
    assert isinstance(end, Ended) and end.outcome is Outcome.COMPLETE, end
    return [_row(spoken) for spoken in end.spoken]


def _row(spoken: Spoken) -> tuple[str, bool, str | None]:
    return spoken.engine, spoken.stored, spoken.substitute.code if spoken.substitute else None


async def test_kept_and_new_sentences_are_the_personas_own_voice(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    chain = Chain(kept)
    await told(chain.whole, "Two.")
    events = await told(chain.whole, "One.", "Two.", "Three.", "One.")
    assert ledger(events) == [
        ("mlx", False, None),
        ("mlx", True, None),
        ("mlx", False, None),
        ("mlx", True, None),
    ]
    assert not [event for event in events if isinstance(event, TakenOver)]
    assert {event.entry for event in events if isinstance(event, SentenceStarted)} == {0}
    pcm = b"".join(event.pcm for event in events if isinstance(event, AudioChunk))
    assert pcm == b"".join(pcm_for(text, VOICE) for text in ("One.", "Two.", "Three.", "One."))
    assert chain.whole.own_engine == "mlx"
    assert not caplog.records


async def test_a_file_of_kept_and_new_sentences_is_begun_once(kept: Kept) -> None:
    chain = Chain(kept)
    await told(chain.whole, "One.")
    kept.parrot.begun.clear()
    whole = await speak_whole(chain.whole, utterance("One.", "Two.", "Three."))
    assert kept.parrot.begun == ["Two.", "Three."]
    assert whole.substitute is None
    assert whole.entry == 0


async def test_kept_words_are_spoken_while_the_model_is_away(kept: Kept) -> None:
    chain = Chain(kept)
    await told(chain.whole, "One.")
    kept.parrot.not_ready = Reason("starting", "the model is being loaded")
    events = await told(chain.whole, "One.", "Two.", "One.")
    # Once another voice has taken over, the rest of the utterance stays with it.
    assert ledger(events) == [
        ("mlx", True, None),
        ("espeak", False, "starting"),
        ("espeak", False, "starting"),
    ]
    (takeover,) = [event for event in events if isinstance(event, TakenOver)]
    assert (takeover.from_engine, takeover.to_engine, takeover.reason.code) == ("mlx", "espeak", "starting")


async def test_what_is_kept_makes_nobody_ready(kept: Kept) -> None:
    chain = Chain(kept)
    await told(chain.whole, "One.")
    kept.parrot.not_ready = Reason("starting", "the model is being loaded")
    reason = chain.own.readiness().reason
    assert reason and reason.code == "starting"
    assert not chain.own.can_speak()
    assert chain.whole.can_speak()


async def test_a_substitute_is_never_kept_and_says_why_it_spoke(kept: Kept) -> None:
    chain = Chain(kept)
    kept.parrot.problem = EngineFailure("died", "the worker died")
    events = await told(chain.whole, "One.")
    assert ledger(events) == [("espeak", False, "died")]
    assert not kept.cache.holds(Sentence(0, "One."), VOICE)
    kept.parrot.problem = None
    assert ledger(await told(chain.whole, "One.")) == [("mlx", False, None)]


async def test_a_damaged_file_is_made_again_unheard(kept: Kept, tmp_path: Path) -> None:
    chain = Chain(kept)
    await told(chain.whole, "One.")
    await kept.cache.close()
    (file,) = (tmp_path / "audio").rglob("*.audio")
    file.write_bytes(file.read_bytes()[:-1])
    again = _reopened(tmp_path)
    await again.cache.start()
    events = await told(Chain(again).whole, "One.")
    assert ledger(events) == [("mlx", False, None)]
    await again.cache.close()


def _reopened(tmp_path: Path) -> Kept:
    """With nothing in memory."""
    store = AudioStore(tmp_path / "audio", disk_bytes=10_000_000, memory_bytes=0)
    keys = AudioKeys(b"secret")
    parrot = Parrot()
    return Kept(parrot, store, keys, StoringEngine(parrot, store, keys), CacheEngine(store, keys))


async def test_an_open_breaker_does_not_keep_kept_words_back(kept: Kept) -> None:
    chain = Chain(kept)
    await told(chain.whole, "One.")
    kept.parrot.problem = EngineFailure("died", "the worker died")
    for number in range(3):
        await told(chain.whole, f"Sentence {number}.")
    assert not chain.breaker.acquire()
    assert ledger(await told(chain.whole, "One.")) == [("mlx", True, None)]


async def test_one_failure_that_many_listen_to_does_not_open_the_breaker(kept: Kept) -> None:
    chain = Chain(kept)
    kept.parrot.problem = EngineFailure("died", "the worker died")
    events = await asyncio.gather(*(told(chain.whole, "One.") for _ in range(10)))
    assert [ledger(each) for each in events] == [[("espeak", False, "died")]] * 10
    assert kept.parrot.begun == ["One."]
    assert chain.breaker.acquire()


async def test_a_gateway_says_what_its_cache_holds(tmp_path: Path) -> None:
    kept = _reopened(tmp_path)
    engines: dict[str, Engine] = {"cache": kept.cache, "mlx": kept.storing, "espeak": Parrot("espeak")}
    async with running(engines=engines) as gateway:
        await soon(lambda: "0 on disk" in kept.store.description)
        await pcm_of(kept.storing, "One.")
        await soon(lambda: "1 on disk" in kept.store.description)
        told = (await gateway.ask("/health")).json["engines"]["cache"]
    assert told["breaker"] is None
    assert told["ready"]
    assert "1 on disk" in told["description"]

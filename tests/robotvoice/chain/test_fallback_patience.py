"""A slow engine that has nobody behind it is given more time before it is given up."""

from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry
from robotvoice.persona import VoiceSpec
from tests.fakes.scripted_engine import SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import STALL, guard, tell, utterance

SLOW = (0.3, *SPEAKS)
PATIENCE = 10.0


def chain(*engines: ScriptedEngine, patience: float = PATIENCE) -> FallbackChain:
    return FallbackChain(
        [ChainEntry(guard(engine), VoiceSpec(engine.name)) for engine in engines],
        stall=STALL,
        patience=patience,
    )


async def test_the_second_try_of_a_slow_engine_may_take_longer() -> None:
    espeak = ScriptedEngine("espeak", SLOW, first_audio_cap=0.05)
    assert (await tell(chain(espeak), utterance("One."))).story == ["0:espeak", "10", "10", "complete"]
    assert len(espeak.asked) == 2


async def test_without_patience_it_is_given_up() -> None:
    espeak = ScriptedEngine("espeak", SLOW, first_audio_cap=0.05)
    assert (await tell(chain(espeak, patience=0.0), utterance("One."))).story == ["incomplete"]


async def test_who_has_somebody_behind_is_not_waited_for() -> None:
    clone, espeak = ScriptedEngine("clone", SLOW, first_audio_cap=0.05), ScriptedEngine("espeak")
    told = await tell(chain(clone, clone, espeak), utterance("One."))
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert len(clone.asked) == 2

"""An engine that is listened to: silence is no sound, and a canary proves what a listener would hear."""

import struct
from contextlib import aclosing

import pytest

from gateway.engines.listening import CANARY, ListeningEngine
from speech.audio import AudioChunk
from speech.errors import EngineFailure
from speech.persona import VoiceSpec
from speech.utterance import Sentence
from tests.fakes.scripted_engine import ScriptedEngine, Step

VOICE = VoiceSpec("clone", "vixen")
SENTENCE = Sentence(0, "Hello there, robot.")
RATE = 1000


class PlayingEngine(ScriptedEngine):
    """Of each step, samples that can be heard; of a negative one, silence."""

    async def speak(self, sentence, voice):  # type: ignore[no-untyped-def]  # as ScriptedEngine
        async with aclosing(super().speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                loud = chunk.samples % 2 == 0
                yield AudioChunk(
                    struct.pack("<h", 9000 if loud else 0) * chunk.samples, chunk.format, chunk.origin
                )


def engine_of(*scripts: tuple[Step, ...]) -> ListeningEngine:
    return ListeningEngine(PlayingEngine("clone", *scripts, sample_rate=RATE))


async def heard(engine: ListeningEngine) -> list[int]:
    async with aclosing(engine.speak(SENTENCE, VOICE)) as chunks:
        return [chunk.samples async for chunk in chunks]


async def test_silence_in_front_is_held_back_until_there_is_something_to_hear() -> None:
    """Odd lengths are silent here."""
    assert await heard(engine_of((301, 301, 900))) == [0, 0, 301, 301, 900]


async def test_of_a_sentence_that_is_nothing_but_silence_nothing_is_passed_on() -> None:
    got: list[int] = []
    with pytest.raises(EngineFailure) as failure:
        async with aclosing(engine_of((401, 401)).speak(SENTENCE, VOICE)) as chunks:
            async for chunk in chunks:
                got.append(chunk.samples)
    assert (failure.value.reason, sum(got)) == ("silent", 0)


@pytest.mark.parametrize("script", [(), (401,), (200,)], ids=["nothing", "silence", "cut short"])
async def test_a_canary_fails_where_a_listener_would_miss_something(script: tuple[Step, ...]) -> None:
    engine = engine_of((900,), script)
    await heard(engine)
    with pytest.raises(EngineFailure):
        await engine.probe()


async def test_a_canary_is_spoken_with_the_voice_that_was_heard_last_and_only_then() -> None:
    inner = PlayingEngine("clone", (1400,), sample_rate=RATE)
    engine = ListeningEngine(inner)
    await engine.probe()
    assert inner.asked == []
    await heard(engine)
    await engine.probe()
    assert inner.asked == [SENTENCE.text, CANARY.text]

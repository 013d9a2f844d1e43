"""An engine that is listened to: silence is no sound, and a canary proves what a listener would hear."""

import struct
from contextlib import aclosing

import pytest

from gateway.guard.output_guard_engine import OutputGuardEngine
from robotvoice.chain.voice_recovery import CANARIES
from robotvoice.errors import ContentFailure, EngineFailure
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence
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


def engine_of(*scripts: tuple[Step, ...]) -> OutputGuardEngine:
    return OutputGuardEngine(PlayingEngine("clone", *scripts, sample_rate=RATE))


async def heard(engine: OutputGuardEngine, voice: VoiceSpec = VOICE) -> list[int]:
    async with aclosing(engine.speak(SENTENCE, voice)) as chunks:
        return [chunk.samples async for chunk in chunks]


class ByVoice(PlayingEngine):
    """Speaks well with each voice but these, with which it makes silence."""

    def __init__(self, *bad: str) -> None:
        super().__init__("clone", (1400,), sample_rate=RATE)
        self.bad = set(bad)
        self.spoken: list[tuple[str, str, int]] = []
        """Voice, text and take"""

    async def speak(self, sentence, voice):  # type: ignore[no-untyped-def]  # as ScriptedEngine
        self.spoken.append((voice.voice, sentence.text, sentence.take))
        async with aclosing(super().speak(sentence, voice)) as chunks:  # type: ignore[no-untyped-call]  # above
            async for chunk in chunks:
                silent = voice.voice in self.bad
                yield AudioChunk(bytes(len(chunk.pcm)), chunk.format, chunk.origin) if silent else chunk


async def proven(*voices: str, bad: tuple[str, ...] = ()) -> tuple[OutputGuardEngine, ByVoice]:
    """After each of these voices has spoken well, the last one last; then the bad ones go bad."""
    inner = ByVoice()
    engine = OutputGuardEngine(inner)
    for name in voices:
        await heard(engine, VoiceSpec("clone", name))
    inner.bad, inner.spoken = set(bad), []
    return engine, inner


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
async def test_a_canary_fails_where_every_listener_would_miss_something(script: tuple[Step, ...]) -> None:
    engine = engine_of((900,), (900,), script)
    for name in ("vixen", "spark"):
        await heard(engine, VoiceSpec("clone", name))
    with pytest.raises(EngineFailure):
        await engine.probe()


async def test_a_canary_is_spoken_with_the_voice_that_was_heard_last_and_only_then() -> None:
    inner = PlayingEngine("clone", (1400,), sample_rate=RATE)
    engine = OutputGuardEngine(inner)
    await engine.probe()
    assert inner.asked == []
    await heard(engine)
    await engine.probe()
    assert inner.asked == [SENTENCE.text, CANARIES[0]]


async def test_no_two_canaries_are_the_same() -> None:
    """What comes out wrong once, with one text and one seed, would for ever."""
    engine, inner = await proven("nova")
    for _ in range(6):
        await engine.probe()
    assert len({(text, take) for _, text, take in inner.spoken}) == 6
    assert {text for _, text, _ in inner.spoken} == set(CANARIES)


async def test_a_canary_does_not_depend_on_a_voice_that_went_bad() -> None:
    """Y1: she spoke last; nobody else has to wait for her."""
    engine, inner = await proven("brim", "nova", bad=("nova",))
    with pytest.raises(ContentFailure):
        await heard(engine, VoiceSpec("clone", "nova"))
    for _ in range(3):
        await engine.probe()
    assert [voice for voice, *_ in inner.spoken] == ["nova", "brim", "brim", "brim"]


async def test_a_voice_that_goes_bad_in_a_canary_is_followed_by_another_one() -> None:
    engine, inner = await proven("brim", "nova", bad=("nova",))
    await engine.probe()
    assert [voice for voice, *_ in inner.spoken] == ["nova", "brim"]


async def test_one_voice_alone_proves_nothing_against_its_engine() -> None:
    engine, inner = await proven("nova", bad=("nova",))
    await engine.probe()
    assert [voice for voice, *_ in inner.spoken] == ["nova"]


async def test_the_clip_of_a_single_request_is_no_canarys() -> None:
    engine, inner = await proven()
    await heard(engine, VoiceSpec("clone", "ref_audio", model_voice=ModelVoice("model", "key", ad_hoc=True)))
    inner.spoken = []
    await engine.probe()
    assert inner.spoken == []

"""A speed is followed by voices that have a rate, as far as they go; the others say that they do not."""

import pytest

from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.chain.whole_file import speak_whole
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import RequestOptions, Sentence, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.speed import possible, rate_at
from tests.fakes.scripted_engine import ScriptedEngine

TEXT = "The robot rolls over the red carpet and sees two cats asleep."


async def seconds_of(engine: EspeakEngine, asked: RequestOptions, voice: VoiceSpec) -> tuple[float, int]:
    """How long it speaks, and the rate it says it was set to."""
    samples, rate = 0, 0
    async for chunk in engine.speak(Sentence(0, TEXT, asked), voice):
        samples += chunk.samples
        rate = chunk.origin.settings["rate"]
    return samples / chunk.format.sample_rate, rate


@pytest.mark.parametrize("backend", ["library", "command"])
async def test_espeak_speaks_as_fast_as_it_is_asked_to(backend: str) -> None:
    engine = EspeakEngine.installed(backend)  # type: ignore[arg-type]  # a literal
    await engine.start()
    voice = VoiceSpec("espeak", "en", rate=160)
    try:
        usual, _ = await seconds_of(engine, RequestOptions(), voice)
        for speed in (0.5, 2.0):
            warnings = VoiceWarnings()
            seconds, rate = await seconds_of(engine, RequestOptions(speed=speed, warnings=warnings), voice)
            assert rate == 160 * speed
            assert 0.6 < (usual / seconds) / speed < 1.6
            assert not warnings
        _, rate = await seconds_of(engine, RequestOptions(speed=2.0), VoiceSpec("espeak", "en"))
        assert rate == 350
    finally:
        await engine.close()


@pytest.mark.parametrize(("speed", "rate", "far"), [(0.25, 80, "0.5"), (4.0, 450, "2.8")])
def test_beyond_its_range_a_voice_goes_as_far_as_it_can_and_says_so(
    speed: float, rate: int, far: str
) -> None:
    warnings = VoiceWarnings()
    assert rate_at(160, RequestOptions(speed=speed, warnings=warnings), 80, 450) == rate
    assert list(warnings) == [f"speed is followed as far as {far} by this voice"]
    assert rate_at(20, RequestOptions(), 80, 450) == 80, "a persona's own rate is nobody's wish"


@pytest.mark.parametrize(("asked", "taken"), [(0.0, 0.25), (-3, 0.25), (4.01, 4), (1e9, 4), (0.25, 0.25)])
def test_of_a_speed_there_is_not_the_nearest_is_taken(asked: float, taken: float) -> None:
    warnings = VoiceWarnings()
    assert possible(asked, warnings) == taken
    assert len(warnings) == (asked != taken)
    assert set(warnings.about) <= {"speed"}


async def test_whose_sound_has_one_speed_only_says_so_and_who_took_over_does_not() -> None:
    """By the one who made the sound: a substitute may be able to."""
    warnings = VoiceWarnings()
    told = RequestOptions(speed=1.5, warnings=warnings)
    utterance = Utterance("1", "spark", "en", (Sentence(0, TEXT, told),))
    followed = GuardedEngine(ScriptedEngine("espeak"))
    await speak_whole(FallbackChain([ChainEntry(followed, VoiceSpec("espeak"))]), utterance)
    assert not warnings
    fixed = GuardedEngine(ScriptedEngine("mlx"))
    await speak_whole(FallbackChain([ChainEntry(fixed, VoiceSpec("mlx"))]), utterance)
    assert list(warnings) == ["speed is not followed by this voice"]

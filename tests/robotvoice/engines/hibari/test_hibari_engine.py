"""The neural voice in its child process: what it says, how it is set, and where it does not speak."""

from pathlib import Path

import numpy as np
import pytest

from gateway.loudness.loudness_measure import TARGET, integrated_loudness
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.base import takes_language
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.hibari.hibari_engine import HibariEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Outcome, RequestOptions, Sentence
from robotvoice.voice_warnings import VoiceWarnings
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.engines.espeak.real_espeak import children, hear, rest_of
from tests.robotvoice.engines.hibari.real_hibari import NEEDS_HIBARI, hibari, its_child, with_package

PLAIN = VoiceSpec("hibari", language="en")
HIGH, LOW = VoiceSpec("hibari", semitones=3.0), VoiceSpec("hibari", semitones=-4.0)
TEXT = "Today we find out how a robot speaks, and who lends it the voice it speaks with."
ESPEAK = VoiceSpec("espeak")


@NEEDS_HIBARI
async def test_it_speaks_as_high_and_as_fast_as_it_is_told(nothing_left: None) -> None:
    async with hibari() as engine:
        assert engine.readiness(PLAIN) and not children()
        plain, high, low = [await hear(engine, TEXT, voice) for voice in (PLAIN, HIGH, LOW)]
        quick = await hear(engine, TEXT, VoiceSpec("hibari", semitones=3.0, speed=1.5))
        child = its_child()

        for sound in (plain, high, low, quick):
            assert sound.sample_rate == 24_000
            assert integrated_loudness(sound.samples / 32_768, 24_000) == pytest.approx(TARGET, abs=1)
            loud = np.flatnonzero(np.abs(sound.samples) > 300)
            assert loud[0] < 0.06 * 24_000 and len(sound.samples) - loud[-1] < 0.25 * 24_000
        assert high.hertz / plain.hertz == pytest.approx(2 ** (3 / 12), rel=0.08)
        assert low.hertz / plain.hertz == pytest.approx(2 ** (-4 / 12), rel=0.08)
        for sound in (high, low):
            assert sound.seconds == pytest.approx(plain.seconds, rel=0.12)
        assert 0.6 < quick.seconds / high.seconds < 0.85
        assert quick.origin.settings == {"cents": 300, "percent": 150}

        warnings = VoiceWarnings()
        asked = Sentence(0, TEXT, RequestOptions(speed=4.0, warnings=warnings))
        fast = await rest_of(engine.speak(asked, PLAIN))
        assert fast.seconds < 0.65 * plain.seconds
        assert "followed as far as 2" in str(list(warnings))

        mixed = await hear(engine, "It is a café. Привет, мир! [spoken](/nothing/)", PLAIN)
        assert mixed.seconds > 1.5
        with pytest.raises(EngineUnavailable) as refused:
            await hear(engine, "Привет, мир!", PLAIN)
        assert refused.value.reason == CANNOT_READ
        await engine.probe()
        assert children() == [child], "all of it by the one that was there"


async def test_another_language_than_english_is_not_for_it() -> None:
    engine = HibariEngine()
    if not engine.readiness(PLAIN):
        pytest.skip("the package hibari-tts is not installed")
    for tag in ("de", "ja", "pt-BR"):
        reason = engine.readiness(VoiceSpec("hibari").of(tag)).reason
        assert reason and reason.code == CANNOT_SPEAK, tag
        with pytest.raises(EngineUnavailable, match="speaks English"):
            await hear(engine, TEXT, VoiceSpec("hibari", language=tag))
    assert engine.readiness(VoiceSpec("hibari").of("en-GB")) and takes_language(engine, PLAIN)
    assert VoiceSpec("espeak").of("de").language is None, "has a voice for each"


async def test_without_its_package_it_says_how_to_install_it_and_starts_nothing(
    tmp_path: Path, nothing_left: None
) -> None:
    engine = HibariEngine(path=[str(tmp_path)])
    await engine.start()
    await engine.warm_up()
    reason = engine.readiness(PLAIN).reason
    assert reason and reason.code == "not_installed"
    assert ".[neural]" in reason.text and engine.description == reason.text
    with pytest.raises(EngineUnavailable):
        await hear(engine, TEXT, PLAIN)
    with pytest.raises(EngineFailure):
        await engine.probe()
    assert not children()
    (tmp_path / "hibari" / "assets").mkdir(parents=True)
    (tmp_path / "hibari" / "assets" / "hibari.onnx").touch()
    await engine.start()
    assert engine.readiness(PLAIN), "installed since"


@NEEDS_HIBARI
@pytest.mark.parametrize(
    ("weights", "code", "reason", "told"),
    [
        (b"others", "", "wrong_weights", "is not that of release 0.2.1"),
        (b"", "import no_such_runtime", "not_installed", "No module named 'no_such_runtime'"),
    ],
    ids=["other weights", "a package without what it needs"],
)
async def test_what_cannot_be_used_is_not_run_and_the_next_voice_speaks(
    weights: bytes, code: str, reason: str, told: str, tmp_path: Path, nothing_left: None
) -> None:
    espeak = EspeakEngine.installed(on_demand=True)
    async with hibari(with_package(tmp_path, weights, code)) as engine:
        guarded = GuardedEngine(engine, CircuitBreaker("hibari"))
        chain = FallbackChain([ChainEntry(guarded, PLAIN), ChainEntry(GuardedEngine(espeak), ESPEAK)])
        *_, last = [event async for event in chain.speak(utterance("Hello.", "There."))]
        await espeak.close()
        assert isinstance(last, Ended) and last.outcome is Outcome.COMPLETE
        assert [row.engine for row in last.spoken] == ["espeak", "espeak"]
        why = engine.readiness(PLAIN).reason
        assert why and why.code == reason and told in why.text
        assert guarded.breaker and guarded.breaker.reason is None, "no failure"
        await engine.start()
        assert not engine.readiness(PLAIN), "looked at once more, and no better"

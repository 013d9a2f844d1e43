"""Drivers leave their loop early, write late, refuse, fall silent: they are waited for or told as failed."""

from pathlib import Path

import pytest

from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.text.writing.scripts import Legible
from tests.gateway.engines.pyttsx3.conftest import StartPyttsx3
from tests.gateway.engines.pyttsx3.real_pyttsx3 import PLAIN, called, fakes, hear, real


@pytest.fixture
async def engine(start_pyttsx3: StartPyttsx3, sound_folder: Path) -> Pyttsx3Engine:
    """With the driver that is like the one of macOS."""
    return await start_pyttsx3(fakes("like_macos", sound_folder))


async def test_a_driver_that_leaves_its_loop_early_and_writes_late_is_waited_for(
    engine: Pyttsx3Engine,
) -> None:
    heard = await hear(engine, voice=VoiceSpec("pyttsx3", "anna", rate=150, volume=50))
    assert heard.seconds == 20 * 150 / 22050
    assert (heard.peak, heard.sample_rate, heard.origin.voice) == (5000, 22050, "com.example.Anna")


async def test_settings_are_not_lost_when_the_driver_is_stopped(
    start_pyttsx3: StartPyttsx3, sound_folder: Path
) -> None:
    engine = await start_pyttsx3(fakes("like_linux", sound_folder))
    heard = await hear(engine, voice=VoiceSpec("pyttsx3", rate=80))
    assert heard.seconds == 2 * 80 / 22050


@pytest.mark.slow
@pytest.mark.parametrize(
    ("voice", "reason", "told"),
    [
        ("Broken off", "failed", "in the middle"),
        ("Refusing", "failed", "it does not want to"),
        ("Endless", "stalled", "0.7 s"),
        ("Empty", "no_audio", "empty"),
    ],
)
async def test_what_a_driver_does_not_finish_is_a_failure(
    engine: Pyttsx3Engine, monkeypatch: pytest.MonkeyPatch, voice: str, reason: str, told: str
) -> None:
    if voice == "Endless":
        monkeypatch.setattr("gateway.engines.pyttsx3.pyttsx3_process.SENTENCE_WITHIN", 0.7 - 20 * 0.025)
    with pytest.raises(EngineFailure, match=told) as failed:
        await hear(engine, "A text of 20 letters", called(voice))
    assert failed.value.reason == reason


async def test_a_voice_that_the_driver_does_not_take_concerns_that_voice_only(engine: Pyttsx3Engine) -> None:
    with pytest.raises(EngineUnavailable, match=r"com\.example\.Shy") as refused:
        await hear(engine, voice=called("Shy"))
    assert refused.value.reason == "unknown_voice"
    assert (await hear(engine)).peak == 10_000


async def test_a_language_means_the_usual_voice_before_another_one(engine: Pyttsx3Engine) -> None:
    assert (await hear(engine, voice=called("en"))).origin.voice == "com.example.Anna"
    assert (await hear(engine, voice=called("en-US"))).origin.voice == "com.example.Anna"
    assert not engine.readiness(called("en-GB"))
    assert engine.readiness(called("de"))


async def test_a_near_name_is_told(engine: Pyttsx3Engine) -> None:
    reason = engine.readiness(called("Ana")).reason
    assert reason is not None
    assert "near: Anna" in reason.text


async def test_a_probe_that_makes_silence_fails(start_pyttsx3: StartPyttsx3, sound_folder: Path) -> None:
    engine = await start_pyttsx3(fakes("mute", sound_folder))
    assert engine.readiness(PLAIN)
    with pytest.raises(EngineFailure) as failed:
        await engine.probe()
    assert failed.value.reason == "silent"


async def test_a_language_that_is_asked_for_is_spoken_by_a_voice_of_it_or_not_at_all(
    engine: Pyttsx3Engine,
) -> None:
    """X2. Of several voices the one of the persona stays, if it speaks that."""
    mute = VoiceSpec("pyttsx3", "Mute")
    for language, voice in (("en", "com.example.Mute"), ("eng", "com.example.Mute")):
        assert (await hear(engine, voice=mute.speaking(language))).origin.voice == voice
    assert engine.readiness(mute.speaking("de"))
    reason = engine.readiness(mute.speaking("sv")).reason
    assert reason is not None
    assert (reason.code, reason.text) == ("language", "pyttsx3 has no voice for Swedish here")


async def test_what_a_voice_of_the_system_cannot_read_is_known(
    engine: Pyttsx3Engine, start_pyttsx3: StartPyttsx3, sound_folder: Path
) -> None:
    """A4."""
    text = "Now playing 夜に駆ける by Nguyễn."
    assert engine.legible(text, PLAIN) == Legible("Now playing by Nguyễn.", ("Japanese",))
    assert engine.legible(text, called("nobody")) == Legible(text), "whoever that is"
    espeak = await start_pyttsx3(real(sound_folder))
    assert espeak.legible(text, PLAIN) == Legible("Now playing by Nguyên.", ("Japanese",))
    assert espeak.legible("東京です", called("ja")).left_out == ("Japanese",), "it reads no kanji"
    assert espeak.legible("ありがとう", called("ja")).left_out == ()

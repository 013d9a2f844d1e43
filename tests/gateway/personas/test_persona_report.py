"""What is wrong with a persona in use is in the log once, as soon as the engines know it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.clips.caller_clips import CallerClips
from gateway.personas.persona_report import PersonaReport
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import InvalidClip
from robotvoice.persona import ModelVoice, Persona, UpstreamVoice, VoiceSpec
from tests.gateway.clips.recordings import WORDS, encoded, noise, spoken
from tests.gateway.in_process import soon


@asynccontextmanager
async def reporting(personas: list[Persona]) -> AsyncIterator[PersonaReport]:
    """With the real eSpeak NG, which has started, behind every name."""
    espeak = EspeakEngine.installed("command")
    await espeak.start()
    names = {voice.engine for persona in personas for voice in persona.voices} | {"espeak"}
    report = PersonaReport(lambda: personas, dict.fromkeys(names, GuardedEngine(espeak, None)))
    task = asyncio.create_task(report.run())
    try:
        yield report
    finally:
        task.cancel()
        await asyncio.wait({task})
        await espeak.close()


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.message for each in caplog.records if each.name == "gateway.personas.persona_report"]


def nova(*fallbacks: VoiceSpec, clip: Path | None = None, words: str | None = None) -> Persona:
    cloned = UpstreamVoice("k", reference=clip, transcript=words, language="en")
    voice = VoiceSpec("espeak", "en", upstream_voice=cloned)
    return Persona("nova", "Nova", "en", voice, fallbacks)


async def test_a_fallback_that_does_not_exist_is_told_once_and_again_after_it_was_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Y3: the clone speaks well, and nobody would know before it is gone."""
    personas = [nova(VoiceSpec("espeak", "en-uk"))]
    told = "persona nova: eSpeak NG has no voice 'en-uk'; near: en-us, en-gb, uk"
    with caplog.at_level(logging.WARNING):
        async with reporting(personas) as report:
            report.look_again()
            await soon(lambda: lines(caplog) == [told])
            report.look_again()
            await asyncio.sleep(0.05)
            assert lines(caplog) == [told]
            broken, personas[0] = personas[0], nova()
            report.look_again()
            await asyncio.sleep(0.05)
            personas[0] = broken
            report.look_again()
            await soon(lambda: lines(caplog) == [told, told])


@pytest.mark.parametrize(
    ("clip", "words", "told"),
    [
        ("noise", None, "clip.wav cannot be cloned: there is no speech in it"),
        ("voice", WORDS[:70], "clip.wav: about "),
        ("voice", WORDS * 4, "clip.wav cannot be cloned: the transcript has about 3.9 times the words"),
        ("gone", None, "clip.wav cannot be cloned: the clip clip.wav cannot be read"),
        ("voice", WORDS, None),
    ],
)
async def test_what_is_wrong_with_a_clip_is_told_when_its_persona_is_loaded(
    clip: str, words: str | None, told: str | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "clip.wav"
    if clip != "gone":
        file.write_bytes(encoded(noise(12) if clip == "noise" else spoken(12)))
    mark = nova(VoiceSpec("espeak", "en-uk"), clip=file, words=words)
    with caplog.at_level(logging.WARNING):
        async with reporting([mark]) as report:
            report.look_again()
            # It comes last.
            await soon(lambda: any("en-uk" in line for line in lines(caplog)))
    found = [line for line in lines(caplog) if "en-uk" not in line]
    if told is None:
        assert found == []
    else:
        (line,) = found
        assert line.startswith(f"persona nova: {told}")


async def test_words_that_cannot_be_those_of_the_clip_keep_it_from_the_model(tmp_path: Path) -> None:
    file = tmp_path / "clip.wav"
    file.write_bytes(encoded(spoken(12)))
    clips = CallerClips()
    right = ModelVoice("m", "k", file, WORDS, language="en")
    assert (await clips.clip_of(right)).seconds == 12
    with pytest.raises(InvalidClip, match="times the words that are heard"):
        await clips.clip_of(ModelVoice("m", "k", file, WORDS * 4, language="en"))

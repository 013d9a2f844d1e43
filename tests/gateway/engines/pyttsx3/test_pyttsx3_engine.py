"""pyttsx3 speaks with the voices of the system, as a persona wants them, or says what to do."""

import asyncio
import sys
from pathlib import Path

import pytest

from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.pyttsx3.pyttsx3_process import CHILD, Pyttsx3Processes
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.pyttsx3.conftest import StartPyttsx3
from tests.gateway.engines.pyttsx3.real_pyttsx3 import HELLO, PLAIN, called, fakes, hear, real
from tests.robotvoice.engines.espeak.real_espeak import children

WITHOUT_PACKAGES = (sys.executable, "-P", "-S", str(CHILD))


@pytest.fixture
async def engine(start_pyttsx3: StartPyttsx3, sound_folder: Path) -> Pyttsx3Engine:
    """pyttsx3, started."""
    return await start_pyttsx3(real(sound_folder))


async def test_a_sentence_is_spoken(engine: Pyttsx3Engine) -> None:
    heard = await hear(engine)
    assert 0.8 < heard.seconds < 5
    assert heard.peak > 3000
    assert heard.sample_rate >= 16_000
    assert heard.origin.engine == "pyttsx3"
    assert children() == []


async def test_a_long_sentence_is_spoken_to_its_end(engine: Pyttsx3Engine) -> None:
    """The library returns before such a sentence is whole."""
    words = "one two three four five six seven eight nine ten " * 4
    once, four_times = await hear(engine, words[: len(words) // 4]), await hear(engine, words)
    assert four_times.seconds > 3 * once.seconds


@pytest.mark.parametrize(
    "text",
    ["...", "?", "🙂", "[[h@loU]] <b>bold</b>", "\ud800 half a character", "日本語", "-v --help", "one\ntwo"],
    ids=ascii,
)
async def test_every_text_is_answered(engine: Pyttsx3Engine, text: str) -> None:
    assert (await hear(engine, text)).seconds > 0
    assert (await hear(engine)).peak > 3000


async def test_rate_and_volume_are_obeyed(engine: Pyttsx3Engine) -> None:
    slow = await hear(engine, voice=VoiceSpec("pyttsx3", rate=80))
    fast = await hear(engine, voice=VoiceSpec("pyttsx3", rate=300))
    low = await hear(engine, voice=VoiceSpec("pyttsx3", volume=30))
    full = await hear(engine, voice=VoiceSpec("pyttsx3", volume=100))
    assert slow.seconds > 2 * fast.seconds
    assert full.peak > 2 * low.peak
    assert (slow.origin.settings, low.origin.settings) == ({"rate": 80}, {"volume": 30})


async def test_a_voice_is_found_by_its_language_its_name_and_its_id(engine: Pyttsx3Engine) -> None:
    german = await hear(engine, voice=called("de"))
    named = await hear(engine, voice=called(german.origin.voice))
    assert german.origin.voice == named.origin.voice != (await hear(engine)).origin.voice
    assert german.seconds == pytest.approx(named.seconds, abs=0.01)


async def test_an_unknown_voice_concerns_that_voice_only(engine: Pyttsx3Engine) -> None:
    unknown = called("Nobody at all")
    reason = engine.readiness(unknown).reason
    assert reason is not None
    assert reason.code == "unknown_voice"
    assert "'Nobody at all'" in reason.text
    with pytest.raises(EngineUnavailable) as refused:
        await hear(engine, voice=unknown)
    assert refused.value.reason == "unknown_voice"
    assert engine.readiness(PLAIN)
    assert (await hear(engine)).seconds > 0.8


async def test_a_probe_is_good_and_leaves_nothing(engine: Pyttsx3Engine) -> None:
    await engine.probe()
    assert children() == []


async def test_the_estimate_follows_what_sentences_take(engine: Pyttsx3Engine) -> None:
    before = engine.start_estimate(Sentence(0, HELLO), PLAIN)
    clock = asyncio.get_running_loop().time
    began = clock()
    await hear(engine)
    took = clock() - began
    assert before != engine.start_estimate(Sentence(0, HELLO), PLAIN) <= took


async def test_a_machine_without_pyttsx3_says_what_to_type(start_pyttsx3: StartPyttsx3) -> None:
    engine = await start_pyttsx3(Pyttsx3Processes(program=WITHOUT_PACKAGES))
    assert engine.readiness(PLAIN).retry_after is None
    reason = engine.readiness(PLAIN).reason
    assert reason is not None
    assert reason.code == "not_installed"
    assert "pip install -e '.[pyttsx3]'" in reason.text
    with pytest.raises(EngineUnavailable) as refused:
        await hear(engine)
    assert refused.value.reason == "not_installed"


async def test_a_machine_without_a_driver_says_so_and_is_asked_again(
    start_pyttsx3: StartPyttsx3, sound_folder: Path
) -> None:
    slept: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(seconds: float) -> None:
        slept.put_nowait(seconds)
        await asyncio.sleep(0.01)

    # For Windows: what it needs is never there.
    engine = await start_pyttsx3(fakes("sapi5", sound_folder), sleep=sleep)
    reason = engine.readiness(PLAIN).reason
    assert reason is not None
    assert reason.code == "unusable"
    assert "sudo apt install espeak-ng" in reason.text
    assert engine.description == reason.text
    async with asyncio.timeout(10):
        assert [await slept.get() for _ in range(3)] == [60.0] * 3

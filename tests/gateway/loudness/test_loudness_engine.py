"""An engine that is levelled: each voice is measured, and from then on comes out at one loudness."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.loudness.loudness_engine import CALIBRATION_TEXT, LoudnessEngine, levelled
from gateway.loudness.loudness_measure import CEILING, TARGET, Leveller, integrated_loudness
from gateway.loudness.voice_loudness import ENOUGH, VoiceLoudness
from robotvoice.engines.base import Engine, EngineBase
from robotvoice.errors import EngineFailure
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Sentence
from tests.gateway.clips.recordings import noise
from tests.gateway.in_process import soon

CLONE = VoiceSpec("mlx", model_voice=ModelVoice("a/model", "key of a"))
FORMAT = AudioFormat(24_000)


class Hiss(EngineBase):
    """Two chunks of noise for each sentence, one second in all."""

    description = "noise"
    first_audio_cap = 5.0

    def __init__(self, level: float = 0.02, name: str = "mlx") -> None:
        self.name, self.level = name, level
        self.asked: list[tuple[str, VoiceSpec]] = []
        self.problem: Exception | None = None
        """Raised behind the first chunk"""
        self.hold: asyncio.Event | None = None
        """If there is one, the first chunk comes when it is set"""

    def pcm(self) -> bytes:
        raw: bytes = (noise(0.5, self.level)[:, 0] * 32767).astype("<i2").tobytes()
        return raw

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.asked.append((sentence.text, voice))
        origin = Origin(self.name, "noise")
        yield AudioChunk(b"", FORMAT, origin)
        if self.hold:
            await self.hold.wait()
        yield AudioChunk(self.pcm(), FORMAT, origin)
        if self.problem:
            raise self.problem
        yield AudioChunk(self.pcm(), FORMAT, origin)


async def spoken(engine: Engine, voice: VoiceSpec = CLONE) -> bytes:
    async with aclosing(engine.speak(Sentence(0, "Hello."), voice)) as chunks:
        return b"".join([chunk.pcm async for chunk in chunks])


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def lufs(pcm: bytes) -> float:
    return integrated_loudness(np.frombuffer(pcm, "<i2") / 32768)


async def settle(engine: LoudnessEngine, loudness: VoiceLoudness, voice: VoiceSpec = CLONE) -> None:
    """Has it speak until nothing is learned any more."""
    for _ in range(2 * round(ENOUGH)):
        await spoken(engine, voice)
        await soon(lambda: not engine._learning)
    assert loudness.settled(voice)


async def test_from_its_second_sentence_a_voice_is_as_loud_as_it_should_be(tmp_path: Path) -> None:
    hiss, loudness = Hiss(), VoiceLoudness(tmp_path)
    engine = LoudnessEngine(hiss, loudness)
    assert await spoken(engine) == hiss.pcm() * 2, "of a voice that nobody has heard nothing is known"
    await soon(lambda: loudness.gain(CLONE) != 1.0)
    assert lufs(await spoken(engine)) == pytest.approx(TARGET, abs=0.2)
    await engine.close()


async def test_the_gain_is_fixed_for_a_sentence_and_once_settled_for_good(tmp_path: Path) -> None:
    hiss, loudness = Hiss(), VoiceLoudness(tmp_path)
    engine = LoudnessEngine(hiss, loudness)
    speaking = engine.speak(Sentence(0, "Hello."), CLONE)
    await anext(speaking)
    first = await anext(speaking)
    loudness.hear(CLONE, hiss.pcm(), FORMAT, settle=True)
    assert loudness.gain(CLONE) > 2
    assert [chunk.pcm async for chunk in speaking] == [first.pcm] == [hiss.pcm()]
    await soon(lambda: not engine._learning)
    gain = loudness.gain(CLONE)
    hiss.level = 0.2
    await spoken(engine)
    assert not engine._learning
    assert loudness.gain(CLONE) == gain
    await engine.close()


async def test_a_sentence_that_broke_teaches_nothing(tmp_path: Path) -> None:
    hiss, loudness = Hiss(), VoiceLoudness(tmp_path)
    engine = LoudnessEngine(hiss, loudness)
    hiss.problem = EngineFailure("died", "it died")
    with pytest.raises(EngineFailure):
        await spoken(engine)
    assert not engine._learning
    assert loudness.gain(CLONE) == 1.0
    await engine.close()


async def test_the_limiter_is_fresh_for_each_sentence_and_nothing_exceeds_the_ceiling(tmp_path: Path) -> None:
    hiss, loudness = Hiss(0.02), VoiceLoudness(tmp_path)
    engine = LoudnessEngine(hiss, loudness)
    await settle(engine, loudness)
    hiss.level = 0.3
    leveller = Leveller(loudness.gain(CLONE))
    expected = leveller.feed(hiss.pcm()) + leveller.feed(hiss.pcm())
    assert await spoken(engine) == expected
    assert await spoken(engine) == expected
    peak = np.abs(np.frombuffer(expected, "<i2").astype(np.int32)).max() / 32768
    assert 10 ** ((CEILING - 0.1) / 20) < peak <= 10 ** (CEILING / 20)
    await engine.close()


async def test_what_was_learned_of_a_personas_clone_is_known_after_a_new_start(tmp_path: Path) -> None:
    loudness = VoiceLoudness(tmp_path)
    loudness.use([CLONE])
    engine = LoudnessEngine(Hiss(), loudness)
    await settle(engine, loudness)
    await engine.close()
    again = VoiceLoudness(tmp_path)
    assert again.settled(CLONE)
    assert again.gain(CLONE) == pytest.approx(loudness.gain(CLONE), rel=0.001)
    assert CLONE.model_voice
    of_another_clip = replace(CLONE, model_voice=replace(CLONE.model_voice, key="key of b"))
    assert not again.settled(of_another_clip)
    assert not VoiceLoudness(tmp_path, {"a/model": "another commit"}).settled(CLONE)


async def test_a_callers_own_voice_is_levelled_and_leaves_nothing_on_disk(tmp_path: Path) -> None:
    assert CLONE.model_voice
    own = replace(CLONE, model_voice=replace(CLONE.model_voice, key="a caller's", ad_hoc=True))
    loudness = VoiceLoudness(tmp_path)
    loudness.use([CLONE])
    engine = LoudnessEngine(Hiss(), loudness)
    await settle(engine, loudness, own)
    assert lufs(await spoken(engine, own)) == pytest.approx(TARGET, abs=0.2)
    assert files(tmp_path) == []
    await engine.close()


@pytest.mark.parametrize("record", ["", "[]", "{", '{"a": "b"}', '{"a": null}', '{"a": 1e99}'])
def test_a_record_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, record: str) -> None:
    (tmp_path / "loudness.json").write_text(record)
    assert VoiceLoudness(tmp_path).gain(CLONE) == 1.0


def test_many_callers_do_not_make_it_forget_the_personas(tmp_path: Path) -> None:
    assert CLONE.model_voice
    loudness = VoiceLoudness(tmp_path)
    loudness.use([CLONE])
    loudness.hear(CLONE, Hiss().pcm(), FORMAT, settle=True)
    callers = [replace(CLONE, model_voice=replace(CLONE.model_voice, key=str(n))) for n in range(300)]
    for caller in callers:
        loudness.hear(caller, Hiss().pcm()[:2000], FORMAT)
    assert loudness.settled(CLONE)
    known = [caller for caller in callers if loudness.gain(caller) != 1.0]
    assert known == callers[-255:]


async def test_a_voice_of_a_quick_engine_is_measured_before_it_is_ready(tmp_path: Path) -> None:
    hiss, loudness = Hiss(name="espeak"), VoiceLoudness(tmp_path)
    voice = VoiceSpec("espeak", "en", volume=50, lexicon=(("Pi", "pie"),))
    engine = levelled({"espeak": hiss}, loudness)["espeak"]
    engine.use([voice, CLONE])
    hiss.hold = asyncio.Event()
    starting = asyncio.create_task(engine.start())
    await soon(lambda: bool(hiss.asked))
    reason = engine.readiness(voice).reason
    assert reason and reason.code == "starting"
    hiss.hold.set()
    await starting
    assert engine.readiness(voice)
    assert hiss.asked == [(CALIBRATION_TEXT.text, VoiceSpec("espeak", "en"))]
    assert lufs(await spoken(engine, voice)) == pytest.approx(TARGET, abs=0.2)
    await engine.close()


async def test_a_rehearsal_that_hangs_holds_nothing_up_for_long_and_ends_with_the_engine(
    tmp_path: Path,
) -> None:
    hiss = Hiss(name="espeak")
    hiss.hold = asyncio.Event()
    engine = LoudnessEngine(hiss, VoiceLoudness(tmp_path), rehearses=True)
    engine.use([VoiceSpec("espeak", "en")])
    async with asyncio.timeout(10):
        await engine.start()
    assert engine.readiness(VoiceSpec("espeak", "en"))
    await engine.close()
    assert len(asyncio.all_tasks()) == 1


async def test_a_voice_that_is_new_or_could_not_be_measured_is_measured_when_it_has_spoken(
    tmp_path: Path,
) -> None:
    hiss, loudness = Hiss(name="espeak"), VoiceLoudness(tmp_path)
    engine = LoudnessEngine(hiss, loudness, rehearses=True)
    voice = VoiceSpec("espeak", "en")
    await engine.start()
    hiss.problem = RuntimeError("it is not well")
    engine.use([voice])
    await soon(lambda: len(hiss.asked) == 1)
    hiss.problem = None
    assert await spoken(engine, voice) == hiss.pcm() * 2
    await soon(lambda: loudness.settled(voice))
    await engine.close()

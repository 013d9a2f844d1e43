"""Phrases are recorded in nobody's way, and what cannot be made holds up nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gateway.encoders.resample import whole_at_wire_rate
from gateway.loudness.loudness_engine import LoudnessEngine
from gateway.loudness.voice_loudness import VoiceLoudness
from gateway.phrases import phrase_rendering
from gateway.requests.app_keys import ENGINES, PHRASES
from robotvoice.chain.breaker import State
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.ai_mark import INFO_CHUNK
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Priority, Reason, Sentence
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.clips.recordings import noise
from tests.gateway.engines.cache.parrot import FORMAT, Parrot
from tests.gateway.in_process import soon
from tests.gateway.phrases.phrase_gateway import (
    ADA,
    TEXTS,
    complete,
    impatient,
    manifest,
    phrase_gateway,
    recordings,
    use,
)

SPARE = replace(ADA, fallbacks=(replace(ADA.voice, engine="espeak", model_voice=None),))


async def test_they_are_made_one_after_the_other_at_the_lowest_priority() -> None:
    engine = ScriptedEngine("mlx", (2400, 0.01, 2400))
    async with phrase_gateway(parrot=engine) as gateway:
        await complete(gateway)
    assert engine.asked == list(TEXTS)
    assert {each.asked.priority for each in engine.given} == {Priority.BACKGROUND}


async def test_nothing_is_asked_of_an_engine_that_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    parrot = Parrot()
    parrot.not_ready = Reason("loading", "it is being loaded")
    async with phrase_gateway(parrot=parrot) as gateway:
        await asyncio.sleep(0.2)
        assert parrot.begun == []
        parrot.not_ready = None
        await complete(gateway)


async def test_nothing_is_asked_while_the_breaker_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)
    parrot = Parrot()
    parrot.not_ready = Reason("loading", "it is being loaded")
    async with phrase_gateway(parrot=parrot) as gateway:
        breaker = gateway.app[ENGINES]["mlx"].breaker
        assert breaker
        breaker.force(State.FORCED_OPEN, Reason("operator", "new memory"))
        parrot.not_ready = None
        await asyncio.sleep(0.2)
        assert parrot.begun == []
        breaker.leave_to_itself()
        await complete(gateway)


async def test_failures_open_no_breaker_no_substitute_is_recorded_and_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    impatient(monkeypatch)
    parrot = Parrot()
    parrot.problem = EngineFailure("died", "it died")
    async with phrase_gateway(SPARE, parrot=parrot) as gateway:

        def told() -> list[str]:
            messages = [each.getMessage() for each in caplog.records]
            return [each for each in messages if "cannot be recorded" in each]

        await soon(lambda: len(told()) == len(TEXTS))
        tried = len(parrot.begun)
        await soon(lambda: len(parrot.begun) > tried + 10)
        breaker = gateway.app[ENGINES]["mlx"].breaker
        assert breaker and breaker.state is State.CLOSED
        assert (await manifest(gateway))["sentences"] == []
        assert len(told()) == len(TEXTS)
        assert not [text for text in TEXTS if text in caplog.text]
        parrot.problem = None
        # It is tried for ever: what was wrong with the engine may pass.
        await complete(gateway, SPARE)


async def test_one_sentence_that_never_works_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    impatient(monkeypatch)

    class Choosy(Parrot):
        async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
            self.problem = EngineFailure("silent", "silence") if sentence.text == TEXTS[0] else None
            async for chunk in super().speak(sentence, voice):
                yield chunk

    async with phrase_gateway(parrot=Choosy()) as gateway:
        await soon(lambda: len(gateway.app[PHRASES].held(ADA)) == 2)
        told = await manifest(gateway)
        assert [each["text"] for each in told["sentences"]] == list(TEXTS[1:])
        assert told["complete"] is False


async def test_a_sentence_that_breaks_the_recording_itself_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    impatient(monkeypatch)
    parrot = Parrot()

    async def choosy(sound: Sequence[AudioChunk]) -> bytes:
        if parrot.begun[-1] == TEXTS[0]:
            raise ValueError("a rate that nobody knows")
        return await whole_at_wire_rate(sound)

    monkeypatch.setattr(phrase_rendering, "whole_at_wire_rate", choosy)
    async with phrase_gateway(parrot=parrot) as gateway:
        await soon(lambda: len(gateway.app[PHRASES].held(ADA)) == 2)
        await soon(lambda: parrot.begun.count(TEXTS[0]) > 3)
    assert caplog.text.count("sentence 1 of the phrases of ada broke") == 1
    assert not [text for text in TEXTS if text in caplog.text]


async def test_an_engine_that_had_others_to_speak_for_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    impatient(monkeypatch)
    parrot = Parrot()
    parrot.problem = EngineUnavailable("gave_way", "somebody wants to speak")
    async with phrase_gateway(parrot=parrot) as gateway:
        await soon(lambda: len(parrot.begun) > 10)
        parrot.problem = None
        await complete(gateway)
    # That is no fault of the sentence's.
    assert "cannot be recorded" not in caplog.text


async def test_a_stop_in_the_middle_of_a_sentence_gives_it_up() -> None:
    parrot = Parrot()
    parrot.may_go_on.clear()
    async with phrase_gateway(parrot=parrot):
        await soon(lambda: bool(parrot.begun))
    assert parrot.given_up == 1


async def test_phrases_that_are_new_are_added_and_others_removed_without_making_the_rest_again() -> None:
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot) as gateway:
        before = await complete(gateway)
        changed = replace(ADA, phrases=(*TEXTS[1:], "Something new."))
        use(gateway, changed)
        after = await complete(gateway, changed)
        assert after["sentences"][:2] == before["sentences"][1:]
        assert after["pack"] != before["pack"]
        await recordings(gateway, after)
    assert parrot.begun == [*TEXTS, "Something new."]


class Quiet(Parrot):
    """Noise for each sentence, far too quiet."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        samples = (noise(seconds, level=0.005)[:, 0] * 32767).astype("<i2")
        self._chunk = AudioChunk(samples.tobytes(), FORMAT, Origin(self.name, "a voice"))

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.begun.append(sentence.text)
        yield self._chunk


@pytest.mark.parametrize("seconds", [1.0, 4.0])
async def test_what_was_recorded_before_the_voice_was_known_to_be_quiet_is_made_again_as_loud_as_the_rest(
    seconds: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    impatient(monkeypatch)
    quiet, loudness = Quiet(seconds), VoiceLoudness(tmp_path)
    async with phrase_gateway(parrot=LoudnessEngine(quiet, loudness)) as gateway:
        store = gateway.app[PHRASES]

        def all_alike() -> bool:
            gains, gain = [each.gain for each in store.held(ADA).values()], loudness.gain(ADA.voice)
            known = gain > 1.0 and loudness.settled(ADA.voice) is (seconds == 4.0)
            return known and len(gains) == len(TEXTS) and set(gains) == {gain}

        await soon(all_alike)
        found = await recordings(gateway, await manifest(gateway))
        assert len(TEXTS) < len(quiet.begun) <= 2 * len(TEXTS)
        for text, wav in found.items():
            spoken, recorded = samples_of((await gateway.say(text)).body), samples_of(wav)
            assert len(spoken) == len(recorded)
            # The last sentence may still be counted in, and change the last bit.
            assert np.abs(spoken - recorded).max() <= 1
        assert np.abs(samples_of(found[TEXTS[0]])).max() > 2_000


def samples_of(wav: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.frombuffer(wav[44:].removesuffix(INFO_CHUNK), "<i2").astype(np.int64)

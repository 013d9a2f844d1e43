"""Who is heard, and what, is decided by the samples."""

import asyncio
import random
from array import array

import numpy as np
import pytest

from proofs.lan import ear
from proofs.lan.far_voice import RATE, tone
from proofs.lan.sink import Play
from proofs.lan.texts import PHRASES, SENTENCES, SPOKEN, STORY
from proofs.lan.world import LOCAL_VOICE
from proofs.tiny_voice.reference import spoken_by_espeak
from robotvoice.persona import VoiceSpec
from tests.proofs.lan.sounds import played


@pytest.fixture(scope="module")
def listener() -> ear.Ear:
    return ear.Ear(LOCAL_VOICE)


def heard_by(listener: ear.Ear, play: Play) -> ear.Sound | None:
    """Of one text."""
    found = listener.hear(play)
    assert len(found) < 2
    return found[0] if found else None


def samples(pcm: bytes) -> "array[int]":
    return array("h", np.frombuffer(pcm, "<i2").tolist())


@pytest.mark.parametrize("text", SPOKEN)
def test_each_sentence_of_the_gateways_voice_is_known_by_its_tone(text: str, listener: ear.Ear) -> None:
    silence = array("h", bytes(2400))
    heard = heard_by(listener, played(silence + samples(tone(text)), RATE))
    assert heard and (heard.who, heard.text, heard.whole) == ("gateway", text, True)
    assert heard.began == pytest.approx(100.05, abs=0.002)


def test_each_sentence_of_the_robots_voice_is_known_and_a_part_of_it_is_not_whole(listener: ear.Ear) -> None:
    said, format = asyncio.run(spoken_by_espeak(LOCAL_VOICE, SPOKEN))
    rate = format.sample_rate
    for text, pcm in zip(SPOKEN, said, strict=True):
        whole = samples(pcm)
        heard = heard_by(listener, played(whole, rate))
        assert heard and (heard.who, heard.text, heard.whole) == ("robot", text, True)
        part = heard_by(listener, played(whole[: len(whole) // 2], rate))
        assert part and (part.who, part.text, part.whole) == ("robot", text, False)


def test_a_sentence_in_another_voice_is_not_taken_for_the_robots(listener: ear.Ear) -> None:
    other, texts = VoiceSpec("espeak", voice="en+f4", pitch=72, rate=135), (*SENTENCES, *PHRASES)
    said, format = asyncio.run(spoken_by_espeak(other, texts))
    for text, pcm in zip(texts, said, strict=True):
        heard = heard_by(listener, played(samples(pcm), format.sample_rate))
        assert heard and heard.who == "nobody", text


def test_a_tone_that_was_cut_is_the_gateways_and_not_whole(listener: ear.Ear) -> None:
    heard = heard_by(listener, played(samples(tone(STORY)[: 2 * RATE]), RATE))
    assert heard and (heard.who, heard.text, heard.whole) == ("gateway", STORY, False)


def test_noise_is_nobodys_and_silence_is_nothing(listener: ear.Ear) -> None:
    rng = random.Random(1)
    noise = array("h", [rng.randint(-9000, 9000) for _ in range(RATE)])
    heard = heard_by(listener, played(noise, RATE))
    assert heard and (heard.who, heard.text) == ("nobody", None)
    assert heard_by(listener, played(array("h", bytes(RATE)), RATE)) is None
    assert heard_by(listener, played(array("h"), RATE)) is None

"""What cannot be the sentence is found out while it is made, and what can be is left alone."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest

from gateway.guard.output_guard import OutputGuard
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import ContentFailure
from robotvoice.persona import VoiceSpec
from robotvoice.text.spoken_length import longest_seconds, shortest_seconds
from robotvoice.utterance import Sentence
from tests.gateway.clips.recordings import noise

RATE = 24_000
TEXT = "The quick brown fox jumps over the lazy dog."
TEXTS = [
    *("Hi.", "No!", "Oh?", "A", "Stop.", "I I I I I I I", "Supercalifragilisticexpialidocious."),
    *(TEXT, "Now watch closely.", "That was a good question.", "Fine, fine, I'm going."),
    "He said: wait. Then nothing. Then, at last, he spoke, slowly, as one who is tired.",
    "Well... I, er, don't know; perhaps -- perhaps not!",
    *("strengths, twelfths, sixths", "https www example com", "NASA, the BBC and ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    *("1234567890", "3.14159", "99999999999999999999", "1. 2. 3. 4. 5.", "$1,234,567.89", "x^2 + y^2 = z^2"),
    *("It is 12:45 on 2026-03-01.", "100 % of 5 €", "a/b/c/d/e/f/g", "RTX 4090 & GTX 1080 Ti"),
    *("a.b.c.d", "UPS", "This sentence is long, " * 8 + "and then it ends."),
]  # fmt: skip
OTHER_LANGUAGES = {
    "de": "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "fr": "Qu'est-ce que c'est que ça ?",
    "ru": "Привет, как дела?",
    "cmn": "你好我是机器人",
}


def pcm(*pieces: np.ndarray) -> bytes:
    return (np.concatenate(pieces) * 32767).astype("<i2").tobytes()


def silence(seconds: float, level: float = 0.0) -> np.ndarray:
    return noise(seconds, level)[:, 0]


def voice(seconds: float) -> np.ndarray:
    return noise(seconds, 0.1)[:, 0]


def judged(text: str, raw: bytes, piece: int = 7_680) -> str | None:
    """The reason it is refused for, and None if it is not; fed in pieces of so many samples."""
    guard = OutputGuard(text)
    try:
        for start in range(0, len(raw), 2 * piece):
            guard.feed(raw[start : start + 2 * piece])
        guard.finish()
    except ContentFailure as failure:
        return failure.reason
    return None


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakEngine]:
    engine = EspeakEngine.installed()
    await engine.start()
    yield engine
    await engine.close()


@pytest.mark.parametrize("rate", [80, 135, 180, 240])
async def test_real_speech_passes_whatever_is_said(rate: int, espeak: EspeakEngine) -> None:
    texts = [("en-gb", text) for text in TEXTS] + list(OTHER_LANGUAGES.items())
    assert len(texts) >= 30
    for voice, text in texts:
        guard: OutputGuard | None = None
        spoken = espeak.speak(Sentence(0, text), VoiceSpec("espeak", voice, rate=rate))
        async with aclosing(spoken) as chunks:
            async for chunk in chunks:
                guard = guard or OutputGuard(text, chunk.format.sample_rate)
                guard.feed(chunk.pcm)
        assert guard is not None
        guard.finish()


async def test_the_speech_of_another_sentence_does_not_pass(espeak: EspeakEngine) -> None:
    """A long text's sound for a short text, and the other way round."""
    long = TEXTS[-1]
    for said, wanted, reason in ((long, "Hi.", "too_long"), ("Hi.", long, "too_short")):
        guard = OutputGuard(wanted, 22_050)
        with pytest.raises(ContentFailure) as caught:
            async with aclosing(espeak.speak(Sentence(0, said), VoiceSpec("espeak", "en-gb"))) as chunks:
                async for chunk in chunks:
                    guard.feed(chunk.pcm)
            guard.finish()
        assert caught.value.reason == reason


def test_nothing_at_all_is_no_audio() -> None:
    assert judged(TEXT, b"") == "no_audio"


def test_silence_is_refused_at_its_end_or_when_a_listener_would_have_waited_too_long() -> None:
    guard = OutputGuard(TEXT)
    guard.feed(pcm(silence(1.4)))
    with pytest.raises(ContentFailure):
        guard.feed(pcm(silence(0.2)))
    assert judged(TEXT, pcm(silence(60))) == "silent"
    assert judged(TEXT, pcm(silence(1.5))) == "silent"
    assert judged(TEXT, pcm(silence(1.5, 0.001))) == "silent"


def test_hardly_more_than_silence_is_refused() -> None:
    start, end = silence(1.4), silence(1.9)
    assert judged("Hi.", pcm(start, voice(0.06), end)) == "silent"
    assert judged("Hi.", pcm(start, voice(0.3), end)) is None


def test_a_gap_of_two_seconds_is_refused_when_it_has_lasted_so_long() -> None:
    guard = OutputGuard(TEXT)
    guard.feed(pcm(voice(1), silence(1.9, 0.001)))
    assert guard.audible
    with pytest.raises(ContentFailure) as caught:
        guard.feed(pcm(silence(0.2)))
    assert caught.value.reason == "silent_gap"


def test_shorter_gaps_pass_however_many_there_are() -> None:
    assert judged(TEXT, pcm(voice(1.0), silence(1.9), voice(0.5), silence(1.9), voice(0.5))) is None


def test_a_voice_that_does_not_stop_is_refused_while_it_speaks() -> None:
    guard = OutputGuard(TEXT)
    guard.feed(pcm(voice(longest_seconds(TEXT) - 0.1)))
    with pytest.raises(ContentFailure) as caught:
        guard.feed(pcm(voice(0.3)))
    assert caught.value.reason == "too_long"


def test_a_voice_that_stops_at_once_is_refused_pauses_not_counted() -> None:
    least = shortest_seconds(TEXT)
    assert judged(TEXT, pcm(voice(least - 0.1))) == "too_short"
    assert judged(TEXT, pcm(voice(least - 0.1), silence(1.5))) == "too_short"
    assert judged(TEXT, pcm(voice(least + 0.1))) is None


def test_babble_on_two_characters_is_cut_after_about_a_second_and_a_half() -> None:
    """Y6. Silence before it is not yet babble, and tells nothing of how long it may last."""
    for before in (0.0, 1.0):
        guard = OutputGuard("1次")
        guard.feed(pcm(silence(before)))
        passed = 0.0
        with pytest.raises(ContentFailure) as caught:
            while passed < 5:
                guard.feed(pcm(voice(0.16)))
                passed += 0.16
        assert caught.value.reason == "too_long"
        assert 1.4 < passed < 1.7


def test_the_room_that_a_cloned_voice_comes_with_is_no_speech() -> None:
    """Its noise can be heard, before the word and behind it; the word itself is as short as a word is."""
    room, word = silence(0.8, 0.004), voice(0.4)
    assert judged("Hi.", pcm(room, word, room, room[: RATE // 2])) is None
    assert judged("Hi.", pcm(room, word, voice(1.4))) == "too_long"


@pytest.mark.parametrize("piece", [1, 7, 480, 481, 1_920, 10**6])
def test_the_size_of_the_pieces_does_not_matter(piece: int) -> None:
    assert judged("Hi.", pcm(voice(0.5), silence(2.01), voice(0.1)), piece) == "silent_gap"
    assert judged("Hi.", pcm(voice(0.505), silence(0.9)), piece) is None


def test_before_anything_is_heard_nothing_is_audible() -> None:
    guard = OutputGuard(TEXT)
    guard.feed(pcm(silence(1)))
    assert not guard.audible

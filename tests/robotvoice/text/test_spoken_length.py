"""What no speech can be: bounds that grow with the text, and under which real speech passes, however slow."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest

from gateway.guard.output_guard import OutputGuard
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import ContentFailure
from robotvoice.persona import VoiceSpec
from robotvoice.text.spoken_length import longest_seconds, shortest_seconds
from robotvoice.utterance import Sentence

RATES = (80, 135, 180)
"""Words a minute: half of the usual speed, and the shipped personas'"""
OF_MODELS = {
    "en-gb": [
        *("Yes.", "OK.", "I am.", "Ha ha ha!", "Oh, no.", "Squirrels.", "Hmm.", "Psst!", "A.", "W"),
        *("WWW", "7", "42", "It's 5 o'clock.", "Chapter 7.", "10 kg.", "5 km/h.", "Mr. Smith, Ph.D."),
        *("e.g. this", "No. 5", "21st", "1980s", "the '90s", "approx. 3 in.", "20%", "$5", "£3.50"),
        *("7:30 am", "H2O", "C-3PO", "Wi-Fi", "USB-C", "A/B", "24/7", "3D", "x = y + 2", "NASA"),
        *("GmbH", "1,234,567", "020 7946 0018", "2026-03-01", "C++"),
    ],
    "de": [
        *("Ja.", "z. B.", "d. h.", "1999", "777777", "Donaudampfschifffahrtsgesellschaft", "Am 3. Mai"),
        *("5 km/h",),
    ],
    "fr-fr": [
        *("Oui.", "99", "1999", "quatre-vingt-dix-neuf", "M. Dupont", "5 €"),
    ],
    "es": [
        *("Sí.", "El niño.", "1999", "77 %", "5 km/h"),
    ],
    "it": [
        *("Sì.", "Perché no?", "1999", "5 km/h"),
    ],
    "pt-br": [
        *("Não.", "Coração.", "1999", "777"),
    ],
    "ru": [
        *("Да.", "Здравствуйте!", "1999", "5 км/ч"),
    ],
    "cmn": [
        *(
            "好",
            "你好",
            "1次",
            "2个",
            "3点",
            "第1",
            "2026年",
            "12345",
            "今天天气很好。",
            "二十一",
            "5公里",
            "100%",
        ),
    ],
    "ja": [
        *("はい", "こんにちは", "ロボット", "1", "2026", "ありがとうございます。"),
    ],
}
NUMBERS = ("7", "42", "99", "1999", "2026", "123456", "3.14", "12:45", "50 %", "1, 2, 3.", "020 7946 0018")
LONGER_STILL = {"tn"}
"""Setswana needs 8 s for 999 at half speed"""


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakEngine]:
    engine = EspeakEngine.installed()
    await engine.start()
    yield engine
    await engine.close()


async def refused(
    espeak: EspeakEngine, said: Iterable[tuple[str, str, int]], *, any_language: bool = False
) -> list[str]:
    """What of real speech (voice, text, rate) the guard would not let pass."""
    found = []
    for voice, text, rate in said:
        guard: OutputGuard | None = None
        spoken = espeak.speak(Sentence(0, text), VoiceSpec("espeak", voice, rate=rate))
        async with aclosing(spoken) as chunks:
            try:
                async for chunk in chunks:
                    guard = guard or OutputGuard(text, chunk.format.sample_rate, any_language=any_language)
                    guard.feed(chunk.pcm)
                assert guard
                guard.finish()
            except ContentFailure as failure:
                if failure.reason != "silent":  # what eSpeak NG has no word for
                    found.append(f"{voice} {text!r} at {rate}: {failure.message}")
    return found


async def test_real_speech_passes_in_the_languages_that_models_speak(espeak: EspeakEngine) -> None:
    said = [(voice, text, rate) for voice, texts in OF_MODELS.items() for text in texts for rate in RATES]
    assert not await refused(espeak, said)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_numbers_pass_in_every_language_of_espeak(espeak: EspeakEngine) -> None:
    command = ["espeak-ng", "--voices"]
    listed = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    voices = {line.split()[1] for line in listed.stdout.splitlines()[1:]} - LONGER_STILL
    assert len(voices) > 80
    said = [(voice, text, rate) for voice in sorted(voices) for text in NUMBERS for rate in RATES]
    assert not await refused(espeak, said, any_language=True)


@pytest.mark.parametrize("text", ["1次", "2個", "No!", "7.", "好", "a"])
def test_two_characters_cannot_need_more_than_about_a_second_and_a_half(text: str) -> None:
    """Y6."""
    assert 1.5 <= longest_seconds(text) <= 1.7


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("N" + "o" * 35 + "!!! 1", "No!!! 1"),
        ("A" * 80 + "h", "Ah"),
        ("ha" * 40, "ha"),
        ("lalala" * 12, "la"),
        ("1" + "0" * 60, "10"),
        ("Nein, " + "n" * 30 + "ein!", "Nein, nein!"),
    ],
)
def test_what_is_repeated_in_writing_need_not_be_said_so_often(text: str, same: str) -> None:
    """A3."""
    assert shortest_seconds(text) == pytest.approx(shortest_seconds(same), abs=1 / 30)


def test_words_that_only_look_alike_count_in_full() -> None:
    for text in ("Mississippi banana, coffee, aardvark", "the the the", "1000 and 2000"):
        assert shortest_seconds(text) == sum(map(str.isalnum, text)) / 30

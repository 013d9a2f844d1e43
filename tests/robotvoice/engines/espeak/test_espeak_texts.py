"""No text makes eSpeak NG hang, take it for an option or a code, or leaves it unable to speak."""

import asyncio
import random
import unicodedata

import pytest

from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EmptyText, EngineFailure, EngineUnavailable
from robotvoice.languages import CANNOT_READ
from robotvoice.persona import VoiceSpec
from robotvoice.text import clean
from robotvoice.utterance import Sentence
from tests.robotvoice.engines.espeak.real_espeak import SOON, STORY, VIXEN, hear

HOSTILE = (
    "",
    " ",
    "...",
    "?!,;:-\u2013\u2014()[]{}\u00ab\u00bb",
    "-rm -rf",
    "--version",
    "-v en+croak",
    "@/etc/passwd",
    "<speak>Hello</speak>",
    "<speak><break time='99999s'/></speak>",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
    "<audio src='/dev/zero'/>",
    "[[hello]]",
    "[[[[@@@@]]]]",
    "%s%s%s%n %d \\ \" ' $(reboot) `reboot` ; | & #",
    "a" * 240,
    "A.B." * 60,  # ends eSpeak NG 1.51 with "stack smashing detected"
    "1" * 240,
    "9" * 24 + "," + "9" * 24 + "e99999",
    "\u200f\u202eשלום עולם، مرحبا بالعالم",  # noqa: RUF001 - letters that look like Latin ones are meant
    "안녕하세요 " * 30,
    "ᄀᄀᄀ각ᆨᆨ" * 30,
    STORY,
    "😀🏳️‍🌈👨‍👩‍👧‍👦" * 30,
    "\u200b\u200d\ufeff\u2060\u00ad",
    "e" + "\u0301" * 239,
    "\U000e0001\U000e0020\U000e007f\ufffe\uffff\U0010ffff",
    "\ud800 alone \udfff",
    "before\0after",
    "line\nfeed\rtab\tbell\x07",
    "\x0199P\x0101S\x01+99A",  # embedded commands, if eSpeak NG got to see the control character
)


async def outcome(engine: EspeakEngine, text: str, voice: VoiceSpec) -> str:
    """How a sentence ended. Fails when it does not end, or in a way that is not agreed."""
    try:
        async with asyncio.timeout(SOON):
            async for chunk in engine.speak(Sentence(0, text), voice):
                assert len(chunk.pcm) % 2 == 0
    except EngineFailure as failure:
        return failure.reason
    except EngineUnavailable as unavailable:
        assert unavailable.reason == CANNOT_READ
    return "ended"


@pytest.mark.slow
async def test_a_hostile_text_ends_and_the_next_is_spoken(engine: EspeakEngine) -> None:
    expected = (await hear(engine, voice=VIXEN)).seconds
    for text in HOSTILE:
        assert await outcome(engine, text, VIXEN) in ("ended", "died"), text
        after = await hear(engine, voice=VIXEN)
        assert after.origin.settings == {"pitch": 72, "rate": 135, "volume": 100}
        # After a text in an odd script, eSpeak NG 1.51 speaks up to 0.2 s longer.
        assert after.seconds == pytest.approx(expected, abs=0.3), text


@pytest.mark.slow
async def test_any_characters_end(engine: EspeakEngine) -> None:
    pick = random.Random(7)
    assigned = [code for code in range(1, 0x110000, 11) if unicodedata.category(chr(code)) != "Cn"]
    for _ in range(15):
        text = "".join(chr(pick.choice(assigned)) for _ in range(pick.randint(1, 240)))
        assert await outcome(engine, text, VoiceSpec("espeak")) in ("ended", "died"), ascii(text)


@pytest.mark.slow
async def test_what_cleaning_leaves_of_a_hostile_text_is_heard(engine: EspeakEngine) -> None:
    for text in HOSTILE:
        try:
            cleaned = clean(text)
        except EmptyText:
            continue
        if await outcome(engine, cleaned, VIXEN) == "ended":
            assert (await hear(engine, cleaned, VIXEN)).loudness > 100, text


async def test_a_text_that_looks_like_an_option_is_read_aloud(engine: EspeakEngine) -> None:
    plain = await hear(engine, "version")
    for text in ("--version", "-version"):
        assert (await hear(engine, text)).seconds == pytest.approx(plain.seconds, abs=0.3)


@pytest.mark.parametrize("brackets", ["[[{}]]", "[[[{}]]]", "[ [[{}]] ]", "[[[[{}]]]]"])
async def test_phoneme_codes_are_read_as_they_are_written(engine: EspeakEngine, brackets: str) -> None:
    """`[[h@l'oU]]` would be "hello" to the command; as text it is spelled, which takes longer."""
    hello, spelled = await hear(engine, "hello"), await hear(engine, brackets.format("h@l'oU"))
    assert spelled.seconds > 1.4 * hello.seconds

"""Which of eSpeak NG's voices read what: measured, and as robotvoice uses them."""
# ruff: noqa: RUF001 (letters that look like others are what this is about)

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.espeak.espeak_languages import EspeakReader, stand_in, voice_in
from robotvoice.engines.espeak.espeak_voices import Catalogue
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.robotvoice.engines.espeak.real_espeak import LIBRARIES, hear, library, make_backend

PHONEMES = Path(__file__).with_name("phonemes.py")
WORDS = {
    "ar": "مرحبا بالعالم",
    "as": "মই ভাল আছোঁ ৰ",
    "ba": "ҡала үҙәк",
    "be": "прывітанне ўсім",
    "bg": "здравейте приятели",
    "bn": "নমস্কার বন্ধু",
    "cv": "ҫӑлтӑр ҫӳлте",
    "de": "schöne Grüße",
    "el": "καλημέρα φίλε",
    "fa": "سلام دنیا چطور",
    "gu": "નમસ્તે મિત્ર",
    "he": "שלום עולם",
    "hi": "नमस्ते दुनिया",
    "hy": "բարեւ ընկեր",
    "ja": "ありがとう コンピュータ",
    "ka": "გამარჯობა მეგობარო",
    "kk": "бұл қалай әлем",
    "kn": "ನಮಸ್ಕಾರ ಗೆಳೆಯ",
    "ko": "안녕하세요 친구",
    "ky": "кандайсың өлкө",
    "mk": "ѓаволот ќе дојде",
    "ml": "നമസ്കാരം സുഹൃത്ത്",
    "or": "ନମସ୍କାର ବନ୍ଧୁ",
    "pa": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ",
    "ru": "привет друзья",
    "sd": "ٻولي ڪتاب",
    "si": "ආයුබෝවන් මිතුර",
    "sr": "ђаци љубав џеп",
    "ta": "வணக்கம் நண்பா",
    "te": "నమస్కారం మిత్రమా",
    "th": "สวัสดีเพื่อน",
    "tt": "җиңел әни",
    "ug": "ئۇيغۇر تىلى",
    "uk": "їжак ґанок єдність",
    "ur": "شکریہ ہے لڑکا",
}  # fmt: skip
"""Two words or so, by the language that reads them"""


def phonemes(which: str, asked: Sequence[tuple[str, str]]) -> list[str]:
    """What one of the libraries makes of (voice, text) pairs."""
    found = library(which)
    command = (sys.executable, "-I", str(PHONEMES), found.library, "." if found.data else "")
    answer = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, check=True, cwd=found.data
    )
    said: list[str] = json.loads(answer.stdout)
    return said


def spelled(text: str, said: str) -> bool:
    """Whether letters were told by their names, or another language's voice was borrowed for them."""
    pieces = [piece for piece in re.split(r"[\s_|:]+", said) if re.search("[a-zA-Z]", piece)]
    return "(" in said or len(pieces) > 2 * len(text.split())


_catalogues: dict[str, Catalogue] = {}
"""They do not change, and each takes a process to find out"""


async def catalogue_of(which: str) -> Catalogue:
    if which not in _catalogues:
        backend = make_backend(which)
        try:
            _catalogues[which] = await backend.start()
        finally:
            await backend.close()
    return _catalogues[which]


@pytest.mark.parametrize("which", LIBRARIES)
async def test_every_script_is_read_by_a_voice_that_knows_its_letters(which: str) -> None:
    """A4. What is not one's own is read in one's own manner by the voice of a language that is written so."""
    catalogue = await catalogue_of(which)
    reader = EspeakReader(catalogue, "en+f4")
    found = {code: list(reader.pieces(f"Listen: {words}"))[-1] for code, words in WORDS.items()}
    expected = {code: f"{code}+f4" for code in WORDS} | {"de": "en+f4", "bg": "ru+f4"}
    assert {code: voice for code, (voice, _) in found.items()} == expected
    asked = [(catalogue.resolve(voice), text) for voice, text in found.values()]
    told = zip(WORDS, asked, phonemes(which, asked), strict=True)
    assert [(code, said) for code, (_, text), said in told if spelled(text, said)] == []


@pytest.mark.parametrize("which", LIBRARIES)
async def test_every_voice_reads_its_own_language_by_itself(which: str) -> None:
    catalogue = await catalogue_of(which)
    for code, words in WORDS.items():
        assert list(EspeakReader(catalogue, code).pieces(words)) == [(code, words)]
    asked = [(catalogue.resolve(code), words) for code, words in WORDS.items()]
    said = phonemes(which, asked)
    assert [
        code for (code, words), each in zip(WORDS.items(), said, strict=True) if spelled(words, each)
    ] == []
    # The measure itself: an English voice alone spells each of them, or leaves it to another one.
    english = phonemes(which, [("gmw/en", words) for words in WORDS.values()])
    told = zip(WORDS.items(), english, strict=True)
    assert [code for (code, words), each in told if not spelled(words, each)] == ["de"]


@pytest.mark.parametrize("which", LIBRARIES)
async def test_chinese_is_read_with_its_tones(which: str) -> None:
    """In 1.51 the voice `cmn` says "ni three" for 你."""
    catalogue = await catalogue_of(which)
    for own in ("en+f4", "cmn+f4"):
        pieces = list(EspeakReader(catalogue, own).pieces("你好，朋友们。"))
        (said,) = phonemes(which, [(catalogue.resolve(voice), text) for voice, text in pieces])
        assert "(en)" not in said
        assert said.count("_|") >= 3
        assert pieces[0][0].endswith("+f4")


@pytest.mark.parametrize("which", LIBRARIES)
async def test_latin_words_are_read_as_words_by_every_voice(which: str) -> None:
    catalogue = await catalogue_of(which)
    asked = []
    for own in WORDS:
        ((voice, text),) = EspeakReader(catalogue, own).pieces("hello friend")
        asked.append((catalogue.resolve(voice), text))
    said = zip(WORDS, phonemes(which, asked), strict=True)
    # As English if need be.
    assert [own for own, each in said if spelled("hello friend", re.sub(r"\(\w+\)", "", each))] == []


ENGLISH = "en+f4"


@pytest.mark.parametrize(
    ("own", "text", "pieces"),
    [
        (ENGLISH, "Now playing 夜に駆ける by a friend.", [(ENGLISH, "Now playing by a friend.")]),
        (ENGLISH, "A ありがとう, B.", [(ENGLISH, "A "), ("ja+f4", "ありがとう, "), (ENGLISH, "B.")]),
        (ENGLISH, "5 µm of π and ΔT", [(ENGLISH, "5 µm of π and ΔT")]),
        (ENGLISH, "Pаypal, Неllo, Αlpha", [(ENGLISH, "Paypal, Hello, Alpha")]),
        (ENGLISH, "ｈｅｌｌｏ 𝐰𝐨𝐫𝐥𝐝 ﬁsh ４２ ٤٢", [(ENGLISH, "hello world fish 42 42")]),
        (ENGLISH, "Nguyễn and Łódź", [(ENGLISH, "Nguyên and Łódź")]),
        ("vi", "Nguyễn", [("vi", "Nguyễn")]),
        (ENGLISH, "Say /ˈwɔːtə/.", [(ENGLISH, "Say /wota/.")]),
        (ENGLISH, "iPhoneом", [(ENGLISH, "iPhone"), ("ru+f4", "ом")]),
        ("ru", "Купи iPhone 15 сегодня", [("ru", "Купи iPhone 15 сегодня")]),
        ("ja", "ありがとう friend 42", [("ja", "ありがとう "), ("en", "friend"), ("ja", " 42")]),
        ("ja", "東京です。", []),
        ("bg", "здравейте, мысль", [("ru", "здравейте, мысль")]),
        (ENGLISH, "שָׁלוֹם", [("he+f4", "שלום")]),
        (ENGLISH, "人々", [("cmn-latn-pinyin+f4", "人人")]),
        (ENGLISH, "ᠮᠣᠩᠭᠣᠯ", []),
        (ENGLISH, "Numbers: 3.5 and 12:30 (ᠮᠣᠩ), done.", [(ENGLISH, "Numbers: 3.5 and 12:30, done.")]),
        (ENGLISH, "...", [(ENGLISH, "...")]),
    ],
    ids=ascii,
)  # fmt: skip
async def test_a_text_is_read_by_several_voices_or_what_nobody_reads_is_left_out(
    own: str, text: str, pieces: list[tuple[str, str]]
) -> None:
    assert list(EspeakReader(await catalogue_of("bundled library"), own).pieces(text)) == pieces


async def test_it_is_told_what_was_left_out() -> None:
    reader = EspeakReader(await catalogue_of("bundled library"), ENGLISH)
    assert reader.legible("Now playing 夜に駆ける, ᠮᠣᠩᠭᠣᠯ and привет.").left_out == ("Japanese", "Mongolian")
    assert reader.legible("Привет, Καλημέρα.").left_out == ()


@pytest.mark.parametrize(
    ("own", "language", "voice"),
    [
        ("en+f4", "de", "de+f4"),
        ("en+f4", "de-AT", "de+f4"),
        ("en+f4", "en", "en+f4"),
        ("en+f4", "en-US", "en-us+f4"),
        ("en+f4", "en-AU", "en+f4"),
        ("gmw/en", "en-GB", "gmw/en"),
        ("pt", "pt-BR", "pt-br"),
        ("en+croak", "zh", "zh+croak"),
        ("en", "nb", "nb"),
        ("en", "nn", "nb"),
        ("en", "tl", None),
        ("no such+f4", "sv", "sv+f4"),
    ],
)
async def test_a_language_is_spoken_in_the_manner_of_the_voice(
    own: str, language: str, voice: str | None
) -> None:
    assert voice_in(await catalogue_of("bundled library"), own, language) == voice


@pytest.mark.parametrize(
    ("language", "voice"),
    [("de", "de"), ("tl", "id"), ("mn", "ru"), ("ps", "fa"), ("zu", "en"), ("xx", "en")],
)
async def test_a_language_without_a_voice_is_read_by_the_nearest(language: str, voice: str) -> None:
    assert stand_in(await catalogue_of("bundled library"), language) == voice


async def test_the_manner_of_the_persona_stays(engine: EspeakEngine) -> None:
    """Pitch, rate and volume; the voice that is told is the persona's, whichever of its engines speaks."""
    vixen = VoiceSpec("espeak", "en+f4", pitch=72, rate=135)
    heard = await hear(engine, "привет and ありがとう", vixen)
    assert (heard.origin.voice, heard.origin.settings) == ("en+f4", {"pitch": 72, "rate": 135, "volume": 100})
    german = await hear(engine, "Guten Tag.", VoiceSpec("espeak", "en+f4", 72, 135, language="de"))
    assert german.origin.voice == "de+f4"
    assert german.origin.settings == heard.origin.settings


async def test_there_is_no_pause_where_one_voice_hands_over_to_the_next(engine: EspeakEngine) -> None:
    once = (await hear(engine, "привет")).seconds
    twice = (await hear(engine, "привет привет")).seconds
    by_two = (await hear(engine, "привет სალამი")).seconds + 0.0
    assert by_two < twice + once / 2


async def test_a_language_that_no_voice_speaks_and_a_text_that_none_reads_count_for_nobody(
    engine: EspeakEngine,
) -> None:
    tagalog = VoiceSpec("espeak", "en+f4", language="tl")
    reason = engine.readiness(tagalog).reason
    assert reason is not None
    assert (reason.code, reason.text) == ("language", "eSpeak NG has no voice for Tagalog")
    for voice, text, code in ((tagalog, "Kamusta", "language"), (VoiceSpec("espeak"), "ᠮᠣᠩᠭᠣᠯ", "script")):
        with pytest.raises(EngineUnavailable) as refused:
            async for _ in engine.speak(Sentence(0, text), voice):
                pass
        assert refused.value.reason == code


async def test_any_voice_will_do_where_none_is_named(engine: EspeakEngine) -> None:
    """The last resort of a robot: it speaks the persona's language, or what reads it best."""
    assert (await hear(engine, "Hallo.", VoiceSpec("espeak", language="de"))).origin.voice == "de"
    assert (await hear(engine, "Kamusta.", VoiceSpec("espeak", language="tl"))).origin.voice == "id"
    assert (await hear(engine, "Hello.", VoiceSpec("espeak"))).origin.voice == "en"

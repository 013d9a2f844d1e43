"""A transcript much shorter or longer than what is said is found in any language, a right one never."""

from pathlib import Path

import pytest

from gateway.clips.clip import ClipFinding
from gateway.clips.syllables import syllables
from gateway.clips.words import words_against
from tests.gateway.clips import made

TEXTS = {
    "en-gb": made.SAYINGS[:3],
    "de": (
        "Der Roboter ging langsam durch den Garten und sah sich jede einzelne Blume an.",
        "Dann setzte er sich unter den alten Apfelbaum und wartete, bis der Regen aufhörte.",
    ),
    "es": (
        "El robot caminó despacio por el jardín y miró cada una de las flores.",
        "Luego se sentó debajo del viejo manzano y esperó a que dejara de llover.",
    ),
    "ru": (
        "Робот медленно шёл по саду и рассматривал каждый цветок.",
        "Потом он сел под старой яблоней и стал ждать, пока не кончится дождь.",
    ),
    "ja": (
        "ろぼっとはゆっくりとにわをあるいて、ひとつひとつのはなをながめました。",
        "それからふるいりんごのきのしたにすわって、あめがやむのをまちました。",
    ),
    "ko": (
        "로봇은 천천히 정원을 걸으며 꽃 하나하나를 바라보았습니다.",
        "그리고 오래된 사과나무 아래에 앉아 비가 그치기를 기다렸습니다.",
    ),
    "hi": (
        "रोबोट धीरे-धीरे बगीचे में चला और हर एक फूल को देखा।",
        "फिर वह पुराने सेब के पेड़ के नीचे बैठ गया और बारिश रुकने का इंतज़ार करने लगा।",
    ),
    "ar": (
        "مشى الروبوت ببطء في الحديقة ونظر إلى كل زهرة.",
        "ثم جلس تحت شجرة التفاح القديمة وانتظر حتى يتوقف المطر.",
    ),
}


def told_of(voice: str, said: str, written: str, folder: Path, speed: int = 150) -> ClipFinding | None:
    heard = made.checked(made.said(said, voice, speed, folder)).heard
    assert heard is not None
    return words_against(heard, written, voice)


@pytest.mark.parametrize(
    "voice",
    [each if each in ("en-gb", "ja") else pytest.param(each, marks=pytest.mark.slow) for each in TEXTS],
)
def test_half_the_words_and_twice_the_words_are_found_and_the_right_ones_are_not(
    voice: str, tmp_path: Path
) -> None:
    """B1, X5."""
    whole = " ".join(TEXTS[voice])
    assert told_of(voice, whole, whole, tmp_path) is None
    few = told_of(voice, whole, " ".join(TEXTS[voice][: len(TEXTS[voice]) // 2]), tmp_path)
    assert few is not None
    assert (few.level, few.text[:6]) == ("warning", "about ")
    many = told_of(voice, whole, f"{whole} {whole}", tmp_path)
    assert many is not None
    assert many.level == "warning"
    times_four = told_of(voice, whole, " ".join([whole] * 4), tmp_path)
    assert times_four is not None
    assert times_four.level == "problem"


def test_where_something_is_missing_is_told(tmp_path: Path) -> None:
    """B1: the first sentence of three was written down."""
    first, second, third = TEXTS["en-gb"]
    found = told_of("en-gb", f"{first} {second} {third}", first, tmp_path)
    assert found is not None
    assert found.text.startswith("about 4.8 of 12.")
    assert "from 0:05 on something is missing in the transcript" in found.text


@pytest.mark.parametrize("speed", [110, 200])
def test_who_speaks_slowly_or_fast_is_believed(speed: int, tmp_path: Path) -> None:
    said = TEXTS["en-gb"][0] + " " + TEXTS["en-gb"][1] if speed < 150 else " ".join(made.SAYINGS)
    assert told_of("en-gb", said, said, tmp_path, speed) is None


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("The robot walked slowly.", "en", 6),
        ("Once there were nine.", "en", 5),
        ("L'école est fermée.", "fr", 5),
        ("Blumentopferde", "de", 5),
        ("北京欢迎你", "zh", 5),
        ("ゆっくり", "ja", 3),
        ("안녕하세요", "ko", 5),
        ("Привет, мир", "ru", 3),
        ("ISO norms", "en", 4.3),
        ("THE RED BIRD SANG", "en", 4),
        ("L\u0027e\u0301cole e\u0301toile\u0301e", "fr", 5),
        ("BBCとNHKです", "ja", 9.5),
        ("Roboterは赤い", "ja", 7),
        ("42", "en", 3.4),
        ("", "en", 0),
        ("... !", "en", 0),
    ],
)
def test_syllables_are_counted_by_what_a_text_is_written_in(text: str, language: str, count: float) -> None:
    assert syllables(text, language) == pytest.approx(count, abs=1.1 if len(text) > 14 else 0.5)

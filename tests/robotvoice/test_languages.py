import shutil
import subprocess

import pytest

from robotvoice.errors import UnknownLanguage
from robotvoice.languages import asked_language, language_of, language_tag, same_language, script_of


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("de", "de"),
        ("deu", "de"),
        ("ger", "de"),
        ("German", "de"),
        ("GERMAN ", "de"),
        ("en_GB", "en-GB"),
        ("EN-gb", "en-GB"),
        ("en-029", "en-029"),
        ("cmn", "zh"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("Mandarin", "zh"),
        ("yue", "yue"),
        ("fil", "tl"),
        ("por", "pt"),
        ("Scottish Gaelic", "gd"),
        ("en-gb-x-rp", "en-GB-x-rp"),
        ("vi-vn-x-central", "vi-VN-x-central"),
    ],
)
def test_a_language_is_known_by_tag_code_and_english_name(written: str, tag: str) -> None:
    assert language_tag(written) == tag


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("jp", "ja (Japanese)"),
        ("germn", "de (German)"),
        ("Portugese", "pt (Portuguese)"),
        ("?!", "de, en-GB or German"),
    ],
)
def test_what_is_no_language_is_refused_with_near_names(written: str, near: str) -> None:
    with pytest.raises(UnknownLanguage) as refusal:
        language_of(written)
    assert near in refusal.value.message


@pytest.mark.parametrize(
    "written", ["", "-de", "de-", "de--AT", "a", "deutsch-land!", "en GB x", "xx", "de\nen"]
)
def test_what_only_looks_like_a_tag_is_refused(written: str) -> None:
    with pytest.raises(UnknownLanguage):
        language_tag(written)


CONSTRUCTED_ANCIENT_OR_RARE = (
    "an bpy chr grc hak hyw ia io jbo kok ku lfn ltg nci nog pap piqd py qdb quc qya shn sjn smj"
)


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="the command espeak-ng is not installed")
def test_every_natural_language_of_espeak_ng_has_a_row_but_for_a_named_few() -> None:
    rows = subprocess.run(["espeak-ng", "--voices"], capture_output=True, text=True, check=True).stdout
    codes = {row.split()[1].partition("-")[0] for row in rows.splitlines()[1:]}
    unknown = set()
    for code in codes - set(CONSTRUCTED_ANCIENT_OR_RARE.split()):
        try:
            language_of(code)
        except UnknownLanguage:
            unknown.add(code)
    assert not unknown


def test_a_letter_has_a_script_and_a_digit_has_none() -> None:
    assert [script_of(each) for each in "éωж夜かア한ش9 ."] == [
        "LATIN", "GREEK", "CYRILLIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "ARABIC", "", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("zh-yue", "yue"),
        ("zh-cmn-Hant-TW", "zh-Hant-TW"),
        ("de_DE.UTF-8", "de-DE"),
        ("ca_ES@valencia", "ca-ES"),
        ("nb", "nb"),
        ("nn-NO", "nn-NO"),
        ("Norwegian Bokmål", "nb"),
        ("arb", "ar"),
        ("pes", "fa"),
        ("iw", "he"),
        ("rm", "rm"),
        ("gsw", "gsw"),
        ("Deutsch", "de"),
    ],
)
def test_other_ways_to_write_a_language_are_known(written: str, tag: str) -> None:
    assert language_tag(written) == tag
    assert language_tag(tag) == tag


@pytest.mark.parametrize("nothing", [None, "", " ", "auto", "AUTO"])
def test_a_request_may_say_nothing(nothing: str | None) -> None:
    assert asked_language(nothing) is None


def test_a_region_makes_no_other_language() -> None:
    assert same_language("en-GB", "eng")
    assert not same_language("no language", "no language")
    assert not same_language("de", "nl")


def test_however_long_it_is_it_is_refused_at_once() -> None:
    with pytest.raises(UnknownLanguage) as refusal:
        language_of("x" * 60_000)
    assert len(refusal.value.message) < 250


def test_a_letter_in_a_special_form_has_the_script_of_the_plain_one() -> None:
    assert [script_of(each) for each in "ｈ𝐇ﬁªµー々ｱʼ"] == [
        "LATIN", "LATIN", "LATIN", "LATIN", "GREEK", "KATAKANA", "CJK", "KATAKANA", "",
    ]  # fmt: skip

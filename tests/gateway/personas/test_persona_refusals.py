"""Every wrong key of a persona.yaml is told with file, line and key, and what to do."""

from pathlib import Path

import pytest

from tests.gateway.personas.loading import MINIMAL, persona, problems_of

TEXT = "text of 1 to 64 characters"
SCOPE = f"{TEXT}: what it may be used for"
ALIASES = "a list of at most 16 names of 1 to 64 characters"
PHRASES = "a list of at most 64 phrases of 1 to 240 characters"
BLOCK = "{engine: espeak, voice: en-gb}"
BLOCKS = f"a list of at most 8 blocks such as {BLOCK}"
NO_VOICE = "engine espeak needs a voice; give one, such as en-gb or en+f4"
QUOTES = ", in quotes if this is meant as text"
LANGUAGE = "give a language, such as en, en-GB, deu or German"
TAG_OR_NAME = "write one as de, en-GB or German"
KEYS = (
    "name, language, aliases, voice, fallbacks, when_unavailable, acting, numbers, first_audio_budget, "
    "whole_answer_budget, phrases, consent"
)
KNOWN = f"known are {KEYS}"


def refused(folder: Path, text: str, *told: str) -> None:
    """Loading `text` says exactly this, each behind the file's path."""
    file = persona(folder, "rook", text)
    assert problems_of(folder) == [f"{file}:{line}" for line in told]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("aliases:", f"aliases: an empty value cannot be used; give {ALIASES}"),
        (
            "acting: shout",
            "acting: 'shout' cannot be used; give drop or say: what becomes of *sighs* and [laughs]",
        ),
        (
            "numbers: digits",
            "numbers: 'digits' cannot be used; give words or as_written: whether numbers are written out, "
            "alike for all voices",
        ),
        ("when_unavailable: shout", "when_unavailable: 'shout' cannot be used; give substitute or silent"),
        ("first_audio_budget: 0", "first_audio_budget: 0 cannot be used; give seconds from 0.1 to 60"),
        ("first_audio_budget: .nan", "first_audio_budget: nan cannot be used; give seconds from 0.1 to 60"),
        ("whole_answer_budget: 0", "whole_answer_budget: 0 cannot be used; give seconds from 0.5 to 600"),
        ("first_audio_budget: '2'", "first_audio_budget: '2' cannot be used; give seconds from 0.1 to 60"),
        ("phrases: [Hi., '...']", "phrases[1]: '...' holds nothing that can be spoken; write words"),
        ('phrases: ["a\\nb"]', "phrases[0]: holds the control character U+000A; remove it"),
        (f"phrases: [{'a' * 241}]", f"phrases[0]: '{'a' * 27}...{'a' * 28}' cannot be used; give {PHRASES}"),
        (f"phrases: [{', '.join('a' * 65)}]", f"phrases: a list of 65 cannot be used; give {PHRASES}"),
        ("consent: {subject: a, granted_by: b}", f"consent.scope: is missing; give {SCOPE}"),
        (
            "consent: {scope: 1, subject: a, granted_by: b}",
            f"consent.scope: 1 cannot be used; give {SCOPE}{QUOTES}",
        ),
        (
            "consent: {subject: a, granted_by: b, scope: c, scop: d}",
            "consent.scop: there is no such key; did you mean scope?",
        ),
        ("fallbacks: [espeak]", f"fallbacks[0]: 'espeak' cannot be used; give {BLOCKS}"),
        ("pitch: 1", f"pitch: there is no such key; {KNOWN}"),
        ("Aliasses: [a]", "Aliasses: there is no such key; did you mean aliases?"),
        ("<<: {name: x}", f"'<<': there is no such key; {KNOWN}"),
    ],
)
def test_a_wrong_key_is_told_with_its_line(entry: str, told: str, tmp_path: Path) -> None:
    refused(tmp_path, f"{MINIMAL}# a comment\n{entry}\n", f"5: {told}")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: Rook", "name: No", f"1: name: false cannot be used; give {TEXT}{QUOTES}"),
        ("name: Rook", "name: ' '", f"1: name: ' ' cannot be used; give {TEXT}"),
        (
            "name: Rook",
            f"name: {'x' * 65}",
            f"1: name: '{'x' * 27}...{'x' * 28}' cannot be used; give {TEXT}",
        ),
        ("name: Rook", 'name: "R\\x1book"', "1: name: holds the control character U+001B; remove it"),
        ("language: en\n", "", f"1: language: is missing; {LANGUAGE}"),
        ("language: en", "language: jp", "2: language: 'jp' is no language known here; near: ja (Japanese)"),
        (
            "language: en",
            "language: Germn",
            "2: language: 'Germn' is no language known here; near: de (German)",
        ),
        ("language: en", "language: en-", "2: language: 'en-' is no language known here; near: en (English)"),
        ("language: en", "language: e", f"2: language: 'e' is no language known here; {TAG_OR_NAME}"),
        (
            "language: en",
            "language: klingon",
            f"2: language: 'klingon' is no language known here; {TAG_OR_NAME}",
        ),
        ("language: en", "language: no", f"2: language: false cannot be used; {LANGUAGE}{QUOTES}"),
        ("language: en", "language: ''", f"2: language: '' is no language known here; {TAG_OR_NAME}"),
        ("language: en", "language: auto", f"2: language: 'auto' is no language known here; {TAG_OR_NAME}"),
        ("{engine: espeak, voice: en}", "en", f"3: voice: 'en' cannot be used; give a block such as {BLOCK}"),
        (
            "engine: espeak, ",
            "",
            "3: voice.engine: is missing; give the engine: command, espeak, hibari, mlx, pyttsx3 or upstream",
        ),
        (", voice: en", "", f"3: voice.voice: {NO_VOICE}"),
        ("voice: en}", "voice: ' '}", f"3: voice.voice: {NO_VOICE}"),
        ("voice: en}", 'voice: "e\\0n"}', "3: voice.voice: holds the control character U+0000; remove it"),
        ("espeak", "espeek", "3: voice.engine: there is no engine 'espeek'; did you mean espeak?"),
    ],
)
def test_a_needed_key_is_told_if_it_is_wrong_or_missing(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    refused(tmp_path, MINIMAL.replace(old, new), told)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("pitch: 100", "pitch: 100 cannot be used; give a whole number from 0 to 99"),
        ("pitch: -1", "pitch: -1 cannot be used; give a whole number from 0 to 99"),
        ("pitch: true", "pitch: true cannot be used; give a whole number from 0 to 99"),
        ("pitch: 1.5", "pitch: 1.5 cannot be used; give a whole number from 0 to 99"),
        ("rate: 79", "rate: 79 cannot be used; give whole words per minute from 80 to 450"),
        ("rate: 451", "rate: 451 cannot be used; give whole words per minute from 80 to 450"),
        ("volume: 201", "volume: 201 cannot be used; give a whole number from 0 to 200"),
        ("lexicon: {a: 4}", f"lexicon.a: 4 cannot be used; give word: replacement, each as {TEXT}{QUOTES}"),
        ("lexicon: {'': x}", f"lexicon.'': '' cannot be used; give word: replacement, each as {TEXT}"),
        ("pich: 1", "pich: there is no such key; did you mean pitch?"),
    ],
)
def test_a_wrong_key_of_a_voice_is_told_wherever_the_voice_stands(
    entry: str, told: str, tmp_path: Path
) -> None:
    voice = f"{{engine: espeak, voice: en, {entry}}}"
    text = f"name: Rook\nlanguage: en\nvoice: {voice}\nfallbacks:\n  - {BLOCK}\n  - {voice}\n"
    refused(tmp_path, text, f"3: voice.{told}", f"6: fallbacks[1].{told}")


def test_everything_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    refused(
        tmp_path,
        """nam: Rook
language: en
voice: {engine: espeak, voice: en, pitch: 100, rate: 10}
fallbacks:
  - engine: espeak
    rate: 100
    rate: 100
phrases: [Hi., "?"]
""",
        f"1: name: is missing; give {TEXT}",
        "1: nam: there is no such key; did you mean name?",
        "3: voice.pitch: 100 cannot be used; give a whole number from 0 to 99",
        "3: voice.rate: 10 cannot be used; give whole words per minute from 80 to 450",
        f"5: fallbacks[0].voice: {NO_VOICE}",
        "7: fallbacks[0].rate: is given twice, first in line 6; keep one of them",
        "8: phrases[1]: '?' holds nothing that can be spoken; write words",
    )


def test_an_unknown_engine_is_the_one_thing_told_of_its_entry(tmp_path: Path) -> None:
    refused(
        tmp_path,
        "name: Rook\nlanguage: en\nvoice: {engine: festival, model: a/model, reference: reference.wav}\n",
        "3: voice.engine: there is no engine 'festival'; "
        "known are command, espeak, hibari, mlx, pyttsx3, upstream",
    )

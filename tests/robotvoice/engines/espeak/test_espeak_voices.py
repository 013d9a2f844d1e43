"""Every voice that eSpeak NG has can be asked for by name; a voice that it lacks is never spoken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.espeak.espeak_voices import Catalogue, CatalogueVoice, catalogue_from_command
from robotvoice.errors import EngineUnavailable, UnknownVoice
from robotvoice.persona import VoiceSpec
from tests.robotvoice.engines.espeak.real_espeak import hear, make_backend

ENGLISH = CatalogueVoice("gmw/en", "English (Great Britain)", ((2, "en-gb"), (2, "en")))
AMERICAN = CatalogueVoice("gmw/en-US", "English (America)", ((2, "en-us"), (3, "en")))
SCOTTISH = CatalogueVoice("gmw/en-GB-scotland", "English (Scotland)", ((5, "en-gb-scotland"), (4, "en")))
CATALOGUE = Catalogue("1.52.0", (SCOTTISH, AMERICAN, ENGLISH), ("Andy", "croak", "f4"))


@pytest.mark.parametrize(
    ("wanted", "identifier"),
    [
        ("en-gb", "gmw/en"),
        ("EN-GB", "gmw/en"),
        ("en", "gmw/en"),
        ("gmw/en-US", "gmw/en-US"),
        ("GMW/EN-us", "gmw/en-US"),
        ("English (America)", "gmw/en-US"),
        ("en+croak", "gmw/en+croak"),
        ("EN-GB+F4", "gmw/en+f4"),
        ("en-gb-scotland+andy", "gmw/en-GB-scotland+Andy"),
    ],
)
def test_a_name_means_the_voice_that_fits_best(wanted: str, identifier: str) -> None:
    assert CATALOGUE.resolve(wanted) == identifier


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("en-bg", "no voice 'en-bg'; near: en-gb"),
        ("gmw/em", "no voice 'gmw/em'; near: gmw/en"),
        ("en+crok", "no variant 'crok'; near: croak"),
        ("en+F5", "no variant 'F5'; near: f4"),
        ("en+ANDI", "no variant 'ANDI'; near: Andy"),
        ("klingon", "no voice 'klingon'; see espeak-ng --voices"),
        ("+f4", "no voice ''; see"),
        ("en+", "no variant ''; see"),
        ("en+croak+f4", "no variant 'croak\\+f4'; near: croak"),
        ("en/../../croak", "no voice 'en/../../croak'"),
    ],
)
def test_an_unknown_name_is_refused_with_near_ones(wanted: str, message: str) -> None:
    with pytest.raises(UnknownVoice, match=message):
        CATALOGUE.resolve(wanted)


@given(st.text() | st.from_regex(r"(en|gmw/en|x)(\+(f4|croak|y))?(\+z)?", fullmatch=True))
def test_whatever_is_wanted_a_voice_of_the_catalogue_speaks_or_none(wanted: str) -> None:
    try:
        base, _, variant = CATALOGUE.resolve(wanted).partition("+")
    except UnknownVoice:
        return
    assert base in {voice.identifier for voice in CATALOGUE.voices}
    assert variant in ("", *CATALOGUE.variants)


def test_the_tables_of_the_command_are_read() -> None:
    voices = (
        "Pty Language       Age/Gender VoiceName          File                 Other Languages\n"
        " 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)\n"
        " 5  sr              --/M      Serbian            zls/sr               (sr-rs 4)(bs)\n"
    )
    variants = (
        "Pty Language       Age/Gender VoiceName          File                 Other Languages\n"
        " 5  variant         --/F      female4            !v/f4                \n"
        " 5  variant         --/M      Mr_Serious         !v/Mr serious        \n"
        " 5  variant         --/M      Storm              !v/Storm             (en-us 5)\n"
    )
    catalogue = catalogue_from_command("1.51", voices, variants)
    assert catalogue == Catalogue(
        "1.51",
        (
            CatalogueVoice("gmw/en", "English (Great Britain)", ((2, "en-gb"), (2, "en"))),
            CatalogueVoice("zls/sr", "Serbian", ((5, "sr"), (4, "sr-rs"), (5, "bs"))),
        ),
        ("Mr serious", "Storm", "f4"),
    )


async def test_the_command_and_its_library_tell_the_same_voices() -> None:
    catalogues = []
    for which in ("installed library", "command"):
        backend = make_backend(which)
        catalogues.append(await backend.start())
        await backend.close()
    of_library, of_command = catalogues
    assert of_command.variants == of_library.variants
    assert _known_by(of_command) == _known_by(of_library)


def _known_by(catalogue: Catalogue) -> dict[str, tuple[str, set[tuple[int, str]]]]:
    # The library leaves the underscores of a few names as they are.
    return {
        voice.identifier: (voice.name.replace("_", " "), set(voice.languages)) for voice in catalogue.voices
    }


@pytest.mark.parametrize(
    ("voice", "near"),
    [
        ("en-bg", "near: en-gb"),
        ("en+crok", "near: croak"),
        ("12345", "see espeak-ng"),
        ("en+12345", "see espeak-ng"),
    ],
)
async def test_a_voice_that_espeak_lacks_is_not_ready_and_not_spoken_for(
    engine: EspeakEngine, voice: str, near: str
) -> None:
    wanted = VoiceSpec("espeak", voice)
    readiness = engine.readiness(wanted)
    assert not readiness
    assert readiness.reason is not None
    assert readiness.reason.code == "unknown_voice"
    assert near in readiness.reason.text
    with pytest.raises(EngineUnavailable, match=near):
        await hear(engine, voice=wanted)
    assert engine.readiness(VoiceSpec("espeak", "en"))


async def test_an_engine_on_demand_learns_with_its_first_sentence_that_it_lacks_a_voice(
    backend: EspeakBackend,
) -> None:
    engine = EspeakEngine([backend], on_demand=True)
    wanted = VoiceSpec("espeak", "en+nonsense")
    assert engine.readiness(wanted)
    with pytest.raises(EngineUnavailable, match="no variant 'nonsense'"):
        await hear(engine, voice=wanted)
    assert not engine.readiness(wanted)
    await engine.close()


@pytest.mark.slow
async def test_every_voice_and_variant_in_the_catalogue_speaks(backend: EspeakBackend) -> None:
    catalogue = await backend.start()
    engine = EspeakEngine([backend])
    await engine.start()
    voices = [voice.identifier for voice in catalogue.voices]
    assert len(voices) > 100
    voices += [f"en+{variant}" for variant in catalogue.variants]
    loudness = {voice: (await hear(engine, "Mama", VoiceSpec("espeak", voice))).loudness for voice in voices}
    await engine.close()
    # espeakng-loader 0.2.4 comes without the dictionaries of these.
    assert {voice for voice in voices if loudness[voice] < 100} <= {"gmq/fo", "trk/kaa", "art/xex"}


async def test_no_option_path_or_control_character_is_a_voice(engine: EspeakEngine) -> None:
    for voice in ("-h", "--help", "en -w out.wav", "en\0", "en\nen", "../en"):
        assert not engine.readiness(VoiceSpec("espeak", voice))

"""The eSpeak NG engine speaks as a persona asks, whoever spoke before and at the same time."""

import asyncio
import itertools

import pytest

from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.espeak.espeak_library import IDLE_CHILDREN, EspeakLibraryBackend
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.robotvoice.conftest import MakeEngine
from tests.robotvoice.engines.espeak.real_espeak import (
    GREMLIN,
    HELLO,
    PLAIN,
    SLOW,
    SPARK,
    STORY,
    VIXEN,
    Sound,
    children,
    eventually,
    hear,
    rest_of,
)

SAME_LENGTH = 0.08
"""Seconds by which a child that spoke before may differ from a new one"""


@pytest.mark.parametrize("voice", ["en-gb", "en+croak", "en+f4", "", "EN-GB+F4", "gmw/en-US"])
async def test_every_name_a_persona_may_use_speaks(engine: EspeakEngine, voice: str) -> None:
    sound = await hear(engine, voice=VoiceSpec("espeak", voice))
    assert sound.sample_rate == 22_050
    assert 0.7 < sound.seconds < 4
    assert sound.loudness > 500
    assert sound.origin.voice == (voice or "en")


async def test_the_origin_tells_what_the_synthesiser_was_set_to(engine: EspeakEngine) -> None:
    given = VoiceSpec("espeak", "en+f4", pitch=72, rate=135, volume=80)
    origin = (await hear(engine, voice=given)).origin
    assert (origin.engine, origin.voice, origin.stored) == ("espeak", "en+f4", False)
    assert origin.settings == {"pitch": 72, "rate": 135, "volume": 80}


async def test_what_a_persona_leaves_open_is_espeaks_default(engine: EspeakEngine) -> None:
    assert (await hear(engine)).origin.settings == {"pitch": 50, "rate": 175, "volume": 100}


async def test_zero_is_a_value_and_no_default(engine: EspeakEngine) -> None:
    sound = await hear(engine, voice=VoiceSpec("espeak", pitch=0, volume=0))
    assert sound.origin.settings == {"pitch": 0, "rate": 175, "volume": 0}
    assert sound.loudness == 0


async def test_pitch_rate_and_volume_are_heard(engine: EspeakEngine) -> None:
    low, high = [await hear(engine, voice=VoiceSpec("espeak", pitch=pitch)) for pitch in (5, 95)]
    assert high.hertz > 1.5 * low.hertz
    slow, fast = [await hear(engine, voice=VoiceSpec("espeak", rate=rate)) for rate in (80, 300)]
    assert slow.seconds > 2 * fast.seconds
    quiet, loud = [await hear(engine, voice=VoiceSpec("espeak", volume=volume)) for volume in (20, 100)]
    assert loud.loudness > 2 * quiet.loudness


async def test_nothing_of_a_persona_is_left_for_the_next_sentence(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(backend)
    await engine.start()
    before = await hear(engine)
    for persona in (SPARK, GREMLIN, VIXEN, VoiceSpec("espeak", "en+whisper", pitch=99, rate=80, volume=20)):
        await hear(engine, voice=persona)
        after = await hear(engine)
        assert after.origin == before.origin
        assert after.seconds == pytest.approx(before.seconds, abs=SAME_LENGTH)
        assert after.loudness == pytest.approx(before.loudness, rel=0.1)
        assert after.hertz == pytest.approx(before.hertz, rel=0.1)


@pytest.mark.slow
async def test_three_personas_at_once_are_never_mixed(engine: EspeakEngine) -> None:
    personas = (SPARK, GREMLIN, VIXEN)
    alone = [await hear(engine, voice=persona) for persona in personas]
    lengths = [sound.seconds for sound in alone]
    assert all(abs(one - other) > 3 * SAME_LENGTH for one, other in itertools.combinations(lengths, 2))

    async def speak_often(persona: VoiceSpec) -> list[Sound]:
        return [await hear(engine, voice=persona) for _ in range(30)]

    together = await asyncio.gather(*map(speak_often, personas))
    for expected, sounds in zip(alone, together, strict=True):
        assert [sound.origin for sound in sounds] == [expected.origin] * 30
        assert [sound.seconds for sound in sounds] == pytest.approx([expected.seconds] * 30, abs=SAME_LENGTH)


async def test_many_at_once_all_speak_and_only_a_few_children_stay(engine: EspeakEngine) -> None:
    sounds = await asyncio.gather(*(hear(engine) for _ in range(3 * IDLE_CHILDREN)))
    assert all(sound.seconds > 0.7 for sound in sounds)
    await eventually(lambda: len(children()) <= IDLE_CHILDREN)


async def test_a_library_child_is_used_again(library_engine: EspeakEngine) -> None:
    pids = set()
    for _ in range(5):
        await hear(library_engine)
        pids |= {child.pid for child in children()}
    assert len(pids) == 1


async def test_a_slow_listener_does_not_keep_the_child(
    library_backend: EspeakLibraryBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(library_backend)
    await engine.start()
    (child,) = children()
    whole = await hear(engine, STORY, SLOW)
    slow = engine.speak(Sentence(0, STORY), SLOW)
    first = await anext(slow)
    await eventually(lambda: not library_backend._pool._busy)
    assert (await hear(engine)).seconds > 0.7
    assert children() == [child]
    child.kill()
    rest = await rest_of(slow)
    assert len(first.pcm + rest.pcm) == pytest.approx(len(whole.pcm), rel=0.01)


async def test_a_word_proves_that_it_works(engine: EspeakEngine) -> None:
    await engine.probe()


async def test_the_description_tells_what_was_found(engine: EspeakEngine, backend: EspeakBackend) -> None:
    assert engine.description.startswith("eSpeak NG 1.")
    assert backend.description in engine.description


async def test_an_engine_that_has_not_started_says_so_and_does_not_speak(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(backend)
    readiness = engine.readiness(PLAIN)
    assert not readiness
    assert readiness.reason is not None
    assert readiness.reason.code == "starting"
    assert children() == []


async def test_an_engine_that_starts_twice_at_once_starts_once(
    library_backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(library_backend)
    await asyncio.gather(engine.start(), engine.start())
    await engine.start()
    assert len(children()) == 1


async def test_an_engine_on_demand_is_ready_at_once_and_starts_with_the_first_sentence(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(backend, on_demand=True)
    assert engine.readiness(PLAIN)
    assert children() == []
    assert (await hear(engine, HELLO, VIXEN)).origin.voice == "en+f4"

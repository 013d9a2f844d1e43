"""When the consent to a voice has ended it is not cloned, and what was made of it is gone."""

import asyncio
import datetime
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.consented_engine import ConsentedEngine
from gateway.engines.engine_parts import Parts
from gateway.engines.erasure import Erasure
from gateway.engines.upstream.canary_voices import CanaryVoices
from gateway.guard.output_guard_engine import OutputGuardEngine
from gateway.personas.active_personas import ActivePersonas
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.withdrawn import withdrawn
from gateway.requests.app_keys import ERASURE, PERSONAS, PHRASE_RENDERING
from robotvoice.persona import ModelVoice, Persona, UpstreamVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Sentence
from robotvoice.wire.last_answers import LastAnswer, LastAnswers
from tests.gateway.clips.recordings import spoken
from tests.gateway.engines.cache.parrot import FORMAT, Parrot, heard
from tests.gateway.in_process import RunningGateway, library, named, running, soon
from tests.gateway.personas.loading import load_personas

LAST_DAY = datetime.date(2026, 3, 1)
NEXT_DAY = LAST_DAY + datetime.timedelta(days=1)


def clone(key: str, until: str | None = LAST_DAY.isoformat()) -> VoiceSpec:
    return VoiceSpec("mlx", model_voice=ModelVoice("a/model", key, Path("clip.wav")), until=until)


ADA = Persona(
    "ada", "Ada", "en", clone("of ada"), (VoiceSpec("espeak"),), phrases=("Hello there.",), revision="a1"
)
BEA = replace(ADA, id="bea", name="Bea", voice=clone("of bea", None), phrases=("Good morning.",))


@dataclass
class Calendar:
    """What day it is."""

    day: datetime.date = LAST_DAY

    def __call__(self) -> datetime.date:
        return self.day


@asynccontextmanager
async def keeping(
    state: Path, today: Calendar, *personas: Persona, **more: Any
) -> AsyncIterator[tuple[RunningGateway, Parrot]]:
    """A gateway that keeps what a parrot says, in this folder."""
    parrot = Parrot()
    store = AudioStore(state / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret", today=today)
    storing, cache = StoringEngine(parrot, store, keys), CacheEngine(store, keys)
    engines = named(cache, storing, Parrot("espeak"))
    parts = Parts(engines, cache=cache, storing={"mlx": storing}, today=today)
    async with running(library(*personas), parts, state_dir=state, **more) as gateway:
        await cache.opened.wait()
        yield gateway, parrot


def files(state: Path, persona: Persona) -> tuple[int, int]:
    """How many recordings there are of a persona: what it said, and phrases."""
    assert persona.voice.model_voice
    shelf = AudioKeys(b"secret").shelf("mlx", persona.voice.model_voice)
    said = (state / "audio" / shelf).glob("*.audio")
    return len(list(said)), len(list((state / "phrases").glob(f"{persona.id}.*/*.wav")))


def all_there(state: Path) -> bool:
    return all(min(files(state, each)) > 0 for each in (ADA, BEA))


def only_beas(state: Path) -> bool:
    return files(state, ADA) == (0, 0) and min(files(state, BEA)) > 0


async def speak(gateway: RunningGateway, *names: str) -> list[str]:
    """Why another voice spoke, for each."""
    answers = [await gateway.say("One moment.", name) for name in names]
    assert all(answer.frames for answer in answers)
    return [answer.headers["X-Voice-Substitute"] for answer in answers]


async def test_the_day_after_nothing_is_cloned_and_nothing_is_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    today = Calendar()
    async with keeping(tmp_path, today, ADA, BEA) as (gateway, parrot):
        assert await speak(gateway, "ada", "bea") == ["none", "none"]
        await soon(lambda: all_there(tmp_path))
        begun = len(parrot.begun)
        today.day = NEXT_DAY
        assert await speak(gateway, "ada", "bea") == ["consent_expired", "none"]  # before anybody looked
        assert len(parrot.begun) == begun
        gateway.app[ERASURE].look_again()
        await soon(lambda: only_beas(tmp_path))
        assert (await gateway.ask("/v1/phrases/ada")).json["sentences"] == []
        async with gateway.socket() as client:
            await client.ask("1", "One moment.", persona="ada")
            _, start, *_ = await client.until("start")
            assert start["substitute"]["reason"] == "consent_expired"
            await client.ask("2", "One moment.", persona="ada", engines="own")
            (*_, last) = await client.until("unavailable")
            assert last["reason"] == "consent_expired"
    # The gateway has stopped, and who erases comes to its end first.
    told = [record.getMessage() for record in caplog.records if "erased" in record.getMessage()]
    assert sorted(told) == [
        "the cloned voice of ada has no consent any more; recordings erased from the audio cache: 2",
        "the voice of ada is cloned no more; recorded phrases erased: 1",
    ]


async def test_a_persona_file_whose_consent_ended_yesterday_speaks_with_its_other_voices(
    tmp_path: Path,
) -> None:
    """From the first sentence of a gateway on; today it may be cloned still."""
    day = datetime.date.today()
    for name, last in (("ada", day - datetime.timedelta(days=1)), ("bea", day)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.wav").write_bytes(name.encode())
        (tmp_path / name / "persona.yaml").write_text(
            f"name: {name.title()}\nlanguage: en\n"
            "voice: {engine: mlx, model: a/model, reference: clip.wav, x_vector_only: true}\n"
            "fallbacks: [{engine: espeak, voice: en}]\n"
            f"consent: {{subject: Ada, granted_by: Ada, scope: home, expires: {last}}}\n"
        )
    people = load_personas(tmp_path).personas.values()
    async with keeping(tmp_path / "state", Calendar(day), *people) as (gateway, _):
        assert await speak(gateway, "ada", "bea") == ["consent_expired", "none"]
        told = (await gateway.ask("/v1/personas")).json["personas"]
        assert [each["consent_until"] for each in told] == [str(day - datetime.timedelta(days=1)), str(day)]
        assert (await gateway.ask("/readyz")).json["personas"]["ada"] == {
            "ready": True,
            "own_voice": False,
            "reason": f"the consent to this voice ended with {day - datetime.timedelta(days=1)}",
        }


async def test_what_lay_there_when_it_ended_goes_at_the_next_start(tmp_path: Path) -> None:
    today = Calendar()
    async with keeping(tmp_path, today, ADA, BEA) as (gateway, _):
        await speak(gateway, "ada", "bea")
        await soon(lambda: all_there(tmp_path))
    today.day = NEXT_DAY
    async with keeping(tmp_path, today, ADA, BEA) as (gateway, _):
        await soon(lambda: only_beas(tmp_path))
        assert await speak(gateway, "ada") == ["consent_expired"]


@contextmanager
def others(gateway: RunningGateway, *personas: Persona) -> Iterator[None]:
    """From now on these are the personas."""
    people = MappingProxyType({each.id: each for each in personas})
    gateway.app[PERSONAS].library = PersonaLibrary(people)
    gateway.app[PHRASE_RENDERING].look_again()
    gateway.app[ERASURE].look_again()
    yield


@pytest.mark.parametrize("left", [(), (replace(ADA, voice=VoiceSpec("espeak"), revision="a2"),)])
async def test_so_it_is_with_a_persona_that_was_removed_or_whose_consent_was(
    tmp_path: Path, left: tuple[Persona, ...]
) -> None:
    async with keeping(tmp_path, Calendar(), ADA, BEA) as (gateway, _):
        await speak(gateway, "ada", "bea")
        await soon(lambda: all_there(tmp_path))
        with others(gateway, *left, BEA):
            await soon(lambda: only_beas(tmp_path))


async def test_who_has_no_other_voice_gets_a_plain_one_unless_it_would_rather_be_silent(
    tmp_path: Path,
) -> None:
    alone = replace(ADA, fallbacks=())
    silent = replace(alone, id="sil", name="Sil", when_unavailable="silent")
    async with keeping(tmp_path, Calendar(NEXT_DAY), alone, silent) as (gateway, parrot):
        answer = await gateway.say("One moment.", "ada")
        assert (answer.headers["X-Voice-Engine"], answer.headers["X-Voice-Substitute"]) == (
            "espeak",
            "consent_expired",
        )
        refused = await gateway.say("One moment.", "sil")
        assert refused.status == 503 and "consent to this voice ended with 2026-03-01" in str(refused.body)
        assert parrot.begun == []


async def test_what_was_made_before_the_persona_was_changed_goes_with_it(tmp_path: Path) -> None:
    """Nobody can tell any more whose it is."""
    today = Calendar()
    before = replace(ADA, voice=clone("of ada, before"), revision="a0")
    async with keeping(tmp_path, today, before) as (gateway, _):
        await speak(gateway, "ada")
        await soon(lambda: len(list((tmp_path / "audio").rglob("*.audio"))) > 0)
    today.day = NEXT_DAY
    async with keeping(tmp_path, today, ADA, BEA) as (gateway, _):
        await speak(gateway, "bea")
        shelves = [AudioKeys(b"secret").shelf("mlx", each) for each in (BEA.voice.model_voice,) if each]
        await soon(lambda: [each.name for each in (tmp_path / "audio").iterdir() if each.is_dir()] == shelves)


async def test_that_it_ended_is_told_before_anything_that_is_wrong_with_its_engine(tmp_path: Path) -> None:
    far = VoiceSpec(
        "upstream:gone", "ada", upstream_voice=UpstreamVoice("key", cloned=True), until="2020-01-31"
    )
    async with keeping(tmp_path, Calendar(), replace(ADA, voice=far)) as (gateway, _):
        assert await speak(gateway, "ada") == ["consent_expired"]


def test_what_another_persona_may_still_speak_with_stays() -> None:
    longer = replace(ADA, id="eve", voice=clone("of ada", "2027-01-01"))
    both = {"ada": ADA, "eve": longer}
    assert withdrawn(both, both, NEXT_DAY) == {}
    assert withdrawn({"ada": ADA}, {}, LAST_DAY) == {"ada": (ADA.voice,)}
    assert withdrawn({"ada": ADA}, {"ada": ADA}, LAST_DAY) == {}
    fallback = replace(ADA, voice=VoiceSpec("espeak"), fallbacks=(clone("of ada"),))
    assert withdrawn({}, {"ada": fallback}, NEXT_DAY) == {"ada": fallback.fallbacks}


async def test_it_looks_at_midnight_without_being_told() -> None:
    today, changed = Calendar(), asyncio.Event()

    def now() -> datetime.datetime:
        return datetime.datetime.combine(today.day, datetime.time(23, 59, 59, 900_000))

    answers = LastAnswers()
    answers.put("key", LastAnswer(b"a clone", {}))
    people = ActivePersonas(library(ADA))
    erasure = Erasure(people, Parts({}, today=today), answers, changed=changed.set, now=now)
    task = asyncio.create_task(erasure.run())
    await asyncio.sleep(0.02)
    assert not changed.is_set() and answers.get("key")
    today.day = NEXT_DAY
    async with asyncio.timeout(2):
        await changed.wait()
    assert answers.get("key") is None
    task.cancel()
    await asyncio.wait({task})


class Loud(Parrot):
    """Makes a sentence that passes for one."""

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.voices.append(voice)
        pcm = (spoken(2.0, rate=FORMAT.sample_rate) * 32_767).astype("<i2").tobytes()
        yield AudioChunk(pcm, FORMAT, Origin("mlx", "a voice"))


@pytest.mark.parametrize("told", [False, True])
async def test_a_voice_that_spoke_well_is_no_canary_any_more(told: bool) -> None:
    """Nobody hears those, but it would be cloned all the same."""
    today, parrot = Calendar(), Loud()
    engine = OutputGuardEngine(ConsentedEngine(parrot, today))
    stock = VoiceSpec("mlx", model_voice=ModelVoice("a/model", "stock"))
    for voice in (stock, ADA.voice):
        await heard(engine, "Hello there, my friend.", voice)
    await engine.probe()
    assert parrot.voices[-1] == ADA.voice
    if told:  # as when its persona was removed
        engine.forget([ADA.voice.source])
    else:
        today.day = NEXT_DAY
    await engine.probe()
    assert parrot.voices[-1] == stock


def test_nor_is_it_one_of_an_upstream() -> None:
    voices = CanaryVoices()
    stock, cloned = VoiceSpec("upstream:a", "stock"), VoiceSpec("upstream:a", "somebody's")
    for voice in (stock, cloned):
        voices.asked(voice)
        voices.spoke(voice)
    voices.forget([cloned.source])
    assert list(voices.in_turn()) == [stock]

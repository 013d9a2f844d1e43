"""`GET /v1/personas[/ID]`: what a robot must know to speak for a persona by itself, and no more."""

import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from gateway.ground.folders import bundled_personas
from robotvoice.persona import Consent, Persona, VoiceSpec
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

VIXENS = {
    "engine": "espeak",
    "voice": "en+f4",
    "pitch": 72,
    "rate": 135,
    "volume": None,
    "lexicon": [],
    "semitones": None,
    "speed": None,
}


async def test_everybody_is_listed_with_who_speaks_when_nobody_is_named(gateway: RunningGateway) -> None:
    found = (await gateway.ask("/v1/personas")).json
    assert sorted(found) == ["default", "personas", "unusable"]
    assert found["default"] == "spark"
    assert [each["id"] for each in found["personas"]] == ["gremlin", "spark", "vixen"]


async def test_a_persona_is_told_with_its_local_voice_and_its_phrases(gateway: RunningGateway) -> None:
    found = (await gateway.ask("/v1/personas/vixen")).json
    assert re.fullmatch(r"[0-9a-f]{8,64}", found.pop("revision"))
    assert "Hello, I'm Vixen." in found.pop("phrases")
    assert found == {
        "id": "vixen",
        "name": "Vixen",
        "aliases": [],
        "language": "en",
        "engine": "espeak",
        "clones": False,
        "when_unavailable": "substitute",
        "first_audio_budget": 2.0,
        "whole_answer_budget": 12.0,
        "acting": "drop",
        "numbers": "words",
        "voices": [VIXENS],
        "local_voices": [VIXENS],
        "consent_until": None,
    }


@pytest.mark.parametrize("name", ["spark", "SPARK", "Spark", "data", "Data"])
async def test_one_persona_goes_by_any_of_its_names(gateway: RunningGateway, name: str) -> None:
    listed = (await gateway.ask("/v1/personas")).json["personas"]
    assert (await gateway.ask(f"/v1/personas/{name}")).json in listed
    assert (await gateway.ask(f"/v1/personas/{name}")).json["id"] == "spark"


STRANGERS = [
    "nobody",
    "../spark",
    "..",
    ".",
    "spark/..",
    "spark\0",
    "\0",
    "\ud7ff",
    "v" * 5_000,
    "%",
    "'\"<b>",
]


@pytest.mark.parametrize("name", STRANGERS, ids=range(len(STRANGERS)))
async def test_a_stranger_is_not_found_whatever_the_name(gateway: RunningGateway, name: str) -> None:
    answer = await gateway.ask(f"/v1/personas/{quote(name, safe='')}")
    assert answer.status == 404
    assert answer.json["code"] in ("unknown_voice", "http")
    assert len(answer.body) < 200


async def test_a_near_name_is_offered(gateway: RunningGateway) -> None:
    assert "did you mean gremlin?" in (await gateway.ask("/v1/personas/gremlim")).json["error"]


async def test_what_only_the_gateway_can_speak_is_not_told() -> None:
    """A cloned voice is a recording of somebody: a robot gets the voices it can speak itself."""
    cloned = replace(
        persona("p", "clone"),
        voice=VoiceSpec("clone", "reference.wav"),
        fallbacks=(VoiceSpec("espeak", "en+f4", pitch=7, lexicon=(("PiCar", "pie car"),)),),
    )
    async with running(library(cloned), named(ScriptedEngine("clone"), ScriptedEngine("espeak"))) as gateway:
        answer = await gateway.ask("/v1/personas/p")
        assert b"reference" not in answer.body
        assert answer.json["engine"] == "clone"
        (local,) = answer.json["local_voices"]
        assert (local["voice"], local["pitch"], local["lexicon"]) == ("en+f4", 7, [["PiCar", "pie car"]])


async def test_no_path_of_this_machine_is_told(gateway: RunningGateway) -> None:
    for path in ("/v1/personas", "/v1/personas/spark", "/v1/personas/nobody"):
        body = (await gateway.ask(path)).body.decode()
        assert str(bundled_personas()) not in body
        assert not re.search(r"\.(yaml|wav|txt|py)\b", body)


async def test_nobodys_names_are_told_by_any_route() -> None:
    """Of a consent only the last day goes over the wire."""
    secrets = ("Zuleika", "Zebedee", "Zoroaster", "Zephyrine", "Zenobia")
    subject, granted_by, scope, relationship, guardian = secrets
    consent = Consent(subject, granted_by, scope, relationship, None, "2020-01-31", "f" * 64, guardian)
    ended = VoiceSpec("espeak", until="2020-01-31")
    ada = Persona("ada", "Ada", "en", ended, consent=consent)
    async with running(library(ada, replace(ada, id="bea", name="Bea"))) as gateway:
        for target in (
            *("/", "/health", "/readyz", "/metrics", "/v1/personas", "/v1/personas/ada", "/v1/status"),
            *("/v1/phrases/ada", "/v1/models", "/v1/audio/voices", "/v1/audio/models"),
            *("/synthesize?text=Hi&voice=ada", "/synthesize?text=Hi&voice=nobody"),
        ):
            answer = await gateway.ask(target)
            told = answer.body + str(answer.headers).encode()
            assert not [each for each in secrets if each.encode() in told], target
        told = (await gateway.ask("/v1/personas/ada")).json
        assert told["consent_until"] == "2020-01-31" and "consent" not in told

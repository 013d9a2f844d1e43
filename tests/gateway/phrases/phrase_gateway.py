"""A gateway with a persona whose clone is a parrot, and what its packs hold."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from gateway.personas.persona_files import PersonaLibrary
from gateway.phrases import phrase_rendering
from gateway.requests.app_keys import PERSONAS, PHRASE_RENDERING, PHRASES
from robotvoice.engines.base import Engine
from robotvoice.persona import ModelVoice, Persona, VoiceSpec
from tests.gateway.engines.cache.parrot import Parrot
from tests.gateway.in_process import RunningGateway, library, named, running, soon

TEXTS = ("Hello there.", "One moment.", "I am back.")
CLONE = VoiceSpec("mlx", model_voice=ModelVoice("a/model", "key of a", Path("clip.wav")))
ADA = Persona("ada", "Ada", "en", CLONE, phrases=("Hello there. One moment.", TEXTS[2]), revision="a1")
PLAIN = Persona("plain", "Plain", "en", VoiceSpec("espeak"), phrases=("Hello.",), revision="b1")


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed rests for no time worth mentioning."""
    monkeypatch.setattr(phrase_rendering, "LOOK_AGAIN", 0.01)
    for rest in ("UNAVAILABLE", "ENGINE_FAILED", "SENTENCE_FAILED", "DISK_FAILED"):
        monkeypatch.setattr(phrase_rendering, rest, (0.01, 0.02))


@asynccontextmanager
async def phrase_gateway(
    *personas: Persona, parrot: Engine | None = None, state: Path | None = None, **settings: Any
) -> AsyncIterator[RunningGateway]:
    told = {**settings, **({"state_dir": state} if state else {})}
    people = library(*(personas or (ADA,)))
    async with running(people, named(parrot or Parrot(), Parrot("espeak")), **told) as gateway:
        yield gateway


def use(gateway: RunningGateway, *personas: Persona) -> None:
    """From now on these are the personas."""
    people = MappingProxyType({each.id: each for each in personas})
    gateway.app[PERSONAS].library = PersonaLibrary(people)
    gateway.app[PHRASE_RENDERING].look_again()


async def manifest(gateway: RunningGateway, persona: str = "ada") -> Any:
    answer = await gateway.ask(f"/v1/phrases/{persona}")
    assert answer.status == 200
    return answer.json


async def complete(gateway: RunningGateway, persona: Persona = ADA) -> Any:
    """The manifest, once it is."""

    def all_there() -> bool:
        pack = gateway.app[PHRASES].pack(persona)
        return pack.complete and pack.wanted > 0

    await soon(all_there)
    return await manifest(gateway, persona.id)


def address(told: Mapping[str, Any], number: int = 0) -> str:
    """Of a recording in a manifest."""
    return f"/v1/phrases/{told['persona']}/{told['revision']}/{told['sentences'][number]['sha256']}"


async def recordings(gateway: RunningGateway, told: Mapping[str, Any]) -> dict[str, bytes]:
    """WAV files by text, each as the manifest says it is."""
    found = {}
    for number, sentence in enumerate(told["sentences"]):
        answer = await gateway.ask(address(told, number))
        assert (answer.status, len(answer.body)) == (200, sentence["bytes"])
        assert hashlib.sha256(answer.body).hexdigest() == sentence["sha256"]
        assert answer.frames
        found[sentence["text"]] = answer.body
    return found


def revised(persona: Persona, revision: str, key: str = "another key") -> Persona:
    """Who sounds otherwise now."""
    assert persona.voice.model_voice
    voice = replace(persona.voice, model_voice=replace(persona.voice.model_voice, key=key))
    return replace(persona, voice=voice, revision=revision)

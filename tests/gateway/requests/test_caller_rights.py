"""What whoever comes from the network may ask for, besides the routes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.requests.app_keys import SETTINGS
from gateway.security.credentials import KEYS_FILE, Credentials
from robotvoice.persona import Consent, Persona, UpstreamVoice, VoiceSpec
from robotvoice.utterance import PRIORITIES
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.api.openai.openai_client import CHUNK, Cloner, alone, base64_clip, cloning
from tests.gateway.in_process import Answer, RunningGateway, library, named, persona, running

URGENT = {"X-Priority": "urgent", "X-Budget-Ms": "600000"}


def with_key(gateway: RunningGateway, *, clips: bool = False) -> dict[str, str]:
    """The headers of a program that has one."""
    keys = Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE)
    return {"Authorization": f"Bearer {keys.new('agent', clips=clips)}"}


def warnings(told: Answer) -> str:
    return told.headers.get("X-Voice-Warning", "")


async def test_a_key_is_not_urgent_and_waits_for_half_a_minute_at_most() -> None:
    engine = ScriptedEngine("speaks")
    async with running(alone("speaks"), named(engine), from_network=True) as gateway:
        key = with_key(gateway)
        body = {"input": "Hello.", "response_format": "pcm"}
        for path, more in (("/synthesize?text=Hello.", {}), ("/v1/audio/speech", {"json": body})):
            told = await gateway.ask(path, "POST", headers=key | URGENT, **more)
            assert told.status == 200, told
            assert "X-Priority is not followed" in warnings(told)
            assert "X-Budget-Ms is 30000 ms" in warnings(told)
            assert engine.given[-1].asked.priority == PRIORITIES["dialogue"]
            told = await gateway.ask(path, "POST", headers=key | {"X-Budget-Ms": "30000"}, **more)
            assert (told.status, warnings(told)) == (200, "")
        async with gateway.socket(headers=key) as client:
            await client.ask(priority="urgent", budget_ms=600_000)
            last = (await client.until("complete", "error"))[-1]
            assert last["type"] == "complete"
            assert [each.partition(" ")[0] for each in last["warnings"]] == ["priority", "budget_ms"]
        assert engine.given[-1].asked.priority == PRIORITIES["dialogue"]


async def test_a_program_of_this_machine_is_urgent_and_waits_as_long_as_it_likes() -> None:
    engine = ScriptedEngine("speaks")
    async with running(alone("speaks"), named(engine)) as gateway:
        told = await gateway.ask("/synthesize?text=Hello.", headers=URGENT)
        assert (told.status, warnings(told)) == (200, "")
        assert engine.given[-1].asked.priority == PRIORITIES["urgent"]


async def test_a_recording_comes_with_a_key_only_if_that_is_one_for_recordings() -> None:
    engine = Cloner()
    body = {"input": "Hello.", "response_format": "pcm", "ref_audio": base64_clip(6.0), "consent": "Ada"}
    async with running(*cloning(engine), from_network=True) as gateway:
        told = await gateway.ask("/v1/audio/speech", "POST", json=body, headers=with_key(gateway))
        assert told.status == 403 and len(told.body) <= 250
        assert told.json["error"]["param"] == "ref_audio"
        assert "robotvoice-gateway key new NAME --clips" in told.json["error"]["message"]
        assert not engine.voices
        Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE).remove("agent")
        told = await gateway.ask("/v1/audio/speech", "POST", json=body, headers=with_key(gateway, clips=True))
        assert (told.status, told.body) == (200, CHUNK)


MINE = Consent("Ada", "Ada", "home")
CLONED = VoiceSpec("upstream:studio", upstream_voice=UpstreamVoice("k", reference=Path("clip.wav")))
NAMED = VoiceSpec("upstream:studio", "nova", upstream_voice=UpstreamVoice("k"))


def heard(id: str, voice: VoiceSpec, consent: Consent | None = None) -> Persona:
    return replace(persona(id, "plain"), voice=voice, consent=consent, aliases=(f"{id}-too",))


PEOPLE = library(
    heard("ada", CLONED, MINE),
    replace(heard("behind", VoiceSpec("plain"), MINE), fallbacks=(CLONED,), when_unavailable="silent"),
    heard("far", NAMED, MINE),
    heard("preset", NAMED),
    heard("robin", VoiceSpec("plain"), Consent("synthetic", "project", "demo")),
)
"""All but the last two speak with somebody's voice, or may"""


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[RunningGateway]:
    engines = named(ScriptedEngine("upstream:studio"), ScriptedEngine("plain"))
    async with running(PEOPLE, engines, from_network=True, open_lan=True, **settings) as gateway:
        yield gateway


async def spoke(gateway: RunningGateway, query: str) -> int:
    """The status; the same however it is asked."""
    fields = dict(each.split("=") for each in f"text=Hello.&{query}".strip("&").split("&"))
    asked = [
        await gateway.ask(f"/synthesize?text=Hello.&{query}"),
        await gateway.ask("/synthesize", "POST", json=fields),
        await gateway.ask("/synthesize", "POST", data=fields),
        await gateway.ask(f"/synthesize?text=Hello.&{query}", headers={"Range": "bytes=0-"}),
    ]
    (status,) = {200 if told.status == 206 else told.status for told in asked}
    assert all(told.frames if status == 200 else told.short_error for told in asked)
    return status


async def test_everybody_hears_those_in_whom_is_nobodys_voice_and_no_others() -> None:
    async with opened() as gateway:
        for name in ("robin", "Robin", "robin-too", "preset"):
            assert await spoke(gateway, f"voice={name}") == 200
        for name in ("ada", "ADA", "Ada", "ada-too", "behind", "far"):
            assert await spoke(gateway, f"voice={name}") == 403
        told = await gateway.say("Hello.", "ada")
        assert told.short_error == 'needs a key, or the owner sets open_personas = ["ada"]'


async def test_a_name_that_is_nobodys_is_answered_with_those_that_everybody_hears() -> None:
    async with opened() as gateway:
        told = await gateway.say("Hello.", "ad")
        assert told.status == 404
        assert not any(name in told.short_error for name in ("ada", "behind", "far"))


@pytest.mark.parametrize("query", ["", "voice=", "voice=alloy"])
@pytest.mark.parametrize(("default", "speaks"), [("robin", "robin"), ("ada", "preset"), (None, "preset")])
async def test_where_nobody_is_named_one_speaks_that_everybody_hears(
    query: str, default: str | None, speaks: str
) -> None:
    """The default persona, else the first."""
    async with opened(default_persona=default) as gateway:
        assert await spoke(gateway, query) == 200
        assert (await gateway.ask("/health")).json["default_voice"] == speaks


async def test_those_who_are_named_are_heard_by_everybody_by_whichever_name() -> None:
    async with opened(open_personas=["ada", "FAR-too", "nobody"]) as gateway:
        for name in ("ada", "far", "robin"):
            assert await spoke(gateway, f"voice={name}") == 200
        assert await spoke(gateway, "voice=behind") == 403
        assert set((await gateway.ask("/health")).json["personas"]) == {"ada", "far", "preset", "robin"}


async def test_health_tells_everybody_of_those_alone_and_of_nothing_else() -> None:
    async with opened() as gateway:
        told = await gateway.ask("/health")
        assert set(told.json["personas"]) == {"preset", "robin"}
        assert told.json["voices"] == ["preset", "preset-too", "robin", "robin-too"]
        whole = (await gateway.order("/health")).json
        assert set(whole) - set(told.json) == {"engines", "problems", "speaking", "mdns"}
        for hidden in ("ada", "behind", "far-too"):
            assert hidden.encode() not in told.body and hidden in json.dumps(whole)


async def test_where_nobody_may_be_heard_it_says_so() -> None:
    only = library(heard("ada", CLONED, MINE))
    engines = named(ScriptedEngine("upstream:studio"), ScriptedEngine("plain"))
    async with running(only, engines, from_network=True, open_lan=True) as gateway:
        for path in ("/health", "/synthesize?text=Hello."):
            told = await gateway.ask(path)
            assert (told.status, len(told.body) <= 100) == (403, True)
            assert "open_personas" in told.json["error"]


async def test_a_part_of_what_somebody_else_asked_for_is_nobodys_to_find() -> None:
    """HEAD and Range tell of an answer that was made a moment ago; each key has its own."""
    async with running(from_network=True) as gateway:
        keys = Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE)
        one, other = ({"Authorization": f"Bearer {keys.new(name)}"} for name in ("one", "other"))
        path = "/synthesize?text=I+love+you."
        assert (await gateway.order(path)).frames and (await gateway.ask(path, headers=one)).frames
        assert "ETag" in (await gateway.order(path, "HEAD")).headers
        assert "ETag" in (await gateway.ask(path, "HEAD", headers=one)).headers
        assert "ETag" not in (await gateway.ask(path, "HEAD", headers=other)).headers

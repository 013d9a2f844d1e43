"""`GET /v1/status`: who would speak now and why not the clone, and how the last hour went."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.api.status_report import summary
from gateway.observe.last_hour import MINUTES, LastHour
from gateway.observe.request_log import TextOutcome
from gateway.requests.app_keys import ENGINES
from gateway.settings.settings import load_settings
from robotvoice.chain.breaker import State
from robotvoice.engines.base import Readiness
from robotvoice.persona import ModelVoice, Persona, VoiceSpec
from robotvoice.service.settings_changes import SettingsChanges
from robotvoice.utterance import Outcome, Reason, Spoken
from tests.fakes.scripted_engine import DIES, ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running

LOADING = Readiness(Reason("loading", "/srv/models/Some-Model is being loaded"))


async def status(gateway: RunningGateway) -> Any:
    return (await gateway.ask("/v1/status")).json


def cloned(id: str, *fallbacks: str) -> Persona:
    own = VoiceSpec("clone", model_voice=ModelVoice("some/Model", "key", ad_hoc=True))
    return replace(persona(id, "clone", *fallbacks), voice=own)


async def test_of_each_persona_it_says_who_would_speak_and_why_not_its_own_voice() -> None:
    engines = named(
        ScriptedEngine("clone", readiness=LOADING),
        ScriptedEngine("late", start_estimate=3.0),
        ScriptedEngine("speaks"),
    )
    people = library(
        cloned("ada", "speaks"), persona("bob", "late", "speaks"), persona("eve", "speaks"), cloned("zoe")
    )
    async with running(people, engines) as gateway:
        personas = (await status(gateway))["personas"]
    assert {name: each["speaks"] for name, each in personas.items()} == {
        "ada": "speaks",
        "bob": "speaks",
        "eve": "speaks",
        "zoe": None,
    }
    assert [name for name, each in personas.items() if each["own_voice"]] == ["eve"]
    assert [name for name, each in personas.items() if each["clones"]] == ["ada", "zoe"]
    # No path of the gateway's machine is told.
    assert personas["ada"]["reason"] == {"code": "loading", "text": "Some-Model is being loaded"}
    assert personas["bob"]["reason"]["code"] == "too_late"
    assert personas["eve"]["reason"] is None


async def test_asking_makes_nobody_speak_and_settles_no_breaker() -> None:
    engine = ScriptedEngine("speaks")
    async with running(library(persona("eve", "speaks")), named(engine)) as gateway:
        for _ in range(10):
            await status(gateway)
        breaker = gateway.app[ENGINES]["speaks"].breaker
        assert breaker and breaker.state is State.CLOSED
        assert (await gateway.say("Hello.")).status == 200
    assert engine.asked == ["Hello."]


async def test_a_breaker_says_why_it_is_as_it_is_and_for_how_long() -> None:
    engines = named(
        *(ScriptedEngine(name, [DIES]) for name in ("dies", "kept", "barred")), ScriptedEngine("fine")
    )
    async with running(library(persona("rook", "dies", "fine")), engines) as gateway:
        guarded = gateway.app[ENGINES]
        for _ in range(3):
            await gateway.say("Hello.")
        for name, code in (("kept", "operator"), ("barred", "not_authorised")):
            breaker = guarded[name].breaker
            assert breaker
            breaker.force(State.FORCED_OPEN, Reason(code, "it is so"))
        told = (await status(gateway))["engines"]
    breakers = {name: each["breaker"] for name, each in told.items()}
    assert breakers["dies"]["state"] == "open"
    assert 0 < breakers["dies"]["half_open_in"] <= 2.4
    assert breakers["dies"]["reason"] == {"code": "died", "text": "it died"}
    assert {name: each["forced_by"] for name, each in breakers.items()} == {
        "dies": None,
        "kept": "operator",
        "barred": "engine",
        "fine": None,
    }
    assert breakers["fine"] == {
        "state": "closed",
        "half_open_in": None,
        "opened": 0,
        "reason": None,
        "forced_by": None,
    }
    assert {name for name, each in told.items() if each["used"]} == {"dies", "fine"}


async def test_the_share_of_cloned_speech_is_that_of_personas_with_a_cloned_voice() -> None:
    clone = ScriptedEngine("clone", [100], [DIES], [100], [100])
    people = library(cloned("ada", "speaks"), persona("eve", "speaks"))
    async with running(people, named(clone, ScriptedEngine("speaks"))) as gateway:
        for voice in ("ada", "ada", "ada", "ada", "eve"):
            await gateway.say("Hello.", voice)
        told = await status(gateway)
    assert told["last_hour"] == {"sentences": 4, "cloned": 3, "share": 0.75, "reasons": {"died": 1}}
    assert told["uptime"] >= 0.0 and told["speaking"] == 0


def account(*reasons: str | None) -> TextOutcome:
    """Of a sentence for each: None is spoken by the clone."""
    rows = [Spoken(0, "x", "y", substitute=Reason(reason, "") if reason else None) for reason in reasons]
    return TextOutcome(
        "1", "openai", "ada", Outcome.COMPLETE, None, "x", True, tuple(rows), (), None, None, 1.0, 1.0
    )


@pytest.mark.parametrize("start", [0.0, 59.9, 86_400.0 * 365])
def test_an_hour_is_forgotten_minute_by_minute_and_never_grows(start: float) -> None:
    now = [start]
    hour = LastHour(lambda: now[0])
    assert hour.share.share is None
    for _ in range(3 * MINUTES):
        hour.add(account(None, "died", "made_up"))
        now[0] += 60.0
    now[0] -= 60.0
    assert hour.share.sentences == 3 * MINUTES
    assert hour.share.cloned == MINUTES
    assert hour.share.reasons == {"died": MINUTES, "other": MINUTES}
    now[0] += 30 * 60.0
    assert hour.share.sentences == 3 * (MINUTES - 30)
    now[0] += 3600.0
    assert hour.share.share is None


async def test_a_settings_file_that_was_changed_is_told_by_names_alone(tmp_path: Path) -> None:
    """No value and no path leaves the machine."""
    file = tmp_path / "gateway.toml"
    file.write_text("port = 0\n")
    used = load_settings(file)
    changes = SettingsChanges(used, type(used).model_fields, lambda: load_settings(file), lambda: file)
    async with running(engines=named(ScriptedEngine("espeak")), changes=changes) as gateway:
        assert (await status(gateway))["settings"] == {"changed": [], "broken": False}
        file.write_text('port = 0\nlan = true\nhide = ["vixen"]\n')
        assert (await status(gateway))["settings"] == {"changed": ["lan", "hide"], "broken": False}
        file.write_text("lan = perhaps\n")
        assert (await status(gateway))["settings"] == {"changed": [], "broken": True}


async def test_all_speech_errors_and_who_is_connected_are_counted() -> None:
    people = library(persona("eve", "speaks"), persona("bob", "dies"))
    async with running(
        people, named(ScriptedEngine("speaks"), ScriptedEngine("dies", [100, DIES]))
    ) as gateway:
        before = await status(gateway)
        assert before["spoken"]["last_error"] is None
        assert before["summary"] == "All is well: Eve and Bob can speak; none of them has a cloned voice"
        await gateway.say("Hello. There.", "eve")
        await gateway.say("", "eve")
        async with gateway.session.ws_connect(gateway.url("/ws/tts?events=1")), gateway.socket() as client:
            await client.ask("1", "Hello.", voice="bob")
            await client.until("complete", "error")
            told = await status(gateway)
    spoken = told["spoken"]
    assert (spoken["texts"], spoken["errors"], spoken["refused"]) == (1, 1, 1)
    assert spoken["sentences"]["speaks"] == 2
    assert (spoken["last_error"]["persona"], spoken["last_error"]["reason"]) == ("bob", "died")
    assert (told["robots"], told["connections"]) == (1, 2)


def speaker(*, speaks: bool = True, clones: bool = False, own: bool = True, why: str = "") -> dict[str, Any]:
    reason = {"code": "x", "text": why} if why else None
    return {"speaks": "espeak" if speaks else None, "clones": clones, "own_voice": own, "reason": reason}


@pytest.mark.parametrize(
    ("speakers", "words"),
    [
        (
            {"a": speaker(speaks=False, own=False, why="eSpeak NG is missing")},
            "A cannot speak: eSpeak NG is missing",
        ),
        (
            {"a": speaker(), "b": speaker(clones=True, own=False, why="the model is loading")},
            "B sounds plain: the model is loading",
        ),
        (
            {each: speaker(clones=True, own=False, why="it is so") for each in "abcde"},
            "A, B and 3 more sound plain: it is so",
        ),
        ({"a": speaker(own=False, why="it died")}, "A speaks with another voice: it died"),
        ({"a": speaker(), "b": speaker(clones=True)}, "All is well: B has its cloned voice"),
        (
            {"a": speaker(clones=True), "b": speaker(clones=True)},
            "All is well: A and B have their cloned voices",
        ),
        ({"a": speaker()}, "All is well: A can speak; none of them has a cloned voice"),
    ],
)
def test_the_summary_is_of_what_is_worst(speakers: dict[str, Any], words: str) -> None:
    assert summary(speakers, {id: persona(id, "espeak") for id in speakers}) == words

"""Whether the gateway lives, who can speak and why not; and that it tells nothing of its files."""

import asyncio
import json
from pathlib import Path
from typing import ClassVar

import pytest

from gateway.clips.clip import Clip
from gateway.engines.engine_parts import Parts
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.guard.output_guard_engine import OutputGuardEngine
from gateway.mdns.mdns_advertiser import Advertiser
from gateway.personas.persona_files import PersonaLibrary
from gateway.requests.app_keys import GATEWAY_ID, RUN
from robotvoice import __version__
from robotvoice.engines.base import Readiness
from robotvoice.persona import ModelVoice
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import DIES, FOREVER, SPEAKS, ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

IDENTITY = {"service": "robotvoice", "version": __version__, "protocol": 1, "id": "under-test"}
COLD = Readiness(Reason("cold", "the model is being loaded"), 1.5)


async def test_the_root_answers_who_this_is(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/")
    assert (answer.status, answer.json) == (200, IDENTITY)


async def test_it_says_that_it_is_alive(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/healthz")
    told = {"alive": True, "id": gateway.app[GATEWAY_ID], "run": gateway.app[RUN]}
    assert (answer.status, answer.json) == (200, told)


@pytest.mark.parametrize("path", ["/", "/health", "/healthz", "/readyz"])
async def test_a_monitor_may_ask_by_head(gateway: RunningGateway, path: str) -> None:
    answer = await gateway.ask(path, "HEAD")
    assert (answer.status, answer.body) == (200, b"")


async def test_health_shows_everything_at_one_look(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/health")
    found = answer.json
    espeak = found["engines"].pop("espeak")
    assert answer.status == 200
    assert found.pop("model") == espeak.pop("description")
    assert espeak == {"ready": True, "reason": None, "breaker": "closed", "retry_after": None}
    can_speak = {"ready": True, "own_voice": True, "reason": None}
    assert found == {
        **IDENTITY,
        "status": "ok",
        "ready": True,
        "backend": "espeak",
        "model_loaded": True,
        "voices": ["gremlin", "spark", "data", "vixen"],
        "default_voice": "spark",
        "engines": {},
        "personas": {"gremlin": can_speak, "spark": can_speak, "vixen": can_speak},
        "problems": 0,
        "speaking": 0,
        "mdns": Advertiser().state,
    }


async def test_the_model_names_what_really_speaks(gateway: RunningGateway) -> None:
    assert (await gateway.ask("/health")).json["model"].startswith("eSpeak NG 1.")


async def test_readyz_tells_of_each_persona_and_of_the_gateways_identity(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/readyz")
    assert answer.status == 200
    assert (answer.json["ready"], answer.json["id"]) == (True, "under-test")
    assert list(answer.json["personas"]) == ["gremlin", "spark", "vixen"]


@pytest.mark.parametrize("name", ["data", "SPARK", "spark"])
async def test_readyz_can_be_asked_about_one_persona_by_any_of_its_names(
    gateway: RunningGateway, name: str
) -> None:
    answer = await gateway.ask(f"/readyz?persona={name}")
    assert (answer.status, list(answer.json["personas"])) == (200, ["spark"])


async def test_readyz_does_not_know_a_stranger(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/readyz?persona=nobody")
    assert (answer.status, answer.json["code"]) == (404, "unknown_voice")


async def test_a_gateway_whose_substitutes_speak_is_degraded_but_ready() -> None:
    engines = named(ScriptedEngine("clone", readiness=COLD), ScriptedEngine("spare"))
    async with running(library(persona("p", "clone", "spare")), engines) as gateway:
        found = (await gateway.ask("/health")).json
        assert (found["status"], found["ready"], found["model_loaded"]) == ("degraded", True, False)
        assert found["personas"]["p"] == {
            "ready": True,
            "own_voice": False,
            "reason": "the model is being loaded",
        }
        assert found["engines"]["clone"]["reason"] == "the model is being loaded"
        assert found["engines"]["clone"]["retry_after"] == 1.5
        assert (await gateway.ask("/readyz")).status == 200


async def test_a_gateway_where_nobody_can_speak_is_alive_but_not_ready() -> None:
    personas = library(persona("p", "clone"), persona("silent", "clone", "spare", silent=True))
    engines = named(ScriptedEngine("clone", readiness=COLD), ScriptedEngine("spare"))
    async with running(personas, engines) as gateway:
        found = await gateway.ask("/health")
        assert (found.status, found.json["status"], found.json["ready"]) == (200, "unavailable", False)
        assert (await gateway.ask("/readyz")).status == 503
        assert (await gateway.ask("/readyz?persona=silent")).status == 503
        assert (await gateway.ask("/healthz")).status == 200


async def test_an_open_breaker_shows_with_its_reason_and_the_time_to_come_back() -> None:
    engines = named(ScriptedEngine("clone", [DIES]), ScriptedEngine("spare"))
    async with running(library(persona("p", "clone", "spare")), engines) as gateway:
        for _ in range(3):
            await gateway.say("Hello.")
        found = (await gateway.ask("/health")).json
        assert found["status"] == "degraded"
        assert found["engines"]["clone"]["breaker"] == "open"
        assert found["engines"]["clone"]["reason"] == "it died"
        assert found["engines"]["clone"]["retry_after"] > 0
        assert found["engines"]["spare"]["breaker"] == "closed"


@pytest.mark.slow
async def test_a_breaker_closes_again_when_the_engine_works() -> None:
    engines = named(ScriptedEngine("clone", [DIES], [DIES], [DIES], SPEAKS))
    async with running(library(persona("p", "clone", "clone")), engines, max_requests=1) as gateway:
        for _ in range(2):
            await gateway.say("Hello.")
        async with asyncio.timeout(10):
            while (await gateway.ask("/health")).json["engines"]["clone"]["breaker"] != "closed":  # noqa: ASYNC110 - seen from outside, over HTTP
                await asyncio.sleep(0.05)
        assert (await gateway.say("Hello.")).headers["X-Voice-Substitute"] == "none"


async def test_it_answers_while_ten_texts_are_in_work_and_counts_them() -> None:
    engine = ScriptedEngine("stuck", [FOREVER], first_audio_cap=1_000)
    async with running(library(persona("p", "stuck")), named(engine)) as gateway:
        asking = [asyncio.create_task(gateway.say("Hello.")) for _ in range(10)]
        await soon(lambda: engine.speaking == 10)
        assert (await gateway.ask("/health")).json["speaking"] == 10
        for each in asking:
            each.cancel()
        await asyncio.wait(asking)
        await soon(lambda: engine.speaking == 0)
        assert (await gateway.ask("/health")).json["speaking"] == 0


async def test_it_answers_while_ten_real_texts_are_spoken(gateway: RunningGateway) -> None:
    asking = [asyncio.create_task(gateway.say("The end is never near. " * 15)) for _ in range(10)]
    await soon(lambda: gateway.inside > 0)
    while not all(each.done() for each in asking):
        assert (await gateway.ask("/health")).json["ready"]
    assert {each.result().status for each in asking} == {200}


async def test_nothing_of_the_file_system_is_told(tmp_path: Path) -> None:
    """What is wrong with a persona file is in the log, by its path; here there is only a number."""
    broken = PersonaLibrary(
        {"p": persona("p", "one")}, (f"{tmp_path}/bad/persona.yaml:3: voice: is missing; write one",)
    )
    async with running(broken, named(ScriptedEngine("one"))) as gateway:
        for path in ("/", "/health", "/healthz", "/readyz", "/v1/personas", "/v1/personas/p"):
            answer = await gateway.ask(path)
            assert answer.status == 200
            assert "persona.yaml" not in json.dumps(answer.json), path
            assert str(tmp_path) not in json.dumps(answer.json), path
        assert (await gateway.ask("/health")).json["problems"] == 1


class ModelRunner(MlxEngine):
    """Tells of models that it does not run."""

    status: ClassVar = {
        "/home/ada/tiny": {"state": "busy", "pid": 4711, "description": "x", "peak_memory": 2e9, "rss": 3e9},
        "some/Model": {"state": "starting", "pid": None, "description": "y", "peak_memory": 0.0, "rss": 0.0},
    }


async def no_clip(voice: ModelVoice) -> Clip:
    raise AssertionError("nobody speaks here")


async def test_the_memory_of_every_model_shows_through_what_is_around_its_engine() -> None:
    """Peak and now; no process is told, and of a folder only its name."""
    mlx = ModelRunner([], no_clip)
    parts = Parts(named(OutputGuardEngine(OutputGuardEngine(mlx)), ScriptedEngine("spare")), mlx)
    async with running(library(persona("p", "mlx", "spare")), parts) as gateway:
        found = (await gateway.ask("/health")).json["engines"]
    assert found["mlx"]["models"] == [
        {"model": "tiny", "state": "busy", "peak_memory": 2e9, "rss": 3e9},
        {"model": "some/Model", "state": "starting", "peak_memory": 0.0, "rss": 0.0},
    ]
    assert "models" not in found["spare"]

"""Every error is JSON; on `/synthesize` it is too short to be taken for audio, wherever it comes from."""

import asyncio
import logging
from urllib.parse import quote

import pytest

from gateway.requests.app_keys import ENGINES
from robotvoice.engines.base import Readiness
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import DIES, FOREVER, ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMOJI = quote("\N{GRINNING FACE}")
MISTAKES = [
    ("text=", 400, "nothing in the text"),
    ("", 400, "nothing in the text"),
    ("voice=spark", 400, "nothing in the text"),
    ("text=%20%09%0A", 400, "nothing in the text"),
    (f"text={EMOJI * 2000}", 400, "nothing in the text"),
    ("text=...%20!%20%3F", 400, "nothing in the text"),
    (f"text={'a' * 5001}", 400, "5001 characters"),
    (f"text={EMOJI * 5001}", 400, "5001 characters"),
    ("text=Hello&voice=nobody", 404, "no voice"),
    (f"text=Hello&voice={'v' * 5000}", 404, "no voice"),
    (f"text=Hello&voice={EMOJI * 500}", 404, "no voice"),
    ("text=Hello&voice=%27%22%5C%3Cb%3E", 404, "no voice"),
    ("text=Hello&voice=..%2Fspark", 404, "no voice"),
    ("text=Hello&voice=%2Fetc%2Fpasswd", 404, "no voice"),
    ("text=Hello&voice=spark%00", 404, "no voice"),
    ("text=Hello&voice=%00", 404, "no voice"),
    ("text=Hello&voice=%ED%A0%80", 404, "no voice"),
    ("text=Hello&voice=%0D%0AX-Injected:%201", 404, "no voice"),
]
STRANGE = [
    "%00",
    "Hello%00world",
    "%ED%A0%80",
    "Hello%ED%A0%80",
    "%FF%FE",
    "Hello%FF",
    "%01%02%07%1B%5B31mHello",
    "%D7%A9%D7%9C%D7%95%D7%9D",
    "%E2%80%AEolleH",
    "--help",
    "-w%20/tmp/x%20Hello",
    "-f/etc/passwd",
    "%5B%5Bh@loU%5D%5D",
    "%3Cspeak%3E%3Caudio%20src=%22x%22/%3EHello%3C/speak%3E",
    "a" * 5000,
    "%E4%BD%A0%E5%A5%BD",
    "%zz%",
    "e" + "%CC%81" * 2000,
]


@pytest.mark.parametrize(("query", "status", "said"), MISTAKES, ids=range(len(MISTAKES)))
async def test_a_mistake_is_told_in_a_few_words(
    gateway: RunningGateway, query: str, status: int, said: str
) -> None:
    answer = await gateway.ask(f"/synthesize?{query}")
    assert answer.status == status
    assert said in answer.short_error
    assert "X-Injected" not in answer.headers


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
async def test_strange_text_is_spoken_or_refused_but_breaks_nothing(
    gateway: RunningGateway, text: str
) -> None:
    answer = await gateway.ask(f"/synthesize?text={text}")
    if answer.status == 200:
        assert answer.frames
    else:
        assert answer.status == 400
        assert answer.short_error


async def test_text_that_looks_like_options_is_spoken(gateway: RunningGateway) -> None:
    for text in ("--help", "-f/etc/passwd"):
        assert (await gateway.say(text)).frames > 10_000


@pytest.mark.parametrize("path", ["/nowhere", "/v1/personas/nobody", "/readyz?persona=nobody", "/ws/tts"])
async def test_other_routes_add_a_code(gateway: RunningGateway, path: str) -> None:
    answer = await gateway.ask(path)
    assert answer.status in (400, 404)
    assert sorted(answer.json) == ["code", "error"]


async def test_more_texts_than_are_taken_at_once_are_told_to_come_back() -> None:
    engine = ScriptedEngine("stuck", [FOREVER], first_audio_cap=1_000)
    async with running(library(persona("p", "stuck")), named(engine), max_requests=2) as gateway:
        async with gateway.socket() as one, gateway.socket() as two:
            for client in (one, two):
                await client.send(type="synthesize", text="Hello.", id="1")
            await soon(lambda: gateway.inside == 2)
            answer = await gateway.say("Hello.")
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
            assert "try again" in answer.short_error
        await soon(lambda: gateway.inside == 0)


async def test_when_nobody_can_speak_for_a_persona_it_says_why_and_when_to_come_back() -> None:
    cold = ScriptedEngine("cold", readiness=Readiness(Reason("cold", "the model is being loaded " * 9)))
    async with running(library(persona("p", "cold")), named(cold)) as gateway:
        answer = await gateway.say("Hello.")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        assert answer.short_error.startswith("p cannot speak: the model is being loaded")


async def test_a_persona_that_would_rather_be_silent_is() -> None:
    cold = ScriptedEngine("cold", readiness=Readiness(Reason("cold", "the model is being loaded")))
    spare = ScriptedEngine("spare")
    async with running(library(persona("p", "cold", "spare", silent=True)), named(cold, spare)) as gateway:
        assert (await gateway.say("Hello.")).status == 503
        assert not spare.asked


@pytest.mark.parametrize("breakage", [DIES, ValueError("x" * 500)], ids=["fails", "crashes"])
async def test_when_every_voice_fails_it_is_a_short_500(breakage: Exception) -> None:
    engines = [ScriptedEngine(name, [breakage]) for name in ("one", "two")]
    async with running(library(persona("p", "one", "two")), named(*engines)) as gateway:
        answer = await gateway.say("Hello.")
        assert answer.status == 500
        assert answer.short_error
        assert all(engine.asked for engine in engines)


async def test_a_defect_of_ours_is_a_short_500_and_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with running(library(persona("p", "one")), named(ScriptedEngine("one"))) as gateway:
        del gateway.app[ENGINES]["one"]
        with caplog.at_level(logging.ERROR):
            answer = await gateway.say("Hello.")
        assert answer.status == 500
        assert "see the log" in answer.short_error
        assert "KeyError" in caplog.text


async def test_a_client_that_leaves_takes_its_work_along() -> None:
    engine = ScriptedEngine("stuck", [FOREVER], first_audio_cap=1_000)
    async with running(library(persona("p", "stuck")), named(engine)) as gateway:
        asking = asyncio.create_task(gateway.say("Hello."))
        await soon(lambda: engine.speaking == 1)
        assert gateway.inside == 1
        asking.cancel()
        await soon(lambda: gateway.inside == 0 and engine.speaking == 0)

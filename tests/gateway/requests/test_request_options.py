"""What a request may say besides its text, and what comes of it."""

from contextlib import suppress

import pytest
from aiohttp import ClientError

from tests.fakes.scripted_engine import DIES, ScriptedEngine
from tests.gateway.in_process import library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN_AND_SPARE = library(persona("p", "own", "spare"))


@pytest.mark.parametrize(
    ("headers", "engine"),
    [({}, "own"), ({"X-Budget-Ms": "500"}, "spare"), ({"X-Budget-Ms": "30000"}, "own")],
    ids=str,
)
async def test_a_whole_file_has_so_much_time_and_goes_to_who_can_keep_it(
    headers: dict[str, str], engine: str
) -> None:
    engines = named(ScriptedEngine("own", start_estimate=2.0), ScriptedEngine("spare"))
    async with running(OWN_AND_SPARE, engines) as gateway:
        answer = await gateway.ask("/synthesize?text=Hello&voice=p", headers=headers)
        assert answer.headers["X-Voice-Engine"] == engine


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Budget-Ms": "soon"},
        {"X-Budget-Ms": "-5"},
        {"X-Budget-Ms": "0"},
        {"X-Budget-Ms": "²"},
        {"X-Budget-Ms": "9" * 5000},
        {"X-Priority": "highest"},
        {"X-Voice-Engines": "mine"},
    ],
    ids=["a word", "negative", "nothing", "no ASCII digit", "endless", "no priority", "no engines"],
)
async def test_a_header_that_cannot_be_meant_is_named_in_a_warning(headers: dict[str, str]) -> None:
    """K5"""
    async with running(OWN_AND_SPARE, named(ScriptedEngine("own"), ScriptedEngine("spare"))) as gateway:
        answer = await gateway.ask("/synthesize?text=Hello&voice=p", headers=headers)
        assert answer.status == 200
        assert answer.headers["X-Voice-Warning"].startswith(f"{next(iter(headers))} ")


async def test_the_engine_knows_who_asks_and_how_urgently() -> None:
    own = ScriptedEngine("own")
    async with running(library(persona("p", "own")), named(own)) as gateway:
        await gateway.ask("/synthesize?text=Hello&voice=p", headers={"X-Priority": "Urgent"})
        async with gateway.socket() as client:
            await client.ask(priority="story")
            await client.until("complete", "error")
    priorities = [sentence.asked.priority.name for sentence in own.given]
    assert priorities == ["URGENT", "STORY"]
    assert "" not in {sentence.asked.client for sentence in own.given}


@pytest.mark.parametrize("format", ["wav", "pcm", "flac"])
async def test_who_has_substitutes_may_ask_for_the_own_voice_and_nothing_else(format: str) -> None:
    own, spare = ScriptedEngine("own", [100], [10, 0.05, DIES]), ScriptedEngine("spare")
    async with running(OWN_AND_SPARE, named(own, spare)) as gateway:
        body = {"input": "One.\nTwo.", "voice": "p", "model": "any", "response_format": format}
        with suppress(ClientError):
            answer = await gateway.ask(
                "/v1/audio/speech", "POST", json=body, headers={"X-Voice-Engines": "own"}
            )
            assert answer.status >= 500, "a broken stream must not end as if it were whole"
        synthesized = await gateway.ask("/synthesize?text=Hello&voice=p", headers={"X-Voice-Engines": "own"})
        assert synthesized.status >= 500
        assert spare.asked == []

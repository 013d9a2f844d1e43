"""Any error fits into a body that no robot takes for audio."""

import json

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.errors import InvalidClip
from robotvoice.http.error_answers import SHORT_BODY, errors_as_json, short_body


@given(st.text())
def test_every_message_fits_and_keeps_its_beginning(message: str) -> None:
    body = short_body(message)
    assert len(body.encode()) <= SHORT_BODY == 100
    said = json.loads(body)["error"]
    assert said == message or (said.endswith("...") and message.startswith(said[:-3]))


def test_a_message_of_any_length_is_cut() -> None:
    assert short_body("a" * 1_000_000) == json.dumps({"error": "a" * 84 + "..."})


async def test_a_clip_that_cannot_be_used_is_its_senders_mistake() -> None:
    """On any route: it is told to the caller, and is no error of the gateway's."""

    async def clone(request: web.Request) -> web.StreamResponse:
        raise InvalidClip("the clip is silent; record it again")

    app = web.Application(middlewares=[errors_as_json()])
    app.router.add_post("/clone", clone)
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/clone")
        assert (answer.status, await answer.json()) == (
            400,
            {"error": "the clip is silent; record it again", "code": "invalid_clip"},
        )

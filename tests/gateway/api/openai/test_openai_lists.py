"""What apps ask before they speak: models, one model, voices; and where the path is nearly right (C7)."""

import openai
import pytest

from tests.gateway.api.openai.openai_client import MODEL, Cloner, cloning, talking
from tests.gateway.in_process import RunningGateway, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_apps_find_models_and_voices_where_they_look(gateway: RunningGateway) -> None:
    """Open WebUI reads `models` and `voices`, each with `id`; others read OpenAI's list."""
    answer = (await gateway.ask("/v1/audio/models")).json
    assert answer["object"] == "list"
    assert [model["id"] for model in answer["models"]] == [model["id"] for model in answer["data"]]
    assert answer["models"][0]["id"] == "robotvoice"
    voices = (await gateway.ask("/v1/audio/voices")).json["voices"]
    assert {voice["id"]: voice["name"] for voice in voices} == {
        "gremlin": "Gremlin",
        "spark": "Spark",
        "vixen": "Vixen",
    }


async def test_one_model_is_told_of_by_its_name_also_with_a_slash_in_it() -> None:
    async with talking(*cloning(Cloner())) as (_, client):
        for name in (
            MODEL,
            "robotvoice",
            "tts-1",
            "tts-1-hd",
            "gpt-4o-mini-tts",
            "gpt-4o-mini-tts-2025-12-15",
        ):
            model = await client.models.retrieve(name)
            assert (model.id, model.object, model.owned_by) == (name, "model", "robotvoice")
        with pytest.raises(openai.NotFoundError) as caught:
            await client.models.retrieve("gpt-9/none")
    assert caught.value.code == "model_not_found"
    assert f"there are robotvoice, {MODEL}" in str(caught.value)


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("POST", "/audio/speech", "/v1/audio/speech"),
        ("POST", "/v1/v1/audio/speech", "/v1/audio/speech"),
        ("POST", "/v1/audio/speech/audio/speech", "/v1/audio/speech"),
        ("POST", "/v1/audio/speech/", "/v1/audio/speech"),
        ("POST", "//v1//audio/speech", "/v1/audio/speech"),
        ("POST", "/api/v1/audio/speech", "/v1/audio/speech"),
        ("GET", "/models", "/v1/models"),
        ("GET", "/v1/v1/models", "/v1/models"),
        ("GET", "/v1/v1/models/tts-1", "/v1/models/tts-1"),
        ("GET", "/audio/voices", "/v1/audio/voices"),
        ("GET", "/openai/v1/audio/models", "/v1/audio/models"),
    ],
)
async def test_a_path_with_v1_missing_or_doubled_is_told_the_right_one(
    gateway: RunningGateway, method: str, path: str, right: str
) -> None:
    answer = await gateway.ask(path, method)
    said = f"there is nothing at this path; ask {right}: the base URL ends in /v1, and has it once"
    assert answer.status == 404
    assert answer.json["error"] == {
        "message": said,
        "type": "invalid_request_error",
        "param": None,
        "code": "not_found",
    }


async def test_any_other_path_is_only_not_found(gateway: RunningGateway) -> None:
    for path in ("/v1", "/v1/audio", "/speech", "/models.json", "/audio/speech.mp3", "/synthesize/audio"):
        answer = await gateway.ask(path)
        assert (answer.status, answer.json["error"]) == (404, "not found")


async def test_the_official_client_shows_the_hint() -> None:
    async with running() as gateway:
        base = str(gateway.url(""))
        async with openai.AsyncOpenAI(base_url=base, api_key="x", max_retries=0) as client:
            with pytest.raises(openai.NotFoundError, match="the base URL ends in /v1"):
                await client.audio.speech.create(model="tts-1", voice="alloy", input="Hi.")

"""Languages and scripts at every door: a cloned voice in the real worker, eSpeak NG behind it."""

import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from tests.fakes.scripted_model import Given, ScriptedModel, scripted_gateway
from tests.gateway.in_process import Answer
from tests.gateway.process import GatewayProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUTEN_TAG, HEJ = "Guten Tag, wie geht es dir?", "Hej, hur står det till?"


@dataclass(frozen=True, slots=True)
class Stage:
    """A gateway with two cloned personas, `brim` and `nova`, who speak English."""

    gateway: GatewayProcess
    model: ScriptedModel
    session: ClientSession
    personas: Path

    async def synthesize(self, text: str, **more: str) -> Answer:
        return await self.gateway.ask(f"/synthesize?{urlencode({'voice': 'brim', 'text': text, **more})}")

    async def openai(self, text: str, **more: object) -> Answer:
        url = f"http://127.0.0.1:{self.gateway.port}/v1/audio/speech"
        body = {"input": text, "voice": "brim", "response_format": "wav", **more}
        async with self.session.post(url, json=body) as response:
            return Answer(response.status, response.headers, await response.read())

    async def over_websocket(self, text: str, **more: object) -> list[dict[str, Any]]:
        """All messages of one utterance but for its sound."""
        said = []
        url = f"http://127.0.0.1:{self.gateway.port}/ws/tts"
        async with self.session.ws_connect(url, max_msg_size=0) as socket:
            await socket.send_json(
                {"type": "synthesize", "id": "1", "text": text, "voice": "brim", "audio": "binary", **more}
            )
            async for message in socket:
                if isinstance(message.data, bytes):
                    continue
                said.append(json.loads(message.data))
                if said[-1]["type"] in ("complete", "error", "unavailable"):
                    break
        return said

    def last(self) -> Given:
        return self.model.given()[-1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    home = tmp_path_factory.mktemp("gateway")
    model = ScriptedModel.made(home / "model")
    async with scripted_gateway(home, model, "brim", "nova") as gateway, ClientSession() as session:
        yield Stage(gateway, model, session, home / "personas")


def by(answer: Answer) -> tuple[str, str, str]:
    headers = answer.headers
    return headers["X-Voice-Engine"], headers["X-Voice-Substitute"], headers.get("X-Voice-Warning", "")


def voices(messages: Sequence[dict[str, Any]]) -> list[str]:
    """Who spoke each sentence."""
    return [f"{row['engine']} {row['voice']}" for row in messages[-1]["spoken"]]


async def test_a_language_is_spoken_or_refused_at_every_door_and_never_ignored(stage: Stage) -> None:
    """X1, X2."""
    for number, written in enumerate(("de", "German", "deu", "GER", "de_AT")):
        messages = await stage.over_websocket(f"Guten Tag, Nummer {number}.", language=written)
        assert messages[-1]["type"] == "complete"
        assert (stage.last().language, voices(messages)[0].split()[0]) == ("german", "mlx"), written
    for nothing in ("", "auto", None):
        await stage.over_websocket(f"It is noon, {nothing}.", language=nothing)
        assert stage.last().language == "english"
    for wrong, near in (("?!", "de, en-GB or German"), ("jp", "ja (Japanese)"), (5, "string")):
        (error,) = await stage.over_websocket("It is noon.", language=wrong)
        assert (error["type"], error["code"]) == ("error", "invalid_message")
        assert near in error["message"]

    said = await stage.synthesize(GUTEN_TAG, language="German")
    assert (by(said), stage.last().language) == (("mlx", "none", ""), "german")
    refused = await stage.synthesize(GUTEN_TAG, language="germn")
    assert (refused.status, refused.short_error[:39]) == (400, "language: 'germn' is no language known ")

    said = await stage.openai(GUTEN_TAG + "!", language="Portuguese")
    assert (by(said), stage.last().language) == (("mlx", "none", ""), "portuguese")
    refused = await stage.openai(GUTEN_TAG, language="klingon")
    assert (refused.status, refused.json["error"]["param"]) == (400, "language")


async def test_the_same_text_in_another_language_has_a_sound_of_its_own(stage: Stage) -> None:
    first = await stage.synthesize("Hotel Central", language="fr")
    again = await stage.synthesize("Hotel Central", language="French")
    plain = await stage.synthesize("Hotel Central")
    english = await stage.synthesize("Hotel Central", language="en")
    assert [each.language for each in stage.model.given() if each.text == "Hotel Central"] == [
        "french",
        "english",
    ]
    assert first.headers["X-Duration"] == again.headers["X-Duration"]
    assert plain.headers["X-Duration"] == english.headers["X-Duration"]


async def test_what_the_model_does_not_speak_goes_to_who_does_and_the_answer_says_why(stage: Stage) -> None:
    before = len(stage.model.given())
    assert by(await stage.synthesize(HEJ, language="sv")) == ("espeak", "language", "")
    messages = await stage.over_websocket(HEJ, language="Swedish")
    assert voices(messages) == ["espeak sv"]
    assert messages[-1]["spoken"][0]["settings"]["rate"] == 170, "in the persona's own manner"
    assert "Swedish is none of the languages of Qwen3-TTS" in messages[1]["substitute"]["detail"]
    (told,) = await stage.over_websocket(HEJ, language="sv", engines="own", prepared=True)
    assert (told["type"], told["reason"]) == ("unavailable", "language")
    assert len(stage.model.given()) == before
    # Whom nobody here speaks: better with an accent than not at all.
    said = await stage.synthesize("Kamusta ka na?", language="fil")
    assert by(said) == ("mlx", "none", "language is not followed: no voice of brim speaks Tagalog")
    status = await stage.gateway.ask("/v1/status")
    assert '"open"' not in status.body.decode(), "no breaker learned of any of that"


async def test_who_speaks_on_in_their_own_language_has_signs_and_numbers_in_its_words(stage: Stage) -> None:
    """At every door."""
    await stage.synthesize("One: 5 < 6.", language="fil")
    assert stage.last().text == "One: five is less than six."
    await stage.openai("Two: 5 < 6.", language="fil")
    assert stage.last().text == "Two: five is less than six."
    await stage.over_websocket("Three: 5 < 6.", language="fil")
    assert stage.last().text == "Three: five is less than six."


async def test_a_script_that_the_model_does_not_read_goes_to_who_does_for_that_sentence(stage: Stage) -> None:
    """A4."""
    messages = await stage.over_websocket(
        "This is the first one. She said καλημέρα to me. This is the last one."
    )
    assert [row.split()[0] for row in voices(messages)] == ["mlx", "espeak", "mlx"]
    assert [each["reason"] for each in messages if each["type"] == "takeover"] == ["script", "back"]
    assert messages[-1]["spoken"][1]["substitute"]["code"] == "script"
    assert not messages[-1].get("warnings")

    said = await stage.synthesize("Now playing 夜に駆ける by a friend.")
    assert by(said) == ("mlx", "none", "")
    assert (stage.last().text, stage.last().language) == (
        "Now playing 夜に駆ける by a friend.",
        "english",
    )
    await stage.synthesize("今日はとても暑いですね。")
    assert stage.last().language == "auto", "nothing in it is English"

    said = await stage.openai("The sign says ᠮᠣᠩᠭᠣᠯ, and it is old.")
    assert by(said) == ("mlx", "none", "Mongolian is left out: no voice here reads it")
    assert stage.last().text == "The sign says, and it is old."
    refused = await stage.openai("ᠮᠣᠩᠭᠣᠯ.")
    assert (refused.status, refused.json["error"]["code"]) == (400, "empty_text")
    assert "Mongolian" in refused.json["error"]["message"]

    messages = await stage.over_websocket("It is noon. ᠮᠣᠩᠭᠣᠯ. It is two o'clock.")
    assert [row["sentence"] for row in messages[-1]["spoken"]] == [0, 2]
    assert messages[-1]["warnings"]

    for text, own in (("She said καλημέρα.", False), ("The sign says ᠮᠣᠩᠭᠣᠯ.", True)):
        messages = await stage.over_websocket(text, engines="own", prepared=True)
        assert messages[-1]["type"] == ("complete" if own else "unavailable"), text
        assert own or messages[-1]["reason"] == "script"


async def test_a_persona_of_a_language_that_the_model_does_not_know_speaks_all_the_same(stage: Stage) -> None:
    """Its owner chose that voice: the model finds out the language by itself, and `persona check` tells."""
    file = stage.personas / "nova" / "persona.yaml"
    file.write_text(file.read_text().replace("language: en", "language: Swedish"))
    await stage.gateway.until("/v1/personas/nova", lambda answer: answer.json["language"] == "sv")
    assert by(await stage.synthesize(HEJ, voice="nova")) == ("mlx", "none", "")
    assert stage.last().language == "auto"


async def test_a_clip_that_comes_with_a_request_speaks_the_language_of_the_request(stage: Stage) -> None:
    clip = base64.b64encode((stage.personas / "brim" / "clip.wav").read_bytes()).decode()
    words = (stage.personas / "brim" / "transcript.txt").read_text()
    cloned = {"ref_audio": clip, "ref_text": words, "consent": "whoever tests this"}
    said = await stage.openai("Bonjour.", language="fra", **cloned)
    assert (said.status, stage.last().language) == (200, "french")
    assert "language" not in said.headers.get("X-Voice-Warning", "")
    said = await stage.openai(HEJ, language="sv", **cloned)
    assert (said.status, stage.last().language) == (200, "auto")
    assert "Swedish is not followed" in said.headers["X-Voice-Warning"]


async def test_a_fallback_that_espeak_does_not_have_costs_no_sentence(stage: Stage) -> None:
    """Y3."""
    folder = stage.personas / "heidi"
    folder.mkdir()
    (folder / "persona.yaml").write_text(
        "name: Heidi\nlanguage: deu\nvoice: {engine: mlx, model: /nowhere, speaker: Ryan}\n"
        "fallbacks: [{engine: espeak, voice: deu}]\n"
    )
    await stage.gateway.until("/v1/personas/heidi", lambda answer: answer.status == 200)
    messages = await stage.over_websocket("Guten Abend.", voice="heidi")
    assert voices(messages) == ["espeak de"]

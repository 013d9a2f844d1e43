"""Every answer with speech says that no human spoke it, whatever the dialect, and no other answer does."""

import base64
import io
import json

import pytest
import soundfile

from gateway.encoders.encodings import ENCODINGS
from robotvoice.sound.ai_mark import AI_MARK, INFO_CHUNK
from tests.gateway.api.openai.openai_client import ask
from tests.gateway.in_process import Answer, RunningGateway
from tests.gateway.phrases.phrase_gateway import address, complete, phrase_gateway

pytestmark = pytest.mark.asyncio(loop_scope="module")


def says_so(answer: Answer) -> bool:
    return answer.headers.get("X-AI-Generated") == "true"


@pytest.mark.parametrize(
    ("target", "method"),
    [
        ("/synthesize?text=Hello.", "GET"),
        ("/synthesize?text=Hello.", "HEAD"),
        ("/synthesize?text=Hello.", "POST"),
    ],
)
async def test_whole_files_do(target: str, method: str, gateway: RunningGateway) -> None:
    assert says_so(await gateway.ask(target, method))


@pytest.mark.parametrize("format", [name for name, each in ENCODINGS.items() if each.available])
@pytest.mark.parametrize("stream_format", ["audio", "sse"])
async def test_openais_answers_do_in_every_format(
    format: str, stream_format: str, gateway: RunningGateway
) -> None:
    answer = await ask(gateway, response_format=format, stream_format=stream_format)
    assert answer.status == 200 and says_so(answer)
    if stream_format == "audio" and format != "pcm":
        with soundfile.SoundFile(io.BytesIO(answer.body)) as sound:
            assert sound.comment == AI_MARK


async def test_a_wav_that_is_sent_while_it_is_made_has_its_header_alone(gateway: RunningGateway) -> None:
    text = "The robot rolls. " * 40
    answer = await ask(gateway, input=text, response_format="wav")
    assert says_so(answer) and answer.body[40:44] == (0x7FFFF000).to_bytes(4, "little")
    assert not answer.body.endswith(INFO_CHUNK)


async def test_a_part_of_a_file_and_the_handshake_of_the_websocket_do(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/synthesize?text=Hello.", headers={"Range": "bytes=0-99"})
    assert answer.status == 206 and says_so(answer)
    async with gateway.session.ws_connect(gateway.url("/ws/tts")) as socket:
        assert socket._response.headers["X-AI-Generated"] == "true"


async def test_recorded_phrases_do_and_stay_what_robots_of_any_version_read() -> None:
    async with phrase_gateway() as gateway:
        answer = await gateway.ask(address(await complete(gateway)))
        assert says_so(answer) and answer.body[44:] == answer.pcm


async def test_what_holds_no_speech_does_not(gateway: RunningGateway) -> None:
    for target in ("/", "/health", "/v1/personas", "/synthesize?text=", "/synthesize?text=Hi&voice=nobody"):
        assert not says_so(await gateway.ask(target))
    assert not says_so(await ask(gateway, voice="nobody"))


async def test_events_hold_the_file_with_its_mark(gateway: RunningGateway) -> None:
    answer = await ask(gateway, response_format="mp3", stream_format="sse")
    events = [json.loads(line[6:]) for line in answer.body.decode().splitlines() if line]
    whole = b"".join(base64.b64decode(each["audio"]) for each in events if "audio" in each)
    with soundfile.SoundFile(io.BytesIO(whole)) as sound:
        assert sound.comment == AI_MARK

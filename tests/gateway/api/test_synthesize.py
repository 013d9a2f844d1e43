"""`GET /synthesize`: what a robot's script asks for, and the file it gets."""

import asyncio
import shutil
import struct
from urllib.parse import quote

import numpy as np
import pytest

from robotvoice.engines.base import Readiness
from robotvoice.sound.ai_mark import INFO_CHUNK
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import BUSY, DIES, FOREVER, SILENT, ScriptedEngine
from tests.gateway.in_process import SOON, Answer, RunningGateway, library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = "The quick brown fox jumps over the lazy dog, and then it takes a rest."


async def test_the_answer_is_a_whole_wav_whose_sizes_are_true(gateway: RunningGateway) -> None:
    answer = await gateway.say(TEXT, "vixen")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
    assert answer.headers["Content-Length"] == str(len(answer.body))
    riff, size, kind = struct.unpack_from("<4sI4s", answer.body)
    assert (riff, size, kind) == (b"RIFF", len(answer.body) - 8, b"WAVE")
    chunk, length, encoding, channels, rate, per_second, align, bits = struct.unpack_from(
        "<4sIHHIIHH", answer.body, 12
    )
    assert (chunk, length, encoding, channels, rate) == (b"fmt ", 16, 1, 1, 24_000)
    assert (per_second, align, bits) == (48_000, 2, 16)
    data, length = struct.unpack_from("<4sI", answer.body, 36)
    assert (data, length) == (b"data", len(answer.body) - 44 - len(INFO_CHUNK))
    assert answer.body[44 + length :] == INFO_CHUNK and answer.headers["X-AI-Generated"] == "true"
    assert np.abs(np.frombuffer(answer.pcm, "<i2").astype(int)).max() > 1_000


async def test_the_headers_say_how_long_it_is_and_who_spoke(gateway: RunningGateway) -> None:
    answer = await gateway.say(TEXT, "vixen")
    assert float(answer.headers["X-Duration"]) == pytest.approx(answer.frames / 24_000, abs=0.0006)
    assert 0 < float(answer.headers["X-Synthesis-Time"]) < SOON
    assert answer.headers["X-Voice-Engine"] == "espeak"
    assert answer.headers["X-Voice-Substitute"] == "none"


async def seconds(gateway: RunningGateway, voice: str | None) -> float:
    answer = await gateway.say(TEXT, voice)
    assert answer.status == 200, answer.body
    return float(answer.headers["X-Duration"])


@pytest.mark.parametrize(
    ("name", "persona"),
    [
        ("spark", "spark"),
        ("data", "spark"),
        ("Spark", "spark"),
        ("SPARK", "spark"),
        (" data ", "spark"),
        ("", "spark"),
        (None, "spark"),
        ("GremLIN", "gremlin"),
        ("Vixen", "vixen"),
    ],
)
async def test_a_persona_is_asked_for_by_id_alias_or_name_in_any_case(
    gateway: RunningGateway, name: str | None, persona: str
) -> None:
    """And nobody named is the default. Their rates tell them apart: 100, 135 and 180 words a minute."""
    asked, expected = await seconds(gateway, name), await seconds(gateway, persona)
    assert asked == pytest.approx(expected, rel=0.05)


async def test_the_personas_are_told_apart_by_their_speed(gateway: RunningGateway) -> None:
    """Without this the test above could not fail."""
    gremlin, vixen, spark = [await seconds(gateway, name) for name in ("gremlin", "vixen", "spark")]
    assert gremlin * 1.15 < vixen
    assert vixen * 1.15 < spark


async def test_thirty_requests_at_once_are_each_spoken_by_who_was_asked_for(gateway: RunningGateway) -> None:
    names = ("spark", "gremlin", "vixen")
    alone = {name: await seconds(gateway, name) for name in names}
    asked = names * 10
    found = await asyncio.gather(*(seconds(gateway, name) for name in asked))
    for name, duration in zip(asked, found, strict=True):
        assert duration == pytest.approx(alone[name], rel=0.05), name
    assert gateway.inside == 0


async def test_not_a_sample_of_another_request_gets_into_a_file() -> None:
    """Ten at once through one engine, which lets the others go on between any two chunks."""
    engine = ScriptedEngine("tone", [10, 0.0, 10, 0.0, 10])
    async with running(library(persona("p", "tone")), named(engine)) as gateway:
        answers = await asyncio.gather(*(gateway.say("Hello.") for _ in range(10)))
        assert [answer.frames for answer in answers] == [30] * 10
        # The engine speaks every text in a sample value of its own.
        assert sorted(map(sorted, map(samples, answers))) == [[count] for count in range(1, 11)]


async def test_parameters_it_does_not_know_are_ignored(gateway: RunningGateway) -> None:
    answer = await gateway.ask("/synthesize?speed=9&text=Hello&lang=xx&voice=vixen&a=&=b&&format=mp3&_=7")
    assert answer.status == 200
    assert answer.frames > 5_000
    told = "not known here and not followed: format; speed goes from 0.25 to 4: 4 is taken"
    assert answer.headers["X-Voice-Warning"] == f"{told}; speed is followed as far as 3.3 by this voice"


async def test_there_is_no_redirect_and_no_other_spelling_of_the_path(gateway: RunningGateway) -> None:
    for path in ("/synthesize/", "//synthesize", "/Synthesize", "/./synthesize", "/%2e%2e/synthesize"):
        answer = await gateway.ask(f"{path}?text=Hello")
        assert answer.status == 404, path
        assert answer.json["error"] == "not found"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
async def test_other_methods_are_refused_with_those_that_are_allowed(
    gateway: RunningGateway, method: str
) -> None:
    answer = await gateway.ask("/synthesize?text=Hello", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")
    assert answer.json == {"error": "method not allowed"}


async def curl(gateway: RunningGateway, text: str, voice: str) -> bytes:
    """What the script of an existing robot runs: no `-f`, no `-L`, whatever comes back is played."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    process = await asyncio.create_subprocess_exec(
        *("curl", "-s", "--connect-timeout", "5", "--max-time", "15", "-o", "-"),
        f"http://127.0.0.1:{gateway.port}/synthesize?text={quote(text)}&voice={quote(voice)}",
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output


async def test_the_curl_call_of_an_existing_robot_gets_a_wav(gateway: RunningGateway) -> None:
    body = await curl(gateway, "Hello, I'm SPARK & friends: 100% \N{BLACK HEART SUIT} ready?", "data")
    assert Answer(200, {}, body).frames > 10_000


@pytest.mark.parametrize(
    ("text", "voice"),
    [("Hello", "nobody"), ("", "data"), ("\N{GRINNING FACE}" * 2_000, "data"), ("a" * 5_001, "data")],
    ids=["unknown voice", "no text", "emoji alone", "too long"],
)
async def test_what_that_curl_call_gets_for_a_mistake_is_too_short_to_be_played(
    gateway: RunningGateway, text: str, voice: str
) -> None:
    body = await curl(gateway, text, voice)
    assert body.startswith(b'{"error": "')
    assert len(body) <= 100


async def test_the_speech_between_emoji_is_spoken(gateway: RunningGateway) -> None:
    """24 KB of request line, three times what servers take by default."""
    answer = await gateway.say("Hello" + "\N{GRINNING FACE}" * 2_000 + "world")
    assert answer.status == 200
    assert answer.frames > 10_000


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (ScriptedEngine("own", [DIES]), "died"),
        (ScriptedEngine("own", [BUSY]), "busy"),
        (ScriptedEngine("own", SILENT), "no_audio"),
        (ScriptedEngine("own", [FOREVER], first_audio_cap=0.05), "stalled"),
        (ScriptedEngine("own", readiness=Readiness(Reason("cold", "it is being loaded"))), "cold"),
    ],
    ids=["failed", "refused", "silent", "late", "not ready"],
)
async def test_a_substitute_says_that_it_is_one_and_why(own: ScriptedEngine, reason: str) -> None:
    async with running(library(persona("p", "own", "spare")), named(own, ScriptedEngine("spare"))) as gateway:
        answer = await gateway.say("Hello.")
        assert answer.frames == 20
        assert answer.headers["X-Voice-Engine"] == "spare"
        assert answer.headers["X-Voice-Substitute"] == reason


async def test_one_file_holds_one_voice() -> None:
    """The own voice breaks in its second sentence, so the substitute begins at the first."""
    own, spare = ScriptedEngine("own", [100], [100, DIES]), ScriptedEngine("spare", [7])
    async with running(library(persona("p", "own", "spare")), named(own, spare)) as gateway:
        answer = await gateway.say("One.\nTwo.\nThree.")
        assert answer.frames == 3 * 7
        assert answer.headers["X-Voice-Engine"] == "spare"
        assert answer.headers["X-Voice-Substitute"] == "died"
        assert spare.asked[-3:] == ["One.", "Two.", "Three."]


async def test_what_has_another_rate_is_brought_to_24_khz() -> None:
    engine = ScriptedEngine("slow", [4_000] * 3, sample_rate=16_000)
    async with running(library(persona("p", "slow")), named(engine)) as gateway:
        answer = await gateway.say("One.\nTwo.")
        assert answer.frames == pytest.approx(2 * 12_000 * 24_000 / 16_000, abs=4)


def samples(answer: Answer) -> set[int]:
    """The values that the samples of a file have."""
    assert answer.frames
    return set(np.frombuffer(answer.pcm, "<i2").tolist())

"""`/synthesize` for players that first ask about a file and then for parts of it (C5), and by POST (K5)."""

import asyncio
import shutil
import subprocess
from collections.abc import Sequence

import pytest

from robotvoice.sound.ai_mark import INFO_CHUNK
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

BESIDES = 44 + len(INFO_CHUNK)
"""Bytes of a file that are no sound"""
PATH = "/synthesize?text=The%20robot%20rolls.&voice=vixen"


def counting() -> ScriptedEngine:
    """Each answer of its is another one."""
    return ScriptedEngine("own", *([samples] for samples in range(1_000, 1_020)))


async def test_head_tells_what_is_known_and_makes_nothing() -> None:
    own = counting()
    async with running(library(persona("spark", "own")), named(own)) as gateway:
        answer = await gateway.ask("/synthesize?text=Hello", "HEAD")
        assert (answer.status, answer.body, own.asked) == (200, b"", [])
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert "Content-Length" not in answer.headers, "0 would be no sound at all"
        whole = await gateway.ask("/synthesize?text=Hello")
        answer = await gateway.ask("/synthesize?text=Hello", "HEAD")
        assert answer.body == b""
        for name in ("Content-Length", "ETag", "X-Duration", "X-Voice-Engine", "Content-Type"):
            assert answer.headers[name] == whole.headers[name]
        assert len(own.asked) == 1


@pytest.mark.parametrize(
    ("query", "status"), [("text=", 400), ("text=Hi&voice=nobody", 404), (f"text={'a' * 5_001}", 400)]
)
async def test_head_of_what_cannot_be_spoken_is_the_error_without_its_body(
    gateway: RunningGateway, query: str, status: int
) -> None:
    answer = await gateway.ask(f"/synthesize?{query}", "HEAD")
    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers["Content-Type"].startswith("application/json")


async def test_parts_of_one_file_make_that_file(gateway: RunningGateway) -> None:
    """eSpeak NG makes another one each time, if only by a few samples."""
    first = await gateway.ask(PATH, headers={"Range": "bytes=0-1"})
    rest = await gateway.ask(PATH, headers={"Range": "bytes=2-"})
    last = await gateway.ask(PATH, headers={"Range": "bytes=-1000"})
    assert [answer.status for answer in (first, rest, last)] == [206] * 3
    whole = first.body + rest.body
    assert first.body == b"RI"
    assert first.headers["Content-Range"] == f"bytes 0-1/{len(whole)}"
    assert rest.headers["Content-Range"] == f"bytes 2-{len(whole) - 1}/{len(whole)}"
    assert last.body == whole[-1000:]
    assert {answer.headers["ETag"] for answer in (first, rest, last)} == {first.headers["ETag"]}
    assert int.from_bytes(whole[4:8], "little") == len(whole) - 8
    assert first.headers["Content-Type"] == "audio/wav"
    assert float(first.headers["X-Duration"]) == pytest.approx((len(whole) - BESIDES) / 48_000, abs=0.001)


async def test_parts_that_are_asked_for_at_once_are_of_one_file_that_is_made_once() -> None:
    own = ScriptedEngine("own", *([samples, 0.05] for samples in range(1_000, 1_020)))
    async with running(library(persona("spark", "own")), named(own)) as gateway:
        ranges = [f"bytes={start}-{start + 99}" for start in range(0, 2_000, 100)]
        asking = [gateway.ask("/synthesize?text=Hi", headers={"Range": wanted}) for wanted in ranges]
        answers = await asyncio.gather(*asking)
    assert len(own.asked) == 1
    assert {answer.status for answer in answers} == {206}
    assert len({answer.headers["ETag"] for answer in answers}) == 1


async def test_who_goes_on_with_a_file_gets_the_rest_of_it_or_all_of_the_new_one() -> None:
    """What was fetched whole is gone on with as well, while the gateway has it."""
    own = counting()
    async with running(library(persona("spark", "own")), named(own)) as gateway:

        async def ask(**headers: str) -> tuple[int, int]:
            told = {name.replace("_", "-"): value for name, value in headers.items()}
            answer = await gateway.ask("/synthesize?text=Hi", headers=told)
            return answer.status, len(answer.body)

        old = (await gateway.ask("/synthesize?text=Hi")).headers["ETag"]
        assert await ask(Range="bytes=100-", If_Range=old) == (206, BESIDES + 2_000 - 100)
        assert await ask() == (200, BESIDES + 2_002), "without a range it is always made anew"
        assert await ask(Range="bytes=100-", If_Range=old) == (200, BESIDES + 2_002)
        assert await ask(Range="bytes=100-") == (206, BESIDES + 2_002 - 100)


async def test_other_words_voices_or_speeds_are_other_files() -> None:
    own = counting()
    async with running(library(persona("spark", "own"), persona("vixen", "own")), named(own)) as gateway:
        queries = ("text=Hi", "text=Ho", "text=Hi&voice=vixen", "text=Hi&speed=2", "text=Hi&_=1")
        for _ in range(2):
            for query in queries:
                await gateway.ask(f"/synthesize?{query}", headers={"Range": "bytes=0-1"})
    assert len(own.asked) == len(queries)


@pytest.mark.parametrize(
    ("wanted", "status"),
    [("bytes=0-1,5-6", 200), ("bytes=9-1", 200), ("lines=1-2", 200), ("bytes=99999999-", 416)],
)
async def test_a_range_that_cannot_be_given(gateway: RunningGateway, wanted: str, status: int) -> None:
    """All of it, or an error that no script takes for sound."""
    answer = await gateway.ask(PATH, headers={"Range": wanted})
    assert answer.status == status
    if status == 200:
        assert answer.frames > 10_000
    else:
        assert answer.short_error.startswith("there are no such bytes")
        assert answer.headers["Content-Range"].startswith("bytes */")


async def curl(gateway: RunningGateway, *options: str) -> bytes:
    command: Sequence[str] = ("curl", "-s", "--max-time", "10", *options, str(gateway.url(PATH)))
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    return bytes(done.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_curl_asks_about_it_and_puts_its_parts_together(gateway: RunningGateway) -> None:
    head = (await curl(gateway, "-I")).decode()
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "Accept-Ranges: bytes\r\n" in head
    begin, rest = await curl(gateway, "-r", "0-1"), await curl(gateway, "-r", "2-")
    assert int.from_bytes((begin + rest)[4:8], "little") == len(begin + rest) - 8
    assert (await curl(gateway, "-i", "-r", "0-1")).startswith(b"HTTP/1.1 206 Partial Content\r\n")


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"text": "Hello.", "voice": "vixen", "speed": "1", "sample_rate": "24000"}},
        {"data": {"text": "Hello.", "voice": "VIXEN"}},
        {"data": b'{"text": "Hello."}', "headers": {"Content-Type": "text/plain"}},
    ],
)
async def test_a_body_says_the_same_as_the_url(gateway: RunningGateway, request_: dict[str, object]) -> None:
    answer = await gateway.ask("/synthesize?voice=vixen", "POST", **request_)
    assert answer.status == 200
    assert answer.frames > 5_000
    assert "X-Voice-Warning" not in answer.headers


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'"Hi."', b"\xff", b'{"text": 7}', b'{"text": "Hi.", "voice": []}']
)
async def test_a_body_that_cannot_be_read_is_a_short_error(gateway: RunningGateway, body: bytes) -> None:
    answer = await gateway.ask("/synthesize", "POST", data=body)
    assert answer.status == 400
    assert answer.short_error


@pytest.mark.parametrize("voice", ["default", "", "Default", "alloy", "ONYX"])
async def test_who_names_nobody_hears_the_default_persona(gateway: RunningGateway, voice: str) -> None:
    """X4"""
    answer = await gateway.say("Hello.", voice)
    assert (answer.status, answer.frames > 10_000) == (200, True)
    named_another = voice.lower() in ("alloy", "onyx")
    said = f"there is no voice {voice.lower()} here: spark speaks" if named_another else None
    assert answer.headers.get("X-Voice-Warning") == said


async def test_a_speed_is_followed(gateway: RunningGateway) -> None:
    """C3"""
    usual, quick = await gateway.ask(PATH), await gateway.ask(f"{PATH}&speed=2.0")
    assert quick.frames < 0.7 * usual.frames


@pytest.mark.parametrize(
    ("header", "value", "said"),
    [
        ("X-Budget-Ms", "soon", "X-Budget-Ms is not followed: it must be a number of milliseconds"),
        ("X-Budget-Ms", "0", "X-Budget-Ms goes from 50 to 600000 ms: 50 is taken"),
        ("X-Budget-Ms", "99999999999", "X-Budget-Ms goes from 50 to 600000 ms: 600000 is taken"),
        ("X-Budget-Ms", "24000.0", None),
        ("X-Budget-Ms", "", None),
        (
            "X-Priority",
            "now",
            "X-Priority is not followed: it must be one of urgent, dialogue, story, backgro",
        ),
        ("X-Priority", "URGENT", None),
        ("X-Voice-Engines", "mine", "X-Voice-Engines is not followed: it must be one of own, all"),
        ("X-Voice-Engines", " OWN ", None),
    ],
)
async def test_a_header_that_cannot_be_followed_costs_nobody_the_sound(
    gateway: RunningGateway, header: str, value: str, said: str | None
) -> None:
    answer = await gateway.ask(PATH, headers={header: value})
    assert answer.status == 200
    told = answer.headers.get("X-Voice-Warning")
    assert told is None if said is None else (told or "").startswith(said)

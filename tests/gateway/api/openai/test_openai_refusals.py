"""`/v1/audio/speech`: bodies that are wrong, hostile or too large."""

import asyncio
import base64
import json
import sys
from typing import Any

import pytest

from gateway.api.openai import openai_request
from gateway.api.openai.openai_request import BODY_LIMIT
from tests.gateway.api.openai.openai_client import Told, alone, ask, base64_clip, cloning, post, refused
from tests.gateway.clips.recordings import flac_bomb
from tests.gateway.in_process import running, soon


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'"text"',
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"input": "\\ud800"}',
        b"[" * 100_000,
        b'{"input": "Hi", "speed": NaN}',
    ],
)
async def test_what_is_no_json_object_is_a_400(body: bytes) -> None:
    async with running() as gateway:
        code, _ = refused(await post(gateway, body), 400)
        assert code in {"invalid_json", "invalid_value"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": None}, "input"),
        ({"input": 3}, "input"),
        ({"input": ["Hi"]}, "input"),
        ({"voice": 7}, "voice"),
        ({"voice": {"name": "spark", "id": "spark"}}, "voice"),
        ({"voice": {"id": 3}}, "voice"),
        ({"response_format": 1}, "response_format"),
        ({"response_format": "aac"}, "response_format"),
        ({"response_format": "pcm_16000"}, "response_format"),
        ({"language": "../.."}, "language"),
        ({"ref_audio": 5}, "ref_audio"),
    ],
)
async def test_the_field_at_fault_is_named_where_no_sound_would_be_the_right_one(
    fields: dict[str, Any], param: str
) -> None:
    async with running() as gateway:
        _, found = refused(await ask(gateway, **fields), 400)
        assert found == param


async def test_what_is_null_is_not_given_and_what_is_unknown_is_ignored() -> None:
    names = ("voice", "speed", "stream_format", "instructions", "ref_audio", "ref_text", "language", "seed")
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        answer = await ask(gateway, **dict.fromkeys(names), temperature=0.5)
        assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    "ref_audio",
    [
        "http://169.254.169.254/",
        "https://example.org/clip.wav",
        "/etc/passwd",
        "/etc/shadow/",
        "file:///etc/passwd",
        "../reference.wav",
        "data:audio/wav,RIFF",
        "data:audio/wav;base64",
        "data:audio/wav;base64,",
        "data:text/plain;base64,bm90IHNvdW5k",
        "not base64!",
        "AAAAA",
        "ünïcödé=",
        base64.b64encode(b"not sound at all").decode(),
    ],
)
async def test_a_clip_is_the_sound_itself_and_nothing_is_fetched_or_opened(
    ref_audio: str,
) -> None:
    opened: list[str] = []

    async with running(*cloning()) as gateway:
        await ask(gateway)
        watching = True

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            # A hook stays for good, so it looks only while this test runs.
            if watching and event in {"open", "socket.connect", "socket.getaddrinfo", "urllib.Request"}:
                opened.append(f"{event} {arguments}")

        sys.addaudithook(watch)
        answer = await ask(gateway, ref_audio=ref_audio)
        watching = False
        _, param = refused(answer, 400)
        assert param == "ref_audio"
        assert not [each for each in opened if "passwd" in each or "169.254" in each or "example.org" in each]


async def test_a_body_above_the_limit_is_a_413_whether_or_not_it_says_its_length() -> None:
    body = json.dumps({"input": "Hi", "ref_audio": "A" * 20_000_000}).encode()
    assert len(body) > BODY_LIMIT

    async def in_pieces() -> Any:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    async with running() as gateway:
        assert refused(await post(gateway, body), 413)[0] == "body_too_large"
        assert refused(await post(gateway, in_pieces()), 413)[0] == "body_too_large"


@pytest.mark.slow
async def test_a_clip_that_opens_to_far_more_than_it_is_gets_refused() -> None:
    bomb = base64.b64encode(flac_bomb()).decode()
    async with running(*cloning()) as gateway:
        assert refused(await ask(gateway, ref_audio=bomb), 400) == ("invalid_clip", "ref_audio")


async def test_a_clip_that_is_too_short_is_refused_with_what_to_do() -> None:
    async with running(*cloning()) as gateway:
        answer = await ask(gateway, ref_audio=base64_clip(1.0))
        assert refused(answer, 400) == ("invalid_clip", "ref_audio")
        assert "needs 3 s" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/octet-stream"]
)
async def test_only_json_is_read(kind: str) -> None:
    async with running() as gateway:
        answer = await post(gateway, b'{"input": "Hi"}', Content_Type=kind)
        assert refused(answer, 415)[0] == "unsupported_media_type"


async def test_a_body_that_does_not_come_is_a_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_request, "READ_WITHIN", 0.1)
    forever = asyncio.Event()

    async def never() -> Any:
        yield b"{"
        await forever.wait()

    async with running() as gateway:
        asking = asyncio.create_task(post(gateway, never()))
        answer = await asking
        forever.set()
        assert answer.status == 408
        assert answer.json["error"]["code"] == "request_timeout"


async def test_while_large_bodies_are_read_others_wait_and_small_ones_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As many as there are turns hang half-way: one more has no turn in time, a short text is spoken."""
    monkeypatch.setattr(openai_request, "READ_WITHIN", 1.0)
    forever = asyncio.Event()

    async def half() -> Any:
        yield b"{" + b" " * 2 * openai_request.SMALL_BODY
        await forever.wait()

    async with running(alone("own"), {"own": Told("own")}) as gateway:
        hanging = [asyncio.create_task(post(gateway, half())) for _ in range(openai_request.LARGE_BODIES + 1)]
        await asyncio.sleep(0.2)
        assert (await ask(gateway)).status == 200
        assert {(await each).status for each in hanging} == {408}
        forever.set()


async def test_who_asks_for_too_much_at_once_is_told_to_come_back() -> None:
    engine = Told("own", 2)
    engine.hold = asyncio.Event()
    async with running(alone("own"), {"own": engine}, max_requests=1) as gateway:
        first = asyncio.create_task(ask(gateway))
        await soon(lambda: gateway.inside == 1)
        second = await ask(gateway)
        assert second.status == 429
        assert second.json["error"]["type"] == "rate_limit_error"
        assert second.headers["Retry-After"] == "1"
        assert "x-should-retry" not in second.headers
        engine.hold.set()
        assert (await first).status == 200


async def test_a_broken_gateway_says_so_in_the_same_shape_and_nothing_of_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("a secret")

    engine = Told("own")
    async with running(alone("own"), {"own": engine}) as gateway:
        monkeypatch.setattr(engine, "readiness", broken)
        answer = await ask(gateway)
        error = answer.json["error"]
        assert (answer.status, error["type"], error["code"]) == (500, "server_error", "internal")
        assert answer.headers["x-should-retry"] == "false"
        assert "secret" not in error["message"]
        monkeypatch.undo()

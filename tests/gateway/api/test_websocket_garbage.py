"""`/ws/tts` survives what is no message: an `error` each time, and the conversation goes on."""

import asyncio
import json

import pytest
from aiohttp import WSMsgType

from gateway.api.frame_rate import MOST
from gateway.requests.app_keys import SOCKETS
from tests.gateway.in_process import Client, RunningGateway, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

GARBAGE = {
    "nothing": "",
    "space": "  ",
    "words": "Hello there",
    "half an object": '{"type": "synthesize", "text": "Hello',
    "an array": '[{"type": "synthesize", "text": "Hello"}]',
    "a number": "17",
    "infinity": "1e999",
    "null": "null",
    "a string": '"synthesize"',
    "a number of 5,000 digits": "1" * 5_000,
    "20,000 brackets": "[" * 20_000,
    "10,000 objects": '{"a":' * 10_000,
    "NUL": "\0",
    "two objects": '{"type": "cancel"}{"type": "cancel"}',
    "no type": '{"text": "Hello"}',
    "type null": '{"type": null, "text": "Hello"}',
    "type a list": '{"type": ["synthesize"], "text": "Hello"}',
    "type unknown": '{"type": "speak", "text": "Hello"}',
    "type a surrogate": '{"type": "\\ud800"}',
    "an answer": '{"type": "complete", "id": "1", "duration_ms": 1}',
    "no text": '{"type": "synthesize"}',
    "text null": '{"type": "synthesize", "text": null}',
    "text a number": '{"type": "synthesize", "text": 1}',
    "text a list": '{"type": "synthesize", "text": ["Hello"]}',
    "id a number": '{"type": "synthesize", "text": "Hello", "id": 1}',
    "id a surrogate": '{"type": "synthesize", "text": "Hello", "id": "\\ud800"}',
    "voice a number": '{"type": "synthesize", "text": "Hello", "voice": 1}',
    "audio unknown": '{"type": "synthesize", "text": "Hello", "audio": "mp3"}',
    "audio a list": '{"type": "synthesize", "text": "Hello", "audio": ["binary"]}',
    "cancel without an id": '{"type": "cancel"}',
    "cancel a number": '{"type": "cancel", "id": 1}',
    "100 kB": "a" * 100_000,
    "900 kB": json.dumps({"type": "synthesize", "text": "a" * 900_000}),
    "3 MB": "a" * 3_000_000,
}


async def error_of(client: Client) -> str:
    message = await client.next()
    assert message["type"] == "error"
    assert message["message"]
    return str(message["code"])


@pytest.mark.parametrize("frame", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_gets_an_error_and_the_conversation_goes_on(
    gateway: RunningGateway, frame: str
) -> None:
    async with gateway.socket() as client:
        await client.socket.send_str(frame)
        assert await error_of(client) == ("message_too_big" if len(frame) > 65_536 else "invalid_message")
        await client.still_speaks()


async def test_all_of_it_over_one_socket(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        for frame in GARBAGE.values():
            await client.socket.send_str(frame)
        for _ in GARBAGE:
            await error_of(client)
        await client.still_speaks()


@pytest.mark.parametrize("frame", [b"", b"\0\1", b'{"type": "synthesize", "text": "Hello"}', b"a" * 900_000])
async def test_a_client_may_not_send_binary_frames(gateway: RunningGateway, frame: bytes) -> None:
    async with gateway.socket() as client:
        await client.socket.send_bytes(frame)
        assert await error_of(client) == "invalid_message"
        await client.still_speaks()


@pytest.mark.parametrize(
    ("frame", "id"),
    [
        ('{"type": "synthesize", "id": "mine", "text": 5}', "mine"),
        ('{"type": "speak", "id": "mine"}', "mine"),
        ('{"type": "synthesize", "id": "not mine", "text": "Hello"}', None),
        ('["id"]', None),
    ],
)
async def test_the_error_has_the_id_of_what_could_not_be_read_if_there_is_one(
    gateway: RunningGateway, frame: str, id: str | None
) -> None:
    async with gateway.socket() as client:
        await client.socket.send_str(frame)
        assert (await client.next()).get("id") == id


async def test_fields_it_does_not_know_are_ignored(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        await client.send(type="synthesize", id="1", text="Hello.", mood="happy", nested=[{"a": [None]}])
        assert (await client.until("complete", "error"))[-1]["type"] == "complete"


async def test_garbage_disturbs_neither_the_text_that_is_spoken_nor_another_socket(
    gateway: RunningGateway,
) -> None:
    async with gateway.socket() as client, gateway.socket() as other:
        for each in (client, other):
            await each.send(type="synthesize", id="1", text="Hello there. " * 20, audio="binary")
        for frame in ("{", "3" * 70_000, "[]"):
            await client.socket.send_str(frame)
        mine = [message["type"] for message in await client.until("complete")]
        theirs = [message["type"] for message in await other.until("complete")]
        assert mine.count("error") + theirs.count("error") == 3 == mine.count("error")


async def test_pings_are_answered_in_the_order_they_come(gateway: RunningGateway) -> None:
    async with gateway.socket(autoping=False) as client:
        for number in range(MOST // 2):
            await client.socket.ping(str(number).encode())
        for number in range(MOST // 2):
            message = await client.socket.receive(timeout=10)
            assert (message.type, message.data) == (WSMsgType.PONG, str(number).encode())
        await client.still_speaks()


HANDSHAKE = (
    b"GET /ws/tts HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def frame(first: int, payload: bytes) -> bytes:
    """A masked frame, whose mask changes nothing."""
    size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
    return bytes([first]) + size + bytes(4) + payload


CLOSE = frame(0x88, (1000).to_bytes(2, "big"))
BROKEN_FRAMES = {
    "text that is not UTF-8": (frame(0x81, b"\xff\xfe"), 1007, b"is not UTF-8"),
    "an unknown opcode": (frame(0x83, b""), 1002, b"breaks the WebSocket protocol"),
    "a reserved bit": (frame(0xC1, b"{}"), 1002, b"breaks the WebSocket protocol"),
    "a long ping": (frame(0x89, b"a" * 126), 1002, b"breaks the WebSocket protocol"),
    "a fragmented ping": (frame(0x09, b"a"), 1002, b"breaks the WebSocket protocol"),
    "the end of nothing": (frame(0x80, b"a"), 1002, b"breaks the WebSocket protocol"),
    "a frame of 5 MB": (
        b"\x81\xff" + (5_000_000).to_bytes(8, "big") + bytes(4),
        1009,
        b"may have 65536 bytes",
    ),
    "a bad close code": (frame(0x88, (999).to_bytes(2, "big")), 1002, b"breaks the WebSocket protocol"),
}


@pytest.mark.parametrize(("sent", "code", "said"), BROKEN_FRAMES.values(), ids=BROKEN_FRAMES)
async def test_what_breaks_the_framing_is_told_why_before_the_close(
    gateway: RunningGateway, sent: bytes, code: int, said: bytes
) -> None:
    received = await gateway.raw(HANDSHAKE + sent)
    _, _, frames = received.partition(b"\r\n\r\n")
    error, _, closing = frames.rpartition(b"}")
    assert b'{"type": "error", "code": ' in error
    assert said in error
    assert closing[-4:-2] == b"\x88\x02", closing
    assert int.from_bytes(closing[-2:], "big") == code
    await soon(lambda: not gateway.app[SOCKETS])


async def test_a_message_in_fragments_is_one_message(gateway: RunningGateway) -> None:
    text = b'{"type": "synthesize", "text": "Hello.", "id": "pieces", "audio": "binary"}'
    pieces = frame(0x01, text[:9]) + frame(0x89, b"!") + frame(0x00, text[9:50]) + frame(0x80, text[50:])
    cancel = frame(0x81, b'{"type": "cancel", "id": "other"}')
    received = await gateway.raw(HANDSHAKE + pieces + cancel + CLOSE)
    assert b'{"type": "accepted", "id": "pieces"' in received
    assert b'"id": "other", "code": "invalid_message"' in received


async def test_half_a_frame_and_then_silence_holds_nobody_up(gateway: RunningGateway) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(HANDSHAKE + b"\x81\xff")
    await reader.readuntil(b"\r\n\r\n")
    async with gateway.socket() as client:
        await client.still_speaks()
    writer.close()
    await soon(lambda: not gateway.app[SOCKETS])

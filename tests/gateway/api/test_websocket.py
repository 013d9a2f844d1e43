"""`/ws/tts` with the real eSpeak NG: the order of the messages, the sound in them, and who speaks."""

import asyncio
import base64
from typing import Any

import numpy as np
import pytest

from tests.gateway.in_process import Client, RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

Messages = list[dict[str, Any]]


async def spoken(client: Client, **request: Any) -> Messages:
    """Everything up to the end of one utterance."""
    await client.send(type="synthesize", **{"text": "Hello there. How are you?", **request})
    return await client.until("complete", "error", "unavailable")


def types(messages: Messages) -> list[str]:
    """Their types, with runs of the same in one."""
    found: list[str] = []
    for message in messages:
        if found[-1:] != [message["type"]]:
            found.append(message["type"])
    return found


def pcm(messages: Messages) -> bytes:
    return b"".join(
        message["pcm"] if message["type"] == "pcm" else base64.b64decode(message["data"], validate=True)
        for message in messages
        if message["type"] in ("pcm", "audio")
    )


def samples(messages: Messages) -> "np.typing.NDArray[np.int16]":
    return np.frombuffer(pcm(messages), "<i2")


async def test_an_utterance_in_base64_comes_in_this_order(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", voice="vixen")
        assert types(messages) == ["accepted", "start", "audio", "complete"]
        accepted, start, *audio, complete = messages
        assert {message["id"] for message in messages} == {"1"}
        assert sorted(accepted) == ["id", "predicted_first_audio_ms", "type"]
        assert 0 <= accepted["predicted_first_audio_ms"] < 1_000
        assert start == {
            "type": "start",
            "id": "1",
            "sample_rate": 24_000,
            "channels": 1,
            "engine": "espeak",
            "voice": "en+f4",
            "settings": {"pitch": 72, "rate": 135, "volume": 100},
            "stored": False,
            "substitute": None,
        }
        assert {message["sample_rate"] for message in audio} == {24_000}
        assert [message["final"] for message in audio] == [False] * (len(audio) - 1) + [True]
        assert np.abs(samples(messages).astype(int)).max() > 1_000
        assert complete["duration_ms"] == round(len(samples(messages)) / 24)


async def test_the_handshake_says_which_gateway_this_is(gateway: RunningGateway) -> None:
    """Before a robot has sent a word."""
    received = await gateway.raw(
        b"GET /ws/tts HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n\x88\x80\0\0\0\0"
    )
    assert received.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nX-Voice-Gateway: under-test\r\n" in received


async def test_an_utterance_in_binary_has_no_audio_messages(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", audio="binary")
        assert types(messages) == ["accepted", "start", "pcm", "complete"]
        assert messages[-1]["duration_ms"] == round(len(samples(messages)) / 24)


async def test_the_ledger_has_a_row_for_each_sentence(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", voice="gremlin", text="One.\nTwo.\nThree.")
        rows = messages[-1]["spoken"]
        assert [row["sentence"] for row in rows] == [0, 1, 2]
        for row in rows:
            assert (row["engine"], row["voice"]) == ("espeak", "en+croak")
            assert row["settings"] == {"pitch": 20, "rate": 180, "volume": 100}
            assert (row["stored"], row["substitute"], row["repeated"]) == (False, None, False)
        seconds = sum(row["samples"] / row["sample_rate"] for row in rows)
        assert len(samples(messages)) / 24_000 == pytest.approx(seconds, abs=0.001)


async def test_a_client_without_an_id_gets_nothing_but_audio_and_its_end(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client)
        assert types(messages) == ["audio", "complete"]
        assert not any("id" in message for message in messages)
        assert [message["final"] for message in messages[-3:-1]] == [False, True]
        assert messages[-1]["duration_ms"] == round(len(samples(messages)) / 24)
        (error,) = await spoken(client, voice="nobody")
        assert (error["type"], error["code"]) == ("error", "unknown_voice")
        assert "id" not in error


async def test_all_audio_comes_in_one_message_when_not_streamed(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", stream=False, text="One.\nTwo.\nThree.")
        assert [message["type"] for message in messages] == ["accepted", "start", "audio", "complete"]
        assert messages[2]["final"] is True
        assert messages[-1]["duration_ms"] == round(len(samples(messages)) / 24)
        assert [row["sentence"] for row in messages[-1]["spoken"]] == [0, 1, 2]


async def test_streamed_or_not_it_lasts_as_long(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        whole = await spoken(client, id="1", stream=False, audio="binary")
        pieces = await spoken(client, id="1", stream=True, audio="binary")
        assert len(samples(whole)) == pytest.approx(len(samples(pieces)), rel=0.02)


VOICES = {"spark": ("en-gb", 95, 100), "gremlin": ("en+croak", 20, 180), "vixen": ("en+f4", 72, 135)}


@pytest.mark.parametrize(
    ("asked", "speaks"),
    [("spark", "spark"), ("DATA", "spark"), ("Vixen", "vixen"), ("gremlin", "gremlin"), ("", "spark")],
)
async def test_each_persona_speaks_with_its_own_settings(
    gateway: RunningGateway, asked: str, speaks: str
) -> None:
    async with gateway.socket() as client:
        start = (await spoken(client, id="1", voice=asked))[1]
        voice, pitch, rate = VOICES[speaks]
        assert (start["voice"], start["settings"]) == (voice, {"pitch": pitch, "rate": rate, "volume": 100})


async def test_three_sockets_at_once_never_speak_in_each_others_voice(gateway: RunningGateway) -> None:
    async def ten_utterances(persona: str) -> None:
        voice, pitch, rate = VOICES[persona]
        async with gateway.socket() as client:
            for number in range(10):
                messages = await spoken(client, id=f"{persona}-{number}", voice=persona, text="One.\nTwo.")
                assert {message["id"] for message in messages} == {f"{persona}-{number}"}
                for row in (messages[1], *messages[-1]["spoken"]):
                    assert row["voice"] == voice
                    assert row["settings"] == {"pitch": pitch, "rate": rate, "volume": 100}

    await asyncio.gather(*map(ten_utterances, VOICES))


async def test_several_utterances_are_spoken_one_after_the_other_in_their_order(
    gateway: RunningGateway,
) -> None:
    async with gateway.socket() as client:
        for number in range(5):
            await client.send(type="synthesize", id=str(number), text="Hello there.", audio="binary")
        messages: Messages = []
        while [message["type"] for message in messages].count("complete") < 5:
            messages.append(await client.next())
        told = [message for message in messages if message["type"] != "accepted"]
        assert types(told) == ["start", "pcm", "complete"] * 5
        for kind in ("accepted", "start", "complete"):
            ids = [message["id"] for message in messages if message["type"] == kind]
            assert ids == list("01234"), kind


async def test_an_id_comes_back_exactly_and_may_be_used_again_afterwards(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        for id in ("!", "~" * 64, '"\\{}', "1", "1"):
            messages = await spoken(client, id=id, text="Hi.")
            assert messages[-1]["type"] == "complete"
            assert {message["id"] for message in messages} == {id}


@pytest.mark.parametrize("id", ["", "a b", "a" * 65, "ä", "a\n", "\x7f", "\0"])
async def test_an_id_that_cannot_be_one_is_refused(gateway: RunningGateway, id: str) -> None:
    async with gateway.socket() as client:
        (error,) = await spoken(client, id=id)
        assert (error["code"], "id" in error) == ("invalid_message", False)
        await client.still_speaks()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"voice": "nobody"}, "unknown_voice"),
    ({"voice": "../spark"}, "unknown_voice"),
    ({"voice": "\ud800\0" * 2_000}, "unknown_voice"),
    ({"text": ""}, "empty_text"),
    ({"text": " \n"}, "empty_text"),
    ({"text": "\ud800"}, "empty_text"),
    ({"text": "\N{GRINNING FACE}" * 2_000}, "empty_text"),
    ({"text": "a" * 5_001}, "text_too_long"),
    ({"text": "a\0b", "prepared": True}, "invalid_message"),
    ({"text": "a\ud800b", "prepared": True}, "invalid_message"),
    ({"text": "", "prepared": True}, "empty_text"),
    ({"text": "a" * 5_001, "prepared": True}, "text_too_long"),
]


@pytest.mark.parametrize(("request_", "code"), REFUSED, ids=range(len(REFUSED)))
async def test_what_cannot_be_spoken_is_refused_with_a_code_and_the_id(
    gateway: RunningGateway, request_: dict[str, Any], code: str
) -> None:
    async with gateway.socket() as client:
        (error,) = await spoken(client, id="1", **request_)
        assert (error["type"], error["id"], error["code"], error["spoken"]) == ("error", "1", code, [])
        assert error["message"]
        await client.still_speaks()


async def test_prepared_text_is_spoken_as_it_is(gateway: RunningGateway) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", text="Hello **there**.", prepared=True)
        assert messages[-1]["type"] == "complete"


@pytest.mark.parametrize("engines", ["own", "all"])
async def test_the_personas_own_voice_is_no_substitute(gateway: RunningGateway, engines: str) -> None:
    async with gateway.socket() as client:
        messages = await spoken(client, id="1", engines=engines)
        assert types(messages) == ["accepted", "start", "audio", "complete"]
        assert messages[1]["substitute"] is None

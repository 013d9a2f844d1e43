"""The gateway as an engine: good sound comes through as it is, anything else is a failure with its reason."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.gateway_answers import LONGEST_REMARK
from edge_client.link.link import GatewayLink, OnDemand
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import RequestOptions, Sentence
from robotvoice.wire import wire
from tests.fakes.fake_gateway import (
    CHUNK,
    CHUNKS,
    Behaviour,
    FakeGateway,
    Utterance,
)

VIXEN = VoiceSpec("gateway", "vixen")
HELLO = Sentence(0, "Hello there.")
NASTY = "busy\x1b[2J\n\u202eyllaer" + "!" * 300
HARMLESS = ("busy [2J  yllaer" + "!" * 300)[:LONGEST_REMARK]


def link_to(*fakes: FakeGateway, gateway_id: str | None = None) -> GatewayLink:
    endpoints = [
        Endpoint("127.0.0.1", fake.port, "mdns", gateway_id or fake.state.identity) for fake in fakes
    ]
    return GatewayLink(OnDemand(endpoints, connect_timeout=5.0))


async def spoken(link: GatewayLink, sentence: Sentence = HELLO) -> list[AudioChunk]:
    async with aclosing(link.speak(sentence, VIXEN)) as chunks, asyncio.timeout(10):
        return [chunk async for chunk in chunks]


async def problem(link: GatewayLink) -> EngineFailure | EngineUnavailable:
    try:
        with pytest.raises((EngineFailure, EngineUnavailable)) as failed:
            await spoken(link)
    finally:
        await link.close()
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    return failed.value  # type: ignore[return-value]  # one of the two


async def test_a_sentence_comes_through_as_it_was_sent(fake: FakeGateway) -> None:
    """With whose voice it is and how it was set; the gateway is asked for the persona's own voice only."""
    link = link_to(fake)
    chunks = await spoken(link)
    await link.close()
    assert b"".join(chunk.pcm for chunk in chunks) == CHUNK * CHUNKS
    assert {chunk.format for chunk in chunks} == {WIRE_FORMAT}
    assert chunks[0].origin == Origin("fake", "clone", {"pitch": 1})
    assert fake.state.requests == [
        wire.Synthesize(text=HELLO.text, id="1", voice="vixen", audio="binary", engines="own", prepared=True)
    ]
    assert link.answered_by == Endpoint("127.0.0.1", fake.port, "mdns", "fake")


async def test_all_sentences_go_over_one_connection(fake: FakeGateway) -> None:
    link = link_to(fake)
    for index in range(5):
        await spoken(link, Sentence(index, f"Sentence {index}."))
    await link.close()
    assert fake.state.connections == 1
    assert [asked.id for asked in fake.state.requests] == ["1", "2", "3", "4", "5"]


async def test_a_gateway_that_left_between_two_sentences_is_connected_to_again(fake: FakeGateway) -> None:
    async def speak_and_leave(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.start()
        await utterance.sound()
        await utterance.complete()
        await utterance.socket.close()

    fake.state.do_next(speak_and_leave)
    link = link_to(fake)
    await spoken(link)
    await asyncio.sleep(0.2)
    await spoken(link)
    await link.close()
    assert fake.state.connections == 2


async def test_a_sentence_that_is_not_wanted_any_more_ends_the_connection(fake: FakeGateway) -> None:
    """And with it the gateway's work; the next one gets a new connection without remains of the old sound."""
    fake.state.stall_after(3)
    link = link_to(fake)
    async with aclosing(link.speak(HELLO, VIXEN)) as chunks:
        await anext(chunks)
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    assert len(await spoken(link)) == CHUNKS
    await link.close()
    assert fake.state.connections == 2


def sending(*frames: str | bytes, **start: Any) -> Behaviour:
    """Accepts, starts and then sends these."""

    async def behave(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.start(**start)
        for frame in frames:
            await utterance.frame(frame)

    return behave


def answering(frame: str | bytes) -> Behaviour:
    """Sends this in place of `accepted`."""
    return lambda utterance: utterance.frame(frame)


async def sound_without_a_start(utterance: Utterance) -> None:
    await utterance.accept()
    await utterance.sound()


async def an_early_end(utterance: Utterance) -> None:
    await utterance.accept()
    await utterance.start()
    await utterance.sound(CHUNKS - 1)
    await utterance.complete(CHUNKS)


COMPLETE = wire.encode(wire.Complete("1", 400))
SUBSTITUTE = wire.Substitute("mlx", "not_ready", "it is loading")
WRONG: dict[str, tuple[str, Behaviour]] = {
    "an answer that is sound": ("protocol", answering(CHUNK)),
    "an answer that is no JSON": ("protocol", answering("hello?")),
    "an answer that is a list": ("protocol", answering("[1]")),
    "an answer with a wrong field": ("protocol", answering('{"type": "accepted", "id": "1"}')),
    "an answer nobody knows": ("no_answer", answering('{"type": "maybe"}')),
    "half a sample": ("protocol", sending(CHUNK + b"\0")),
    "sound without a start": ("protocol", sound_without_a_start),
    "another rate": ("protocol", sending(CHUNK, COMPLETE, sample_rate=48_000)),
    "two channels": ("protocol", sending(CHUNK, COMPLETE, channels=2)),
    "another voice": ("protocol", sending(CHUNK, COMPLETE, substitute=SUBSTITUTE)),
    "no JSON in the middle": ("protocol", sending(CHUNK, "}{")),
    "deep JSON in the middle": ("protocol", sending(CHUNK, "[" * 100_000)),
    "a frame that is too large": ("protocol", sending(bytes(1024 * 1024 + 2))),
    "an end before the end": ("cut", an_early_end),
    "an error": ("incomplete", sending(CHUNK, wire.encode(wire.Error("1", "incomplete", "it died")))),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_breaks_the_protocol_is_a_failure(fake: FakeGateway, case: str) -> None:
    """Counted by the breaker, and the connection is not used again."""
    code, behaviour = WRONG[case]
    fake.state.do_next(behaviour)
    failure = await problem(link_to(fake))
    assert isinstance(failure, EngineFailure)
    assert failure.reason == code
    assert failure.message.startswith(("gateway", "on the Mac, "))


async def test_a_message_of_a_newer_gateway_is_passed_over(fake: FakeGateway) -> None:
    fake.state.do_next(sending('{"type": "mood", "mood": "good"}', *[CHUNK] * CHUNKS, COMPLETE))
    link = link_to(fake)
    assert len(await spoken(link)) == CHUNKS
    await link.close()


async def test_a_cut_in_the_middle_is_a_failure_after_the_sound_that_came(fake: FakeGateway) -> None:
    fake.state.cut_after(3)
    link = link_to(fake)
    came = []
    with pytest.raises(EngineFailure, match="gateway closed the connection"):
        async for chunk in link.speak(HELLO, VIXEN):
            came.append(chunk)
    await link.close()
    assert len(came) == 3


async def test_no_answer_to_a_request_is_a_failure(fake: FakeGateway) -> None:
    """A gateway says at once whether it will speak; how long the sound takes is another matter."""

    async def nothing(utterance: Utterance) -> None:
        await asyncio.sleep(2)

    fake.state.do_next(nothing)
    failure = await problem(link_to(fake))
    assert (failure.reason, failure.message) == ("no_answer", "gateway did not answer in time")


async def test_unavailable_is_nobodys_fault(fake: FakeGateway) -> None:
    """It comes with a reason and with when to ask again, and it is an answer: the gateway is there."""
    fake.state.refuse_next("loading", "the model is loading", 1500)
    link = link_to(fake)
    refusal = await problem(link)
    assert isinstance(refusal, EngineUnavailable)
    assert (refusal.reason, refusal.message) == ("loading", "on the Mac, the model is loading")
    assert refusal.retry_after == 1.5
    assert link.answered_by is not None


@pytest.mark.parametrize(
    "no",
    [
        wire.Unavailable("1", "busy"),
        wire.Error("1", "too_many_requests", "no"),
        wire.Error("1", "internal", ""),
    ],
)
async def test_after_a_no_the_same_connection_is_asked_again(fake: FakeGateway, no: wire.Answer) -> None:
    """Nothing more comes for that sentence, so nothing of it can be taken for the next one."""
    fake.state.do_next(answering(wire.encode(no)))
    link = link_to(fake)
    with pytest.raises((EngineFailure, EngineUnavailable)):
        await spoken(link)
    assert len(await spoken(link)) == CHUNKS
    await link.close()
    assert fake.state.connections == 1


async def test_a_yes_that_would_come_too_late_is_not_waited_for(fake: FakeGateway) -> None:
    """The persona may wait longer than this robot: it speaks itself, at once, and that is no failure."""
    fake.state.do_next(answering(wire.encode(wire.Accepted("1", 2500))))
    refusal = await problem(link_to(fake))
    assert isinstance(refusal, EngineUnavailable)
    assert (refusal.reason, refusal.message) == ("too_late", "gateway would begin in 2.5 s")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unknown_voice", EngineUnavailable),
        ("too_many_requests", EngineUnavailable),
        ("internal", EngineFailure),
    ],
)
async def test_an_error_counts_unless_the_gateway_works(
    fake: FakeGateway, code: str, kind: type[Exception]
) -> None:
    fake.state.do_next(answering(wire.encode(wire.Error("1", code, "no"))))
    assert type(await problem(link_to(fake))) is kind


@pytest.mark.parametrize("reason", ["too_long", "silent", "model_failed", "bad_voice", "too_late", "busy"])
async def test_what_one_text_or_one_voice_did_is_no_fault_of_the_gateway(
    fake: FakeGateway, reason: str
) -> None:
    """Also after the first sound: the gateway keeps account of it, and the robot says it itself."""
    error = wire.encode(wire.Error("1", "incomplete", "it babbles", reason=reason))
    fake.state.do_next(sending(CHUNK, error))
    refusal = await problem(link_to(fake))
    assert isinstance(refusal, EngineUnavailable)
    assert (refusal.reason, refusal.message) == (reason, "gateway: it babbles")


async def test_until_when_the_sound_is_of_use_goes_with_the_request(fake: FakeGateway) -> None:
    """A gateway that cannot be in time says so before that, and the robot speaks itself."""
    link = link_to(fake)
    soon = RequestOptions(start_by=asyncio.get_running_loop().time() + 3.0)
    await spoken(link, Sentence(0, "Hello there.", soon))
    await spoken(link)
    await link.close()
    budgets = [asked.budget_ms for asked in fake.state.requests]
    assert budgets[0] is not None and 2700 <= budgets[0] <= 2900
    assert budgets[1] is None


@pytest.mark.parametrize(
    "message",
    [wire.Unavailable("1", NASTY, NASTY), wire.Unavailable("1", NASTY), wire.Error("1", NASTY, NASTY)],
)
async def test_a_gateways_own_words_cannot_steer_a_terminal(fake: FakeGateway, message: wire.Answer) -> None:
    """Nor fill it: they are made printable and cut."""
    fake.state.do_next(answering(wire.encode(message)))
    failure = await problem(link_to(fake))
    assert failure.reason == HARMLESS
    assert failure.message.startswith(f"on the Mac, {HARMLESS}")
    assert failure.message.isprintable() and len(failure.message) < 420

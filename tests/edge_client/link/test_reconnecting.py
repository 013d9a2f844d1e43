"""A link that is kept: sentences share one connection, and only what is heard to live is asked."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import aclosing
from typing import cast

import psutil
import pytest

from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.utterance import Priority, RequestOptions, Sentence
from robotvoice.wire import wire
from tests.edge_client.link.link_rig import (
    HELLO,
    VIXEN,
    LivelyGateway,
    address_of,
    link_to,
    spoken,
    until,
)
from tests.fakes.fake_gateway import CHUNK, CHUNKS, State, Utterance, running, speak


@pytest.fixture
def lively() -> Iterator[LivelyGateway]:
    with running(kind=LivelyGateway) as gateway:
        yield cast(LivelyGateway, gateway)


async def test_sentences_share_one_connection_and_sound_as_they_were_sent(lively: LivelyGateway) -> None:
    async with link_to(address_of(lively)) as link:
        before = lively.state.connections
        for index in range(5):
            chunks = await spoken(link, Sentence(index, f"Sentence {index}."))
            assert b"".join(chunk.pcm for chunk in chunks) == CHUNK * CHUNKS
        assert len(lively.sockets) == 1
        assert lively.state.connections == before
        assert link.reason is None
        assert link.readiness(VIXEN)


async def test_priority_and_what_is_left_of_the_budget_go_over_the_wire(lively: LivelyGateway) -> None:
    async with link_to(address_of(lively)) as link:
        start_by = asyncio.get_running_loop().time() + 30
        await spoken(link, Sentence(0, "Stop!", RequestOptions(priority=Priority.URGENT, start_by=start_by)))
        await spoken(link)
    urgent, usual = lively.state.requests
    assert urgent.priority == "urgent"
    assert urgent.budget_ms is not None
    assert 20_000 < urgent.budget_ms <= 30_000
    assert (usual.priority, usual.budget_ms) == ("dialogue", None)
    assert (usual.engines, usual.audio, usual.prepared) == ("own", "binary", True)


async def test_a_sentence_that_is_not_wanted_is_cancelled_and_leaves_nothing_in_the_next(
    lively: LivelyGateway,
) -> None:
    lively.state.stall_after(3)
    async with link_to(address_of(lively)) as link:
        async with aclosing(link.speak(HELLO, VIXEN)) as chunks:
            await anext(chunks)
        assert len(await spoken(link)) == CHUNKS
        assert lively.cancelled == ["1"]
        assert len(lively.sockets) == 1


async def test_a_slow_gateway_is_waited_for_as_long_as_its_own_round_trip_takes(
    lively: LivelyGateway,
) -> None:
    """An answer after 350 ms is late from a gateway that is near, not from one that always takes 150."""

    async def slowly(utterance: Utterance) -> None:
        await asyncio.sleep(0.2)
        await speak(utterance)

    lively.delay = 0.15
    async with link_to(address_of(lively)) as link:
        await until(lambda: link.round_trip > 0.1)
        for _ in range(3):
            lively.state.do_next(slowly)
            assert len(await spoken(link)) == CHUNKS


async def test_a_late_answer_is_no_failure_of_a_gateway_whose_heart_beats(lively: LivelyGateway) -> None:
    async def late(utterance: Utterance) -> None:
        await asyncio.sleep(5)

    async with link_to(address_of(lively)) as link:
        for _ in range(5):
            lively.state.do_next(late)
            with pytest.raises(EngineUnavailable) as refused:
                await spoken(link)
            assert refused.value.reason == "no_answer"
        assert link.connected
        assert len(await spoken(link)) == CHUNKS
        assert link.breaker.opened == 0


async def test_a_refusal_comes_through_and_the_connection_stays(lively: LivelyGateway) -> None:
    lively.state.refuse_next("not_ready", "the model is loading", 1500)
    async with link_to(address_of(lively)) as link:
        with pytest.raises(EngineUnavailable) as refused:
            await spoken(link)
        assert (refused.value.reason, refused.value.retry_after) == ("not_ready", 1.5)
        assert "the model is loading" in refused.value.message
        assert len(await spoken(link)) == CHUNKS
        assert lively.cancelled == []


async def test_a_connection_that_breaks_in_a_sentence_fails_it_at_once(lively: LivelyGateway) -> None:
    lively.state.cut_after(2)
    async with link_to(address_of(lively)) as link:
        with pytest.raises(EngineFailure) as failed:
            await spoken(link)
        assert failed.value.reason == "cut"
        await until(lambda: link.connected)
        assert len(await spoken(link)) == CHUNKS


async def test_what_is_not_connected_is_not_ready_and_says_why() -> None:
    async with link_to("127.0.0.1:1", connected=False) as link:
        await until(lambda: link.reason == "gateway refused the connection")
        assert not link.readiness(VIXEN)
        with pytest.raises(EngineUnavailable):
            await spoken(link)
        with pytest.raises(EngineFailure):
            await link.probe()


async def test_the_gateways_events_are_told_and_kept(lively: LivelyGateway) -> None:
    told: list[wire.Event] = []

    async def with_events(utterance: Utterance) -> None:
        for event in (wire.Personas({"vixen": "2"}), wire.Sleeping(), wire.Awake(), wire.Phrases({})):
            await utterance.send(event)
        await speak(utterance)

    lively.state.do_next(with_events)
    async with link_to(address_of(lively), on_event=told.append) as link:
        assert len(await spoken(link)) == CHUNKS
        assert told[0] == wire.Personas({"vixen": "2"})
        assert [type(each) for each in told] == [wire.Personas, wire.Sleeping, wire.Awake, wire.Phrases]


async def test_an_error_that_names_no_sentence_ends_the_one_that_waits_at_once(lively: LivelyGateway) -> None:
    """With its reason, and not as an answer that did not come; the connection stays."""
    lively.state.do_next(lambda utterance: utterance.send(wire.Error(None, "too_many_requests", "later")))
    async with link_to(address_of(lively)) as link:
        with pytest.raises(EngineUnavailable) as refused:
            await spoken(link)
        assert refused.value.reason == "too_many_requests"
        assert len(await spoken(link)) == CHUNKS
        assert len(lively.sockets) == 1


async def test_sound_that_nobody_began_fails_the_sentence_that_waits(lively: LivelyGateway) -> None:
    """It is given up over there, and the next one is none the worse."""

    async def no_start(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.sound(1)

    lively.state.do_next(no_start)
    async with link_to(address_of(lively)) as link:
        with pytest.raises(EngineFailure) as failed:
            await spoken(link)
        assert failed.value.reason == "protocol"
        await until(lambda: lively.cancelled == ["1"])
        assert len(await spoken(link)) == CHUNKS


async def test_who_was_given_up_for_a_better_one_is_not_the_one_that_answered_last() -> None:
    """Although a sentence comes to its end over there afterwards."""
    go_on = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def slowly(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.start()
        await utterance.sound(1)
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(go_on.wait(), loop))
        await utterance.sound(CHUNKS - 1)
        await utterance.complete()

    with (
        running(State(identity="first"), kind=LivelyGateway) as first,
        running(State(identity="second"), kind=LivelyGateway) as second,
    ):
        async with link_to(address_of(first), address_of(second)) as link:
            assert link.connected == address_of(first)
            first.state.do_next(slowly)
            async with aclosing(link.speak(HELLO, VIXEN)) as chunks:
                await anext(chunks)
                cast(LivelyGateway, first).own_voices = set()
                link.sockets.refused("not_ready")
                await until(lambda: link.connected == address_of(second))
                go_on.set()
                assert len([chunk async for chunk in chunks]) == CHUNKS - 1
            assert link.answered_by is None
            assert len(await spoken(link)) == CHUNKS
            assert link.answered_by == address_of(second)


async def test_another_gateway_at_the_address_is_not_talked_to() -> None:
    with running(State(identity="somebody else"), kind=LivelyGateway) as gateway:
        wanted = address_of(gateway)
        gateway.state.identity = "changed"
        async with link_to(wanted, connected=False) as link:
            await until(lambda: "another gateway" in (link.reason or ""))
        assert gateway.state.requests == []


async def test_a_thousand_sentences_leave_nothing_behind(lively: LivelyGateway) -> None:
    """No memory, no file, no task; the gateway lives in this process, so its share counts too."""

    async def short(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.start()
        await utterance.sound(1)
        await utterance.complete(1)

    process = psutil.Process()
    lively.state.requests = cast("list[wire.Synthesize]", _Nowhere())
    files = process.num_fds()
    async with link_to(address_of(lively)) as link:
        sizes = []
        for number in range(1000):
            lively.state.do_next(short)
            await spoken(link)
            if number in (299, 999):
                gc.collect()
                sizes.append(process.memory_info().rss)
    assert sizes[1] - sizes[0] < 2_000_000
    assert process.num_fds() <= files + 1  # the gateway's end may go a moment later


class _Nowhere:
    def append(self, request: wire.Synthesize) -> None: ...

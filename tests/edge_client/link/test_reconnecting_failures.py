"""A gateway that is frozen, killed or elsewhere is known to be away, and taken back when it returns."""

import asyncio
import signal
import time
from pathlib import Path
from typing import cast

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.reconnecting import BREATH
from robotvoice.chain.breaker import BreakerSettings, State
from robotvoice.errors import EngineFailure, EngineUnavailable
from tests.edge_client.link.link_rig import VIXEN, LivelyGateway, address_of, link_to, spoken, until
from tests.fakes.fake_gateway import CHUNKS, Utterance, running
from tests.fakes.fake_gateway import State as Fake
from tests.fakes.faults import Fault
from tests.gateway.process import GatewayProcess, started

pytestmark = pytest.mark.slow

BACK_WITHIN = 5.0 + 2.0
"""Seconds: the longest pause between two looks, and a busy machine"""


def freeze(gateway: GatewayProcess) -> None:
    gateway.process.send_signal(signal.SIGSTOP)


def wake(gateway: GatewayProcess) -> None:
    gateway.process.send_signal(signal.SIGCONT)


async def test_a_gateway_frozen_before_a_sentence_is_asked_once(tmp_path: Path) -> None:
    """The first sentence gets no answer; the next ones are told at once that there is no gateway."""
    async with started(tmp_path) as gateway, link_to(f"127.0.0.1:{gateway.port}") as link:
        assert await spoken(link)
        freeze(gateway)
        with pytest.raises(EngineUnavailable) as refused:
            await spoken(link)
        assert refused.value.reason == "no_answer"
        assert not link.readiness(VIXEN)
        await until(lambda: not link.connected)
        assert "sign of life" in (link.reason or "") or "answer" in (link.reason or "")
        wake(gateway)
        await until(lambda: link.connected, BACK_WITHIN)
        assert await spoken(link)


async def test_a_heart_that_stops_while_nobody_speaks_is_known_and_counted(tmp_path: Path) -> None:
    """And what it opened is closed by canaries when the gateway is there again."""
    once = BreakerSettings(consecutive_failures=1)
    async with started(tmp_path) as gateway, link_to(f"127.0.0.1:{gateway.port}", settings=once) as link:
        freeze(gateway)
        await until(lambda: not link.readiness(VIXEN))
        await until(lambda: not link.connected)
        assert link.breaker.opened == 1
        wake(gateway)
        await until(lambda: link.connected, BACK_WITHIN)
        await until(lambda: link.breaker.state is State.CLOSED)


async def test_a_gateway_frozen_in_a_sentence_ends_it_before_it_sounds() -> None:
    """Just after `accepted`: its program stands still, its kernel does not."""

    async def stand_still(utterance: Utterance) -> None:
        await utterance.accept()
        time.sleep(3)  # noqa: ASYNC251 - nothing of this gateway may go on

    with running(kind=LivelyGateway) as gateway:
        gateway.state.do_next(stand_still)
        async with link_to(address_of(gateway)) as link:
            with pytest.raises((EngineUnavailable, EngineFailure)) as failed:
                await spoken(link)
            assert getattr(failed.value, "reason", None) == "no_answer"
            assert not link.readiness(VIXEN)
            await until(lambda: link.readiness(VIXEN))
            assert len(await spoken(link)) == CHUNKS


async def test_a_killed_gateway_fails_its_sentence_and_is_taken_back(tmp_path: Path) -> None:
    async with started(tmp_path) as gateway, link_to(f"127.0.0.1:{gateway.port}") as link:
        port = gateway.port
        gateway.process.kill()
        await until(lambda: not link.connected)
        assert not link.readiness(VIXEN)
        away_since = link.sockets.since
        await asyncio.sleep(3)
        async with started(tmp_path, "--port", str(port)):
            await until(lambda: link.connected, BACK_WITHIN)
            assert link.sockets.since > away_since
            assert await spoken(link)


async def test_a_gateway_at_another_address_is_found_as_soon_as_it_is_announced() -> None:
    with running(kind=LivelyGateway) as old:
        before = address_of(old)
    with running(kind=LivelyGateway, host="127.0.0.2") as new:
        async with link_to(before, connected=False) as link:
            await until(lambda: link.reason == "gateway refused the connection")
            moved = Endpoint("127.0.0.2", new.port, "mdns", new.state.identity)
            link.sockets.heard("gateway 0", (moved,))
            await until(lambda: link.connected)
            assert link.connected == moved


async def test_a_gateway_that_says_goodbye_is_listened_to_at_once_and_believed_only_if_it_is_dead() -> None:
    with running(kind=LivelyGateway) as gateway:
        async with link_to(address_of(gateway)) as link:
            link.sockets.heard("gateway 0", ())
            await asyncio.sleep(0.2)
            assert link.connected
            assert len(await spoken(link)) == CHUNKS


async def test_the_next_gateway_takes_over_from_one_that_is_gone() -> None:
    with (
        running(Fake(identity="first"), kind=LivelyGateway) as first,
        running(Fake(identity="second"), kind=LivelyGateway) as second,
    ):
        async with link_to(address_of(first), address_of(second)) as link:
            assert link.connected == address_of(first)
            first.state.always = Fault.RESET
            first.state.cut_after(2)
            with pytest.raises(EngineFailure):
                await spoken(link)
            await until(lambda: link.connected == address_of(second))
            assert len(await spoken(link)) == CHUNKS


async def test_of_several_gateways_the_one_whose_clone_is_ready_is_used() -> None:
    with (
        running(Fake(identity="first"), kind=LivelyGateway) as first,
        running(Fake(identity="second"), kind=LivelyGateway) as second,
    ):
        cast(LivelyGateway, first).own_voices = {"ada"}
        async with link_to(address_of(first), address_of(second)) as link:
            assert link.connected == address_of(second)
            cast(LivelyGateway, first).own_voices = {"vixen"}
            cast(LivelyGateway, second).own_voices = set()
            second.state.refuse_next("not_ready", "the model is gone")
            with pytest.raises(EngineUnavailable):
                await spoken(link)
            await until(lambda: link.connected == address_of(first))
            assert len(await spoken(link)) == CHUNKS


async def test_whatever_is_announced_a_gateway_that_does_not_answer_is_asked_in_moderation() -> None:
    with running(kind=LivelyGateway) as gateway:
        gateway.state.always = Fault.RESET
        async with link_to(address_of(gateway), connected=False) as link:
            ends = asyncio.get_running_loop().time() + 1
            while asyncio.get_running_loop().time() < ends:
                link.sockets.heard("gateway 0", ())
                link.sockets.heard("gateway 0", (address_of(gateway),))
                await asyncio.sleep(0.001)
        assert 0 < gateway.state.connections <= 2 * (1 / BREATH + 2)  # a GET is tried twice

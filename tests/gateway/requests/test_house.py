"""A full house: places kept for those at home, plain voices for all others, and no peer that takes it all."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from gateway.requests.app_keys import ENGINES
from gateway.requests.house import EACH, PLAIN, WAITING, House, Peer, Place
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import TooManyRequests
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Priority
from tests.fakes.scripted_engine import FOREVER, ScriptedEngine
from tests.gateway.in_process import RunningGateway, library, named, persona, running, soon

HERE = Peer("here", "127.0.0.1:1", is_home=True, is_here=True)
ROBOT = Peer("robot rosie", "robot rosie", is_home=True, is_here=False)
LIMIT = 32


def guest(number: int = 0) -> Peer:
    return Peer(f"open 10.0.0.{number}", f"open 10.0.0.{number}", is_home=False, is_here=False)


async def enter(house: House, inside: AsyncExitStack, peer: Peer, within: float = 0.0) -> Place:
    return await inside.enter_async_context(house.place(peer, within=within))


async def test_forty_guests_leave_places_for_those_at_home_and_are_spoken_for_themselves() -> None:
    house = House(LIMIT)
    async with AsyncExitStack() as inside:
        given = [await enter(house, inside, guest(number)) for number in range(40)]
        assert [given.count(each) for each in Place] == [LIMIT - LIMIT // 8, 40 - (LIMIT - LIMIT // 8)]
        assert [await enter(house, inside, peer) for peer in (HERE, ROBOT)] == [Place.ANY_VOICE] * 2
        assert house.inside == 42
    assert house.inside == 0


async def test_only_a_flood_is_refused_and_never_at_home() -> None:
    house = House(8)
    async with AsyncExitStack() as inside:
        for number in range(7 + PLAIN * 8):
            await enter(house, inside, guest(number))
        with pytest.raises(TooManyRequests):
            await enter(house, inside, guest(99))
        given = [await enter(house, inside, peer) for peer in (HERE, ROBOT) for _ in range(50)]
        assert given == [Place.ANY_VOICE] + [Place.PLAIN_VOICE] * 99


@pytest.mark.parametrize("peer", [guest(), ROBOT], ids=["guest", "robot"])
async def test_one_peer_has_four_in_work_eight_that_wait_and_a_plain_voice_for_the_rest(peer: Peer) -> None:
    house = House(LIMIT)
    async with AsyncExitStack() as others, AsyncExitStack() as first:
        assert {await enter(house, first, peer) for _ in range(EACH)} == {Place.ANY_VOICE}
        waiting = [asyncio.create_task(enter(house, others, peer, 60.0)) for _ in range(WAITING)]
        await asyncio.sleep(0)
        assert await enter(house, others, peer, 60.0) is Place.PLAIN_VOICE
        assert await enter(house, others, guest(7), 60.0) is Place.ANY_VOICE
        waiting[1].cancel()
        await first.aclose()
        done, _ = await asyncio.wait(waiting, timeout=1.0)
        assert {each for each in waiting if each not in done} == set(waiting[5:])
        for each in waiting:
            each.cancel()


async def test_nobody_waits_longer_than_half_of_what_the_answer_has() -> None:
    house = House(LIMIT)
    async with AsyncExitStack() as inside, asyncio.timeout(2.0):
        for _ in range(EACH):
            await enter(house, inside, guest())
        assert await enter(house, inside, guest(), 0.2) is Place.PLAIN_VOICE
    assert house.inside == 0


async def test_this_machine_has_no_bound_but_the_house() -> None:
    house = House(LIMIT)
    async with AsyncExitStack() as inside:
        given = [await enter(house, inside, HERE, 60.0) for _ in range(LIMIT + 1)]
        assert [given.count(each) for each in Place] == [LIMIT, 1]


async def fill(gateway: RunningGateway, own: ScriptedEngine, texts: int) -> list[asyncio.Task[object]]:
    asking = [asyncio.create_task(gateway.say(f"Number {number}.", "p")) for number in range(texts)]
    await soon(lambda: own.speaking == texts)
    return asking  # type: ignore[return-value]  # of answers that nobody reads


async def test_in_a_full_house_every_door_gives_a_plain_voice_and_says_why() -> None:
    own = ScriptedEngine("own", [FOREVER], first_audio_cap=1_000)
    personas = library(persona("p", "own"), persona("q", "own", silent=True))
    async with running(personas, named(own, EspeakEngine.installed("auto")), max_requests=2) as gateway:
        await soon(lambda: bool(gateway.app[ENGINES]["espeak"].engine.readiness(VoiceSpec("espeak"))))
        asking = await fill(gateway, own, 2)
        answer = await gateway.say("Hello.", "p")
        assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "espeak")
        assert answer.headers["X-Voice-Substitute"] == "busy"
        for format in ("wav", "mp3"):
            body = {"input": "Hello.", "voice": "p", "response_format": format}
            spoken = await gateway.ask("/v1/audio/speech", "POST", json=body)
            assert (spoken.status, spoken.headers["X-Voice-Substitute"]) == (200, "busy")
        async with gateway.socket() as client:
            await client.ask(voice="p")
            messages = await client.until("complete", "error")
            assert messages[-1]["type"] == "complete"
            start = next(each for each in messages if each["type"] == "start")
            assert (start["engine"], start["substitute"]["reason"]) == ("espeak", "busy")
            await client.ask(voice="p", engines="own")
            assert (await client.until("complete", "error"))[-1]["type"] == "error"
        # Who would rather be silent, and who wants one voice only, has to come back.
        assert (await gateway.say("Hello.", "q")).status == 429
        for each in asking:
            each.cancel()


@pytest.mark.parametrize("from_network", [False, True], ids=["here", "guest"])
async def test_who_is_not_at_home_is_neither_urgent_nor_patient(from_network: bool) -> None:
    own = ScriptedEngine("own")
    async with running(
        library(persona("p", "own")),
        named(own),
        from_network=from_network,
        open_lan=True,
        open_personas=["p"],
    ) as gateway:
        headers = {"X-Priority": "urgent", "X-Budget-Ms": "600000"}
        answer = await gateway.ask("/synthesize?text=Hello.&voice=p", headers=headers)
        assert answer.status == 200
        told = answer.headers.get("X-Voice-Warning", "")
        urgent = own.given[-1].asked.priority is Priority.URGENT
        assert (urgent, bool(told)) == (not from_network, from_network)
        if from_network:
            assert "only this machine and paired robots may be urgent" in told
            assert "X-Budget-Ms is 30000 ms" in told
            await gateway.ask("/synthesize?text=Another.&voice=p")
            assert len({each.asked.client for each in own.given}) == 1, "one peer, however it connects"

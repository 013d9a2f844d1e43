"""A connection stands and answers in time, or the robot knows why not; nothing of it is left behind."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.ground.first_success import HEAD_START
from edge_client.link import socket as sockets
from edge_client.link.dialling import get
from edge_client.link.socket import open_any, open_socket
from robotvoice.errors import EngineFailure
from robotvoice.wire import wire
from tests.fakes.fake_gateway import FakeGateway, State, running
from tests.fakes.faults import Fault

PATIENT = 5.0
"""Seconds for a connection to stand: on a slow machine nobody is late"""


@pytest.fixture
def unanswered() -> Iterator[Endpoint]:
    """An address whose packets go nowhere: its queue of connections is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        full = [socket.socket() for _ in range(4)]
        for each in full:
            each.setblocking(False)
            each.connect_ex(server.getsockname())
        yield Endpoint("127.0.0.1", server.getsockname()[1], "address")
        for each in full:
            each.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


async def why_not(endpoint: Endpoint, connect_timeout: float = PATIENT) -> EngineFailure:
    with pytest.raises(EngineFailure) as failed:
        await open_socket(endpoint, connect_timeout)
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    return failed.value


FAULTS = {
    Fault.SILENCE: ("no_answer", "gateway did not answer in time"),
    Fault.RESET: ("cut", "gateway broke the connection"),
    Fault.NOISE: ("protocol", "what answers at {address} is no gateway"),
    Fault.HTML: ("protocol", "what answers at {address} is no gateway: it answers with status 200"),
    Fault.NOT_FOUND: ("protocol", "what answers at {address} is no gateway: it answers with status 404"),
    Fault.BUSY: ("protocol", "what answers at {address} is no gateway: it answers with status 503"),
    Fault.HALF_A_HANDSHAKE: ("no_answer", "gateway did not answer in time"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_no_gateway_is_told_apart(fault: Fault) -> None:
    """By a code for programs and a sentence for people."""
    with running(State(always=fault)) as fake:
        failure = await why_not(parse_address(fake.address))
        code, text = FAULTS[fault]
        assert (failure.reason, failure.message) == (code, text.format(address=fake.address))


async def test_nobody_there_is_told_at_once() -> None:
    failure = await why_not(Endpoint("127.0.0.1", free_port(), "address"))
    assert (failure.reason, failure.message) == ("refused", "gateway refused the connection")


async def test_a_machine_that_answers_nothing_is_waited_for_in_vain(unanswered: Endpoint) -> None:
    """As one that sleeps or has left: for `connect_timeout`, not for the minutes of the system."""
    failure = await why_not(unanswered, 0.2)
    expected = f"gateway at {unanswered.label} cannot be reached within 0.2 s"
    assert (failure.reason, failure.message) == ("unreachable", expected)


async def test_a_name_nobody_has_is_told() -> None:
    failure = await why_not(Endpoint("no-such-robot.invalid", 7860, "address"))
    expected = "gateway's name no-such-robot.invalid is not known in this network"
    assert (failure.reason, failure.message) == ("unreachable", expected)


async def test_a_name_is_found() -> None:
    with running() as fake:
        await (await open_socket(Endpoint("localhost", fake.port, "address"), PATIENT)).close()


SLOW_NAMES = """
import asyncio, socket, time
socket.getaddrinfo = lambda *_: time.sleep(600)
from edge_client.link.socket import open_socket
from edge_client.discovery.endpoint import Endpoint
from robotvoice.errors import EngineFailure
try:
    asyncio.run(open_socket(Endpoint("mac.local", 7860, "address"), 0.2))
except EngineFailure as failure:
    print(failure.reason)
"""


def test_a_look_up_that_hangs_holds_up_nobody() -> None:
    """Neither the robot that speaks meanwhile nor the end of its process."""
    done = subprocess.run(
        [sys.executable, "-c", SLOW_NAMES], capture_output=True, text=True, timeout=30, check=True
    )
    assert (done.stdout, done.stderr) == ("unreachable\n", "")


async def test_a_slow_handshake_is_not_waited_for(fake: FakeGateway) -> None:
    fake.state.handshake_delay = 2.0
    assert (await why_not(parse_address(fake.address))).reason == "no_answer"


async def test_another_gateway_than_the_wanted_one_is_left_alone(fake: FakeGateway) -> None:
    """It is known before any text is sent."""
    wanted = Endpoint("127.0.0.1", fake.port, "address", gateway_id="mine")
    failure = await why_not(wanted)
    assert (failure.reason, failure.message) == (
        "other_gateway",
        f"another gateway answers at {fake.address}",
    )
    assert fake.state.requests == []


async def test_who_answered_is_known(fake: FakeGateway) -> None:
    connection = await open_socket(parse_address(fake.address), PATIENT)
    assert connection.endpoint.gateway_id == "fake"
    await connection.close()


async def test_the_preferred_address_wins_although_another_is_quicker(fake: FakeGateway) -> None:
    """By less than its head start."""
    fake.state.handshake_delay = HEAD_START / 4
    with running() as quick:
        both = [parse_address(fake.address), parse_address(quick.address)]
        connection = await open_any(both, PATIENT)
        assert connection.endpoint.label == fake.address
        await connection.close()
        assert quick.state.connections == 0


@pytest.mark.parametrize("fault", [Fault.SILENCE, Fault.RESET, Fault.HTML])
async def test_a_preferred_address_that_fails_makes_room_for_the_next(fault: Fault) -> None:
    with running(State(always=fault)) as broken, running() as good:
        both = [parse_address(broken.address), parse_address(good.address)]
        connection = await open_any(both, PATIENT)
        assert connection.endpoint.label == good.address
        await connection.close()
        assert len(asyncio.all_tasks()) == 1


async def test_the_first_address_says_why_none_answers(unanswered: Endpoint) -> None:
    refusing = Endpoint("127.0.0.1", free_port(), "address")
    with pytest.raises(EngineFailure) as failed:
        await open_any([unanswered, refusing], 0.3)
    assert failed.value.reason == "unreachable"


async def test_pings_are_answered_while_nobody_reads() -> None:
    """A gateway must not give up a robot whose player is a sentence behind."""
    asked, over = asyncio.Event(), asyncio.Event()
    pinged: list[int] = []

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=0.1)
        await socket.prepare(request)
        await asked.wait()
        await socket.send_bytes(b"sound")
        async for _ in socket:
            pass
        over.set()
        pinged.append(socket.close_code or 0)
        return socket

    app = web.Application()
    app.router.add_get("/ws/tts", serve)
    async with TestServer(app) as server:
        connection = await open_socket(Endpoint("127.0.0.1", server.port or 0, "address"), PATIENT)
        with connection.exchange("1") as answers:
            asked.set()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(over.wait(), 1.0)
            assert connection.failure is None
            assert await answers.receive() == b"sound"
        await connection.close()


async def test_a_gateway_that_leaves_between_two_sentences_is_noticed() -> None:
    """Before anything is asked of it."""
    with running() as fake:
        connection = await open_socket(parse_address(fake.address), PATIENT)
    async with asyncio.timeout(10):
        while not connection.failure:  # noqa: ASYNC110 - it is the flag that is tried here
            await asyncio.sleep(0.01)
    with (
        connection.exchange("1") as answers,
        pytest.raises(EngineFailure, match="gateway closed the connection"),
    ):
        await answers.receive()
    await connection.close()


async def test_sound_without_an_end_does_not_fill_the_memory(
    fake: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MOST_UNREAD", 20_000)
    fake.state.do_next(lambda utterance: utterance.sound(1000))
    connection = await open_socket(parse_address(fake.address), PATIENT)
    with (
        connection.exchange("1") as answers,
        pytest.raises(EngineFailure, match="gateway sends sound without an end"),
    ):
        await connection.send(wire.Synthesize("Hello.", id="1"))
        for _ in range(1000):
            await answers.receive()
    await connection.close()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(Fault.NOT_FOUND, "not_ready"), (Fault.BUSY, "not_ready"), (Fault.REDIRECT, "not_ready")],
)
async def test_only_a_200_is_an_answer(fault: Fault, reason: str) -> None:
    """A redirection is not followed: a robot asks nobody whom it does not know."""
    with running(State(always=fault)) as fake, pytest.raises(EngineFailure) as failed:
        await get(parse_address(fake.address), "/readyz", PATIENT)
    assert failed.value.reason == reason
    assert len(asyncio.all_tasks()) == 1


async def test_an_answer_that_is_too_long_is_not_read_to_its_end(
    fake: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.link.dialling.LARGEST_ANSWER", 50)
    with pytest.raises(EngineFailure, match="far too long"):
        await get(parse_address(fake.address), "/v1/personas", PATIENT)

"""The robots' door: who speaks TLS comes in, and nobody keeps anybody else out."""

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientConnectorError, ClientSession, TCPConnector, web

from gateway.ground.resources import OutOfFiles
from gateway.mdns.sockets import listen
from gateway.security import tls_door
from gateway.security.identity import IDENTITY_FILE, Identity, identity_in
from gateway.security.tls_door import MOST_OF_A_PEER, TlsDoor, robots_door
from robotvoice.http.runner import Runner
from tests.gateway.in_process import SOON, soon
from tests.gateway.security.tls import believing, believing_anybody


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity_in(tmp_path_factory.mktemp("state"))


@asynccontextmanager
async def opened(
    identity: Identity, admits: Callable[[str], bool] | None = None
) -> AsyncIterator[tuple[int, TlsDoor]]:
    """A door into a server that says by which way somebody came. Nothing is left of it."""

    async def whence(request: web.Request) -> web.Response:
        return web.json_response([request.scheme, request.remote])

    app = web.Application()
    app.router.add_get("/", whence)
    runner = Runner(app)
    await runner.setup()
    sockets = listen("127.0.0.1", 0)
    assert identity.tls and runner.server
    door = TlsDoor(sockets, identity.tls, runner.server, plain_port=7860, admits=admits)
    door.open()
    try:
        yield sockets[0].getsockname()[1], door
    finally:
        await door.close()
        await runner.cleanup()
        for each in sockets:
            each.close()
    assert not [task for task in asyncio.all_tasks() if "door" in task.get_name()]


async def ask(port: int, tls: ssl.SSLContext) -> object:
    async with (
        asyncio.timeout(SOON),
        ClientSession(connector=TCPConnector(ssl=tls)) as session,
        session.get(f"https://127.0.0.1:{port}/") as answer,
    ):
        return await answer.json()


async def raw(port: int, sent: bytes) -> bytes:
    """What comes back until the door closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(SOON):
        try:
            return await reader.read()
        finally:
            writer.close()


async def test_who_trusts_the_certificate_comes_in_whatever_it_calls_the_gateway(identity: Identity) -> None:
    async with opened(identity) as (port, _):
        assert await ask(port, believing(identity)) == ["https", "127.0.0.1"]


async def test_who_trusts_another_certificate_sends_nothing(identity: Identity, tmp_path: Path) -> None:
    async with opened(identity) as (port, _):
        with pytest.raises(ClientConnectorError, match="certificate verify failed"):
            await ask(port, believing(identity_in(tmp_path)))
        assert await ask(port, believing(identity)) == ["https", "127.0.0.1"]


async def test_older_versions_of_tls_are_not_spoken(identity: Identity) -> None:
    old = believing_anybody()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    async with opened(identity) as (port, _):
        with pytest.raises(ClientConnectorError):
            await ask(port, old)
        old.maximum_version = ssl.TLSVersion.TLSv1_3
        assert await ask(port, old) == ["https", "127.0.0.1"]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /synthesize?text=Hello HTTP/1.1\r\nHost: mac\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 50000\r\n\r\n" + b"x" * 50_000,
        b"\n",
        b"\x00\xff",
        b"SSH-2.0-x\r\n",
    ],
)
async def test_who_speaks_no_tls_is_told_so_in_plain_text(sent: bytes, identity: Identity) -> None:
    async with opened(identity) as (port, _):
        head, _, body = (await raw(port, sent)).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        assert len(body) <= 100
        assert body == b'{"error": "this port speaks TLS, for paired robots; plain HTTP is at port 7860"}'


async def test_a_plain_program_reads_what_it_did_wrong(identity: Identity) -> None:
    async with opened(identity) as (port, _), ClientSession() as session:
        told = await session.get(f"http://127.0.0.1:{port}/health")
        assert (told.status, "speaks TLS" in (await told.json())["error"]) == (400, True)


async def test_a_hundred_who_say_nothing_keep_nobody_out(identity: Identity) -> None:
    """Some say nothing, some begin a handshake and stop."""
    async with opened(identity) as (port, _), AsyncExitStack() as all_of:
        for number in range(100):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            all_of.callback(writer.close)
            if number % 2:
                writer.write(b"\x16\x03\x01\x02\x00\x01\x00")
        assert await ask(port, believing(identity)) == ["https", "127.0.0.1"]


async def test_of_one_peer_only_so_many_knock_at_a_time_and_the_oldest_goes(identity: Identity) -> None:
    async with opened(identity) as (port, _), AsyncExitStack() as all_of:
        knocking = []
        for _ in range(MOST_OF_A_PEER + 1):
            knocking.append(await asyncio.open_connection("127.0.0.1", port))
            all_of.callback(knocking[-1][1].close)
        async with asyncio.timeout(SOON):
            assert await knocking[0][0].read() == b""
        knocking[1][1].write(b"GET / HTTP/1.1\r\n\r\n")
        async with asyncio.timeout(SOON):
            assert await knocking[1][0].read(8) == b"HTTP/1.1"


async def test_in_a_crowd_those_go_of_whom_there_are_most(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_door, "MOST", 8)
    async with opened(identity) as (port, _), AsyncExitStack() as all_of:

        async def knock(source: str) -> asyncio.StreamReader:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            all_of.callback(writer.close)
            return reader

        alone = await knock("127.0.0.2")
        crowd = [await knock("127.0.0.3") for _ in range(12)]
        async with asyncio.timeout(SOON):
            for each in crowd[:5]:
                assert await each.read() == b""
        assert not alone.at_eof()
        assert await ask(port, believing(identity)) == ["https", "127.0.0.1"]


@pytest.mark.parametrize("said", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"])
async def test_who_takes_too_long_is_sent_away(
    said: bytes, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_door, "KNOCK_WITHIN", 0.2)
    async with opened(identity) as (port, door):
        assert await raw(port, said) == b""
        await soon(lambda: not door._knocking)


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x00\x05hello", b"\x16" * 500])
async def test_a_handshake_that_is_none_is_no_error_of_the_gateways(
    sent: bytes, identity: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(identity) as (port, door):
        await raw(port, sent)
        await soon(lambda: not door._knocking)
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


async def test_who_is_not_admitted_is_not_answered(identity: Identity) -> None:
    async with opened(identity, admits=lambda peer: peer != "127.0.0.1") as (port, _):
        with pytest.raises((ConnectionError, AssertionError)):
            assert await raw(port, b"GET / HTTP/1.1\r\n\r\n")


async def test_when_no_more_files_can_be_opened_it_waits_and_opens_again(
    identity: Identity, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tls_door, "PAUSE", 0.05)
    loop = asyncio.get_running_loop()
    accept, left = loop.sock_accept, [3]

    async def full(listening: socket.socket) -> object:
        if left[0]:
            left[0] -= 1
            raise OSError(24, "Too many open files")
        return await accept(listening)

    monkeypatch.setattr(loop, "sock_accept", full)
    loop.set_exception_handler(OutOfFiles())
    async with opened(identity) as (port, _):
        assert await ask(port, believing(identity)) == ["https", "127.0.0.1"]
    assert caplog.text.count("no more files can be opened") == 1


def test_it_is_open_only_where_others_reach_the_gateway(identity: Identity) -> None:
    sockets, door = robots_door(identity, "127.0.0.1", 0, ("127.0.0.1", 7860))
    assert (sockets, door.port) == ((), 0)
    assert door.why_closed == "only this machine reaches the gateway; start it with --lan"


def test_its_port_is_another_one_if_that_is_taken(
    identity: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        sockets, door = robots_door(identity, "0.0.0.0", port, ("0.0.0.0", 7860))
        for each in sockets:
            each.close()
    assert door.port not in (0, port)
    assert caplog.messages == [f"port {port} is taken, so robots come in at port {door.port}"]
    assert door.certificate.hex() == identity.id


def test_without_a_certificate_it_stays_closed_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / IDENTITY_FILE).write_bytes(b"x")
    sockets, door = robots_door(identity_in(tmp_path), "0.0.0.0", 0, ("0.0.0.0", 7860))
    assert (sockets, door.port) == ((), 0)
    assert "is damaged; put it back from a copy" in door.why_closed

"""Asking the daemon: light to load, and never for ever."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from edge_client.daemon import daemon_client
from edge_client.daemon.daemon_client import reach, reach_or_raise
from edge_client.daemon.daemon_errors import DaemonGone, DaemonHangs, NoDaemon
from robotvoice.errors import RobotVoiceError
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import SOON, Commands

GREETING = b"HTTP/1.1 200 OK\r\nX-Voice-Daemon: 1\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def answering(answer: Callable[[int], bytes | None]) -> AsyncIterator[int]:
    """A port; the n-th request on it, from 1, is answered so, or not at all."""
    requests = 0
    serving: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        while await reader.readline():
            length = 0
            while len(line := await reader.readline()) > 2:
                if line.startswith(b"Content-Length"):
                    length = int(line[15:])
            await reader.readexactly(length)
            requests += 1
            if (content := answer(requests)) is None:
                await reader.read()
            else:
                writer.write(content)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            await converse(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving)
        await asyncio.sleep(0)  # in which aborted transports close


def test_a_line_for_the_daemon_loads_nothing_heavy(robotvoice: Commands, tmp_path: Path) -> None:
    """Neither what speaks nor what a daemon needs itself."""
    heavy = "aiohttp zeroconf numpy pydantic http.client robotvoice.chain.fallback"
    heavy += " edge_client.speaking.robot edge_client.link.link"
    script = (
        "import sys; from edge_client.cli import main; code = main(['say', 'Hello.']);"
        f"print(code, [name for name in '{heavy}'.split() if name in sys.modules])"
    )
    with running_daemon(robotvoice, Loudspeaker.make(tmp_path / "bin", 0.02)) as daemon:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=robotvoice.environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        assert done.stdout == "0 []\n"
        assert daemon.heard() == 1


@pytest.mark.parametrize(
    "answer",
    [None, b"", b"\0\1\2", b"HTTP/1.1 200 OK\r\n\r\n", GREETING.replace(b"{}", b"[]"), b"x" * 2_000_000],
)
async def test_who_does_not_greet_as_a_daemon_is_none(
    answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_client, "ANSWER_WITHIN", 0.3)
    async with answering(lambda _: answer) as port, asyncio.timeout(SOON):
        assert await reach(port) is None
    assert await reach(port) is None, "nobody listens there any more"


async def test_one_that_does_not_answer_is_not_told_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is another program told as a daemon that hangs."""
    monkeypatch.setattr(daemon_client, "ANSWER_WITHIN", 0.3)
    async with answering(lambda _: None) as port, asyncio.timeout(SOON):
        with pytest.raises(DaemonHangs, match=f"the daemon at 127.0.0.1:{port} does not answer; restart it"):
            await reach_or_raise(port)
    async with answering(lambda _: b"HTTP/1.1 200 OK\r\n\r\n") as port, asyncio.timeout(SOON):
        with pytest.raises(NoDaemon):
            await reach_or_raise(port)


async def test_a_daemon_that_hangs_while_it_is_waited_for_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(daemon_client, "ANSWER_WITHIN", 0.1)
    monkeypatch.setattr(daemon_client, "LOOK_EVERY", 0.1)
    async with answering(lambda number: GREETING if number == 1 else None) as port, asyncio.timeout(SOON):
        daemon = await reach(port)
        assert daemon
        async with daemon:
            with pytest.raises(DaemonGone, match="the daemon hangs"):
                await daemon.say("Hi.", persona=None, priority="dialogue", deadline=None, wait=True)


async def test_a_daemon_that_lives_may_be_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is asked in between it answers."""
    monkeypatch.setattr(daemon_client, "LOOK_EVERY", 0.05)
    async with answering(lambda number: None if number == 2 else GREETING) as port, asyncio.timeout(SOON):
        daemon = await reach(port)
        assert daemon
        async with daemon:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await daemon.say("Hi.", persona=None, priority="dialogue", deadline=None, wait=True)


@pytest.mark.parametrize(
    ("status", "code", "raised"),
    [
        (429, "too_many_requests", "TooManyRequests"),
        (504, "too_late", "TooLate"),
        (500, "new", "NotAccepted"),
    ],
)
async def test_what_the_daemon_met_is_what_its_caller_gets(status: int, code: str, raised: str) -> None:
    body = b'{"error": "why", "code": "%s"}' % code.encode()
    refusal = (
        b"HTTP/1.1 %d No\r\nX-Voice-Daemon: 1\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body
    )
    async with answering(lambda number: GREETING if number == 1 else refusal) as port:
        daemon = await reach(port)
        assert daemon
        async with daemon:
            with pytest.raises(RobotVoiceError, match="why") as error:
                await daemon.say("Hi.", persona=None, priority="dialogue", deadline=None, wait=False)
    assert type(error.value).__name__ == raised

"""The real gateway: a process of its own, started as its owner starts it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from aiohttp import ClientSession

from tests.gateway.in_process import SOON, Answer

ROOT = Path(__file__).parents[2]
START_WITHIN = 20.0
"""Seconds; several may start at once on a slow machine"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the user's: no settings, no state, no personas."""
    config = home / "empty.toml"
    config.touch()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "ROBOTVOICE_CONFIG": str(config),
        "ROBOTVOICE_STATE_DIR": str(home / "state"),
        **more,
    }


def command(*options: str, mdns: bool = False) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gateway",
        "serve",
        "--port",
        "0",
        *([] if mdns else ["--no-mdns"]),
        *options,
    ]


async def all_gone(processes: list[psutil.Process]) -> bool:
    """Waits until none of them runs."""
    async with asyncio.timeout(SOON):
        while any(map(_runs, processes)):  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)
    return True


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass(slots=True)
class GatewayProcess:
    """A gateway that runs, or ran."""

    process: asyncio.subprocess.Process
    welcome: str = ""
    log: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def found(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    def children(self) -> list[psutil.Process]:
        return self.found.children(recursive=True)

    def listening(self) -> list[tuple[str, int]]:
        """Where it can be reached by TCP."""
        connections = self.found.net_connections("tcp")
        return [(each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN]

    async def ask(self, target: str) -> Answer:
        url = f"http://127.0.0.1:{self.port}{target}"
        async with asyncio.timeout(SOON), ClientSession() as session, session.get(url) as response:
            return Answer(response.status, response.headers, await response.read())

    async def until(self, target: str, so: Callable[[Answer], bool]) -> None:
        """Waits until the answer to this is as it should be."""
        async with asyncio.timeout(START_WITHIN):
            while not so(await self.ask(target)):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.01)

    async def next_line(self) -> str:
        """The next line it says on standard output."""
        assert self.process.stdout is not None
        async with asyncio.timeout(START_WITHIN):
            return (await self.process.stdout.readline()).decode().rstrip("\n")

    async def until_listening(self) -> None:
        """For one whose first line nobody sees."""
        async with asyncio.timeout(START_WITHIN):
            while not self.listening():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        ((_, self.port),) = self.listening()

    async def stopped(self, number: int = signal.SIGTERM) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(number)
        async with asyncio.timeout(SOON):
            return await self.process.wait()

    async def _keep_log(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.log.append(line.decode().rstrip("\n"))


@asynccontextmanager
async def started(
    home: Path,
    *options: str,
    env: Mapping[str, str] | None = None,
    mdns: bool = False,
    ready: bool = True,
    prefix: Sequence[str] = (),
    heard: bool = True,
    stdout: int = asyncio.subprocess.PIPE,
) -> AsyncIterator[GatewayProcess]:
    """A gateway that listens. Afterwards neither it nor a child of it is left.

    `prefix` is a command that ends in the gateway. Its first line is read unless it is not `heard` or goes to
    another `stdout`.
    """
    process = await asyncio.create_subprocess_exec(
        *(*prefix, *command(*options, mdns=mdns)),
        env=environment(home) if env is None else env,
        cwd=home,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
    )
    gateway = GatewayProcess(process)
    log = asyncio.create_task(gateway._keep_log())
    children: list[psutil.Process] = []
    try:
        if not heard or process.stdout is None:
            await gateway.until_listening()
        else:
            async with asyncio.timeout(START_WITHIN):
                gateway.welcome = (await process.stdout.readline()).decode().rstrip("\n")
            found = re.search(r"http://\S+:(\d+) ", gateway.welcome)
            assert found, (gateway.welcome, gateway.log)
            gateway.port = int(found[1])
        if ready:
            await gateway.until("/readyz", lambda answer: answer.status == 200)
        yield gateway
    finally:
        if process.returncode is None:
            children = gateway.children()
            process.kill()
        await process.wait()
        await log
        await all_gone(children)

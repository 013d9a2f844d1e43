"""The real gateway: a process of its own, started as its owner starts it."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from aiohttp import ClientSession

from proofs.rig.gateway import Gateway
from proofs.rig.program import environment
from tests.gateway.in_process import SOON, Answer

START_WITHIN = 20.0
"""Seconds; several may start at once on a slow machine"""


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


class GatewayProcess(Gateway):
    """A gateway that runs, or ran."""

    def listening(self) -> list[tuple[str, int]]:
        """Where it can be reached by TCP."""
        connections = self.found.net_connections("tcp")
        return [(each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN]

    async def ask(self, target: str) -> Answer:
        url = f"{self.url}{target}"
        async with asyncio.timeout(SOON), ClientSession() as session, session.get(url) as response:
            return Answer(response.status, response.headers, await response.read())

    async def until(self, target: str, so: Callable[[Answer], bool]) -> None:
        """Waits until the answer to this is as it should be."""
        async with asyncio.timeout(START_WITHIN):
            while not so(await self.ask(target)):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.01)

    async def until_it_listens(self) -> None:
        """For one whose first line nobody sees."""
        async with asyncio.timeout(START_WITHIN):
            while not self.listening():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        ((_, self.port),) = self.listening()

    async def stopped(self, number: int = signal.SIGTERM) -> int:
        """Its exit code after this signal."""
        self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, SOON)


@asynccontextmanager
async def started(
    home: Path,
    *options: str,
    env: Mapping[str, str] | None = None,
    mdns: bool = False,
    ready: bool = True,
    prefix: Sequence[str] = (),
    heard: bool = True,
    stdout: int = subprocess.PIPE,
) -> AsyncIterator[GatewayProcess]:
    """A gateway that listens. Afterwards neither it nor a child of it is left.

    `prefix` is a command that ends in the gateway. Its first line is read unless it is not `heard` or goes to
    another `stdout`.
    """
    env = environment(home) if env is None else env
    async with GatewayProcess(env, *options, mdns=mdns, prefix=prefix, cwd=home, stdout=stdout) as gateway:
        if heard and gateway.process.stdout:
            await asyncio.to_thread(gateway.until_listening, START_WITHIN)
        else:
            await gateway.until_it_listens()
        if ready:
            await gateway.until("/readyz", lambda answer: answer.status == 200)
        try:
            yield gateway
        finally:
            children = gateway.children()
            gateway.process.kill()
            # By themselves: nobody else ends them.
            await all_gone(children)

"""A gateway in a process of its own: its start, its log with the times, its children, its end."""

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[3]
START_WITHIN = 60.0
STOP_WITHIN = 15.0
WORKER = "gateway.engines.mlx.worker"
ESPEAK = "espeak_child.py"


class RunBroken(Exception):
    """The run itself could not be done; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """Of the log, and when it was read: a clock of this process, in seconds."""

    at: float
    text: str


@dataclass(slots=True)
class RunningGateway:
    """It listens; its processes are only looked at from outside."""

    process: asyncio.subprocess.Process
    home: Path
    port: int = 0
    log: list[Line] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def found(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    def children(self, of: str = "") -> list[psutil.Process]:
        """Those that live, and whose command line holds this."""
        found = []
        for child in self.found.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if any(of in word for word in child.cmdline()):
                    found.append(child)
        return found

    def said(self, pattern: str, since: float, until: float) -> list[Line]:
        """The lines in which this is found."""
        return [line for line in self.log if since <= line.at <= until and re.search(pattern, line.text)]

    async def _keep_log(self) -> None:
        assert self.process.stderr is not None
        now = asyncio.get_running_loop().time
        async for line in self.process.stderr:
            self.log.append(Line(now(), line.decode(errors="replace").rstrip("\n")))


def environment(home: Path) -> dict[str, str]:
    """Nothing of the owner's: no settings, no state, no personas; what is not here is not fetched."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ROBOTVOICE_", "XDG_"))}
    return {
        **inherited,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "ROBOTVOICE_CONFIG": str(home / "gateway.toml"),
        "ROBOTVOICE_STATE_DIR": str(home / "state"),
        "ROBOTVOICE_HIDE": "*",
        # On a CPU each kernel would have a C++ compiler run, for seconds.
        **({"MLX_DISABLE_COMPILE": "1"} if sys.platform == "linux" else {}),
    }


@asynccontextmanager
async def started(home: Path, personas: Path, settings: Sequence[str] = ()) -> AsyncIterator[RunningGateway]:
    """With these personas and lines of settings. Afterwards nothing of it runs. Raises RunBroken."""
    await asyncio.to_thread(_write_settings, home, settings)
    options = ("serve", "--port", "0", "--no-mdns", "--personas", str(personas))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", *options),
        cwd=ROOT,
        env=environment(home),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    gateway = RunningGateway(process, home)
    log = asyncio.create_task(gateway._keep_log(), name="keep the log")
    try:
        gateway.port = await _port(gateway)
        yield gateway
    finally:
        await _end(process)
        await log


def _write_settings(home: Path, lines: Sequence[str]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "gateway.toml").write_text("\n".join(lines), encoding="utf-8")


async def _port(gateway: RunningGateway) -> int:
    assert gateway.process.stdout is not None
    line = b""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_WITHIN):
            line = await gateway.process.stdout.readline()
    found = re.search(rb"http://\S+:(\d+) ", line)
    if not found:
        told = "\n".join(each.text for each in gateway.log[-20:])
        raise RunBroken(f"the gateway did not start:\n{told}")
    return int(found[1])


async def _end(process: asyncio.subprocess.Process) -> None:
    children = psutil.Process(process.pid).children(recursive=True) if process.returncode is None else []
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()

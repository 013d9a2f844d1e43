"""What a gateway holds of the machine, before the faults and after them."""

import asyncio
import contextlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from proofs.faults.real.world import AT_ONCE, PLAIN, World
from proofs.rig.gateway import ESPEAK
from robotvoice.engines.espeak.espeak_library import IDLE_CHILDREN

SETTLED_WITHIN = 30.0
MORE_MEMORY = 96
"""MB that the gateway's own process may have more: what was spoken is kept in memory, up to 32"""
COUNTED = ("files", "children", "zombies", "texts", "megabytes")
LONG = "One after the other they came. " * 8
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Held:
    """By the gateway's process."""

    files: int
    children: int
    zombies: int
    texts: int
    """That are in work"""
    megabytes: int
    open: "Counter[str]" = field(repr=False)
    """What the files are, without their numbers"""

    def leaked(self, before: "Held") -> dict[str, int]:
        """How much too much there is of each."""
        memory = before.megabytes + MORE_MEMORY
        most = {"files": before.files, "children": before.children, "megabytes": memory}
        return {name: max(0, getattr(self, name) - most.get(name, 0)) for name in COUNTED}

    def told(self, before: "Held") -> str:
        """For a person."""
        more = ", ".join(f"{name} x{count}" for name, count in (self.open - before.open).items())
        return f"before {before}, after {self}, more open: {more or 'nothing'}"


async def held(world: World, before: Held | None = None) -> Held:
    """As soon as nothing is too much; what there is when that takes too long."""
    await _warm_all_children(world)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(SETTLED_WITHIN):
            while (found := await _held(world)).texts or (before and any(found.leaked(before).values())):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.3)
    return found


async def _held(world: World) -> Held:
    texts = (await world.ask("/health")).json["speaking"]
    # The connection over which this was asked closes.
    await asyncio.sleep(0.2)
    process = world.gateway.found
    children = process.children(recursive=True)
    zombies = sum(_is_zombie(child) for child in children)
    assert isinstance(texts, int)
    memory = round(process.memory_info().rss / MEGABYTE)
    opened = _open(process)
    # It keeps a few connections to the other server for the next sentence.
    far = [each for each in process.net_connections() if each.raddr and each.raddr[1] == world.proxy.port]
    opened["socket:[N]"] -= min(len(far), AT_ONCE)
    return Held(opened.total(), len(children) - zombies, zombies, texts, memory, opened)


def _open(process: psutil.Process) -> "Counter[str]":
    folder = Path(f"/proc/{process.pid}/fd")
    if not folder.exists():
        return Counter({"file": process.num_fds()})
    found: Counter[str] = Counter()
    for file in folder.iterdir():
        with contextlib.suppress(OSError):
            found[re.sub(r"\d+", "N", str(file.readlink()))] += 1
    return found


async def _warm_all_children(world: World) -> None:
    """As many of eSpeak NG wait as ever do, so that what is open can be compared."""
    for _ in range(10):
        if len(world.gateway.children(ESPEAK)) >= IDLE_CHILDREN:
            return
        target = f"/synthesize?voice={PLAIN}&text={LONG.replace(' ', '+')}"
        await asyncio.gather(*(world.ask(target) for _ in range(2 * IDLE_CHILDREN)))


def _is_zombie(child: psutil.Process) -> bool:
    try:
        return bool(child.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

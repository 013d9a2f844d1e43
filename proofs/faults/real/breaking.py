"""What a window does to the processes and what lies between them, how it is undone, and who met it."""

import asyncio
import contextlib
import math
import resource
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psutil

from proofs.faults.real.schedule import Kind, Window
from proofs.faults.real.world import CLONE, OWN, UPSTREAM, World
from proofs.rig.gateway import ESPEAK, WORKER

STANDARD = 3
"""The files every process has; with this limit it can open no other"""
FOUND_WITHIN = 10.0
WELL_WITHIN = 60.0
MET_WITHIN = 15.0
"""Seconds for which a fault lasts longer than was planned, until somebody meets it"""
SPEAKS = 2.0
"""Seconds for which who is well again is left alone"""
TOLD_WITHIN = 5.0
"""Seconds after its end in which it may be told in the log"""
TOLD = {
    Kind.DISK_FULL: "audio cannot be kept on disk",
    Kind.NO_FILES: "no more files can be opened|Too many open files|machine_full",
    # Nobody but who wants to connect sees that it is refused.
    Kind.UPSTREAM_REFUSE: f"{UPSTREAM} did not speak.*: unreachable|{UPSTREAM}: open, was .*=unreachable",
}
"""What the log says then"""
_PERSONA = {engine: persona for persona, engine in OWN.items()}


@dataclass(frozen=True, slots=True)
class Broken:
    """A window as it was. Seconds of the loop's clock."""

    window: Window
    began: float
    ended: float
    done: bool
    """False: there was nobody to whom it could be done"""
    hits: int = 0
    """How often the proxy did what it was told to meanwhile, or to another window"""
    met: bool = False
    """Known when all is over"""


async def run_line(world: World, windows: list[Window], start: float) -> list[Broken]:
    """One window after the other; all is undone when this is left, however."""
    now = asyncio.get_running_loop().time
    broken = []
    for window in windows:
        await asyncio.sleep(start + window.begins - now())
        if window.needs:
            await world.until_well(WELL_WITHIN, frozenset({_PERSONA[window.needs]}))
            await asyncio.sleep(SPEAKS)
        began = now()
        hits = world.proxy.hits.total()
        undo = await _break(world, window)
        try:
            await asyncio.sleep(window.lasts if undo else 0.0)
            if undo:
                await _until_met(world, window, began, hits)
        finally:
            # It may have been found out and replaced.
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
                if undo:
                    undo()
            if window.on_the_way:
                await world.proxy.mend()
        broken.append(Broken(window, began, now(), undo is not None, world.proxy.hits.total() - hits))
    return broken


def is_met(world: World, window: Window, began: float, ended: float, hits: int) -> bool:
    """Whether somebody met it: the proxy did it, or the log says so; a signal is met when it is sent."""
    pattern = TOLD.get(window.kind)
    if window.on_the_way is None and pattern is None:
        return True
    told = pattern is not None and bool(world.gateway.logged(pattern, began, ended + TOLD_WITHIN))
    return told or (window.on_the_way is not None and hits > 0)


async def _until_met(world: World, window: Window, began: float, before: int) -> None:
    """All who could meet it may have been in the middle of a long text, or on a slow machine."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(MET_WITHIN):
            while not is_met(world, window, began, math.inf, world.proxy.hits.total() - before):  # noqa: ASYNC110 (a counter sets no event)
                await asyncio.sleep(0.1)


async def _break(world: World, window: Window) -> Callable[[], object] | None:
    """Does it; what undoes it. None if it could not be done."""
    pid = world.gateway.process.pid
    match window.kind:
        case Kind.DISK_FULL:
            world.disk.fill(pid)
            return partial(world.disk.make_room, pid)
        case Kind.NO_FILES:
            limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (STANDARD, limits[1]))
            return partial(resource.prlimit, pid, resource.RLIMIT_NOFILE, limits)
        case _ if window.on_the_way:
            await world.proxy.break_(window.on_the_way)
            assert world.gateway.process.poll() is None
            return lambda: None
    process = await _busiest(world, WORKER if window.engine == CLONE else ESPEAK)
    with contextlib.suppress(psutil.NoSuchProcess):
        if process:
            kills = window.kind in (Kind.WORKER_KILL, Kind.ESPEAK_KILL)
            (process.kill if kills else process.suspend)()
            return process.resume
    return None


async def _busiest(world: World, of: str) -> psutil.Process | None:
    """The child with the most work behind it is the one that is asked first."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FOUND_WITHIN):
            while True:
                found = [(_cpu(child), child.pid, child) for child in world.gateway.children(of)]
                if found:
                    return max(found)[2]
                await asyncio.sleep(0.1)
    return None


def _cpu(process: psutil.Process) -> float:
    try:
        return float(process.cpu_times().user)
    except psutil.Error:
        return -1.0

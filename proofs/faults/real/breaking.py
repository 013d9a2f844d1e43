"""What a window does to the processes and what lies between them, and how it is undone."""

import asyncio
import contextlib
import math
import resource
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from proofs.faults.real.evidence import can_be_seen, is_met
from proofs.faults.real.schedule import Kind, Window
from proofs.faults.real.world import OWN, World
from proofs.rig.gateway import ESPEAK, WORKER

STANDARD = 3
"""The files every process has; with this limit it can open no other"""
FOUND_WITHIN = 10.0
WELL_WITHIN = 60.0
MET_WITHIN = 15.0
"""Seconds for which a fault lasts longer than was planned, until somebody meets it"""
SPEAKS = 2.0
"""Seconds for which who is well again is left alone"""
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
    """How often the proxy did what it was told to meanwhile"""


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
            if undo and can_be_seen(window):
                await _until_met(world, window, began, hits)
        finally:
            if undo:
                undo()
            if window.on_the_way:
                await world.proxy.mend()
        broken.append(Broken(window, began, now(), undo is not None, world.proxy.hits.total() - hits))
    return broken


async def _until_met(world: World, window: Window, began: float, before: int) -> None:
    """All who could meet it may have been in the middle of a long text, or on a slow machine."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(MET_WITHIN):
            while not is_met(world, window, began, math.inf, world.proxy.hits.total() - before):  # noqa: ASYNC110 (a counter sets no event)
                await asyncio.sleep(0.1)


async def _break(world: World, window: Window) -> Callable[[], None] | None:
    """Does it; what undoes it. None if it could not be done."""
    gateway, pid = world.gateway, world.gateway.process.pid
    match window.kind:
        case Kind.WORKER_KILL | Kind.WORKER_STOP:
            return _signal(await _busiest(world, WORKER), stop=window.kind is Kind.WORKER_STOP)
        case Kind.ESPEAK_KILL | Kind.ESPEAK_STOP:
            return _signal(await _busiest(world, ESPEAK), stop=window.kind is Kind.ESPEAK_STOP)
        case Kind.DISK_FULL:
            world.disk.fill(pid)
            return lambda: world.disk.make_room(pid)
        case Kind.NO_FILES:
            limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (STANDARD, limits[1]))
            return lambda: _allow_files(pid, limits)
        case _:
            assert window.on_the_way is not None
            await world.proxy.break_(window.on_the_way)
            assert gateway.process.poll() is None
            return lambda: None


def _allow_files(pid: int, limits: tuple[int, int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


def _signal(process: psutil.Process | None, *, stop: bool) -> Callable[[], None] | None:
    if process is None:
        return None

    def wake() -> None:
        # It may have been found out and replaced.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.resume()

    try:
        if not stop:
            process.kill()
            return lambda: None
        process.suspend()
    except psutil.NoSuchProcess:
        return None
    return wake


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

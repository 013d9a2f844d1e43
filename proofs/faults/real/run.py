"""One run: start everything, speak, break, wait until all is well again, judge."""

import asyncio
import logging
import signal
import tempfile
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from proofs.faults.real.account import Account
from proofs.faults.real.breaking import is_met, run_line
from proofs.faults.real.leaks import held
from proofs.faults.real.lengths import measured
from proofs.faults.real.result import Run
from proofs.faults.real.schedule import plan
from proofs.faults.real.traffic import Traffic
from proofs.faults.real.world import OWN, World, running_world
from proofs.faults.report import Figures

SECONDS = 120.0
"""In which clients speak and things break"""
CALM = 8.0
"""More seconds in which they speak and nothing breaks, so that it is seen who comes back"""
WELL_WITHIN = 60.0


def judged(
    seed: int, seconds: float, *, fallbacks: bool = True, log: Path | None = None
) -> tuple[Figures, str]:
    """The figures of a run, and a table of what was done to it; the gateway's log is written to `log`.

    Without `fallbacks` a persona has one voice only: the negative control. Raises RunBroken.
    """
    # The robots of a run tell each sentence that the gateway did not speak: that is what it is about.
    logging.getLogger("robotvoice").setLevel(logging.ERROR)
    done = asyncio.run(_until_told(_run(seed, seconds, fallbacks=fallbacks)))
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{done.times()}\n{done.account.text()}", encoding="utf-8")
    told = f"real processes, seed {seed}; full disk: {done.disk}; {done.after.told(done.before)}"
    return done.figures(), f"{told}\n{done.table()}"


async def _until_told(running: Coroutine[Any, Any, Run]) -> Run:
    """Whoever is told to end ends its processes, and gives the small disk back."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await running


async def _run(seed: int, seconds: float, *, fallbacks: bool) -> Run:
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        async with running_world(Path(folder), fallbacks=fallbacks) as world:
            return await _run_in(world, seed, seconds)


async def _run_in(world: World, seed: int, seconds: float) -> Run:
    now = asyncio.get_running_loop().time
    can = await world.own_voices()
    lengths = await measured(world.gateway.url, [persona for persona in OWN if persona in can])
    before = await held(world)
    traffic, stop = Traffic(), asyncio.Event()
    speaking = asyncio.create_task(traffic.run(world.gateway.url, seed, stop), name="traffic")
    try:
        # They speak before anything breaks.
        start = now() + 1.0
        lines = await asyncio.gather(*(run_line(world, line, start) for line in plan(seed, seconds)))
        await asyncio.sleep(max(0.0, start + seconds - now()))
        well = await world.until_well(WELL_WITHIN)
        await asyncio.sleep(CALM)
        stop.set()
        await speaking
    finally:
        stop.set()
        speaking.cancel()
        await asyncio.wait({speaking})
    ended = now()
    after = await held(world, before)
    well = well and await world.until_well(WELL_WITHIN) and (await world.ask("/readyz")).status == 200
    broken = [
        replace(each, met=each.done and is_met(world, each.window, each.began, each.ended, each.hits))
        for line in lines
        for each in line
    ]
    account = Account(world.gateway.log)
    heard = [replace(each, answer=account.completed(each, lengths)) for each in traffic.heard]
    for each in heard:
        traffic.book.end(each.text.id, each.answer)
    disk = world.disk.description
    return Run(seed, disk, heard, traffic.book, broken, account, lengths, before, after, well, ended)

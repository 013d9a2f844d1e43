"""One run: start everything, speak, break, wait until all is well again, judge."""

import asyncio
import tempfile
from pathlib import Path

from proofs.faults.real.account import Account
from proofs.faults.real.breaking import Broken, run_line
from proofs.faults.real.evidence import can_be_seen, is_met
from proofs.faults.real.leaks import held
from proofs.faults.real.lengths import measured
from proofs.faults.real.result import Run
from proofs.faults.real.schedule import plan
from proofs.faults.real.traffic import Traffic
from proofs.faults.real.world import OWN, World, running_world

SECONDS = 120.0
"""In which clients speak and things break"""
CALM = 8.0
"""More seconds in which they speak and nothing breaks, so that it is seen who comes back"""
WELL_WITHIN = 60.0


async def run(seed: int, seconds: float = SECONDS, *, fallbacks: bool = True) -> Run:
    """Raises RunBroken. Without `fallbacks` a persona has one voice only: the negative control."""
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        async with running_world(Path(folder), fallbacks=fallbacks) as world:
            return await _run(world, seed, seconds)


async def _run(world: World, seed: int, seconds: float) -> Run:
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
    well = well and await world.until_well(WELL_WITHIN) and (await world.ask("/readyz"))[0] == 200
    broken = [each for line in lines for each in line]
    account = Account(world.gateway.log)
    for each in traffic.heard:
        traffic.book.end(each.text.id, account.completed(each, lengths))
    return Run(
        seed,
        seconds,
        world.disk.description,
        tuple(traffic.heard),
        traffic.book,
        broken,
        account,
        [_met(world, each) for each in broken],
        lengths,
        before,
        after,
        well,
        ended,
    )


def _met(world: World, broken: Broken) -> bool:
    """A signal that was delivered is met."""
    window = broken.window
    seen = not can_be_seen(window) or is_met(world, window, broken.began, broken.ended, broken.hits)
    return broken.done and seen

"""A run: every scenario, trial after trial, in a space of its own that this process is already in."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from proofs.lan.scenarios import Scenario
from proofs.lan.trial import Trial
from proofs.lan.world import World, running_world
from proofs.rig.figures import Progress
from proofs.rig.program import RunBroken

PROGRESS = Progress()
LONGEST = 2400.0
"""Seconds; what has not begun by then is not begun any more"""


def trials(folder: Path, scenarios: Sequence[Scenario], count: int) -> list[Trial]:
    """All that could be done, judged by nobody yet. Raises RunBroken if not even the beginning works."""
    until = time.monotonic() + LONGEST
    done: list[Trial] = []
    with running_world(folder) as world:
        try:
            for trial in _all(world, scenarios, count, until):
                done.append(trial)  # one by one, so that those before a failure are told
        except (RunBroken, OSError) as problem:
            if not done:
                raise
            PROGRESS.stays(f"nothing more can be done: {problem}")
    return done


def _all(world: World, scenarios: Sequence[Scenario], count: int, until: float) -> Iterator[Trial]:
    for scenario in scenarios:
        scenario.before(world)
        done = 0
        for number in range(min(count, scenario.most)):
            if time.monotonic() > until:
                break
            PROGRESS(scenario.name, done, min(count, scenario.most))
            yield _one(world, scenario, number)
            done += 1
        PROGRESS.stays(f"{scenario.name}: {done} trials")
        scenario.after(world)


def _one(world: World, scenario: Scenario, number: int) -> Trial:
    trial = Trial(scenario.name, scenario.row, number, world)
    try:
        scenario.run(trial)
        if world.daemon:
            world.settle()
        trial.end()
    except (RunBroken, OSError) as problem:
        trial.hung = str(problem)
        PROGRESS.stays(f"{scenario.name}, trial {number}: {problem}")
        trial.end()
        world.network.mend_all()
        world.start_all()
    return trial

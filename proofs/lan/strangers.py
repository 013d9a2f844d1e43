"""Somebody passes for the gateway while that is away: it gets nothing, and nothing of it stays."""

import json
import sys

from proofs.lan.network import within
from proofs.lan.trial import BACK, Trial
from proofs.lan.world import LOOK_EVERY, World
from proofs.rig.program import Program, environment, until

NAME = "stranger"
TLS_PORT = "7861"
TOLD_WITHIN = 15.0
"""Seconds in which the robot's owner can know of it"""
MARKS = (b"stupid", b"rogue")
"""What is in nothing but what a stranger says of itself"""


def passed_for(trial: Trial) -> None:
    """The gateway is frozen, and another one has its name, its id, its personas and their revisions."""
    world = trial.world
    copied = {
        "name": "lan",
        "id": world.gateway.fetch("/").json["id"],
        "personas": world.gateway.fetch("/v1/personas").json,
    }
    file = world.folder / "copied.json"
    file.write_text(json.dumps(copied), encoding="utf-8")
    before = files_of(world)
    address = world.network.let_in(NAME)
    command = (*within(NAME), sys.executable, "-u", "-m", "proofs.lan.rogue", address, TLS_PORT, str(file))
    try:
        moment = world.gateway.freeze()
        trial.down(moment)
        with Program("the stranger", command, environment(world.folder / NAME)) as stranger:
            stranger.until_says("^ready")
            trial.by_the_robot(trial.row, trial.say(), moment)
            until(lambda: is_told(world, address), "the stranger was not told of", TOLD_WITHIN, LOOK_EVERY)
            for _ in range(3):
                trial.by_the_robot(trial.row, trial.say())
            trial.wrong += [f"the stranger was {line}" for line in stranger.said if line != "ready"]
        trial.wrong += [f"of the stranger there is now {name}" for name in new_of(world, before)]
        moment = world.gateway.wake()
    finally:
        world.network.put_out(NAME)
    trial.up(moment)
    trial.by_the_gateway(BACK, moment)


def is_told(world: World, address: str) -> bool:
    """Whether the robot names it as a stranger."""
    return any(address in each["address"] for each in world.status()["strangers"])


def files_of(world: World) -> dict[str, bytes]:
    """Of the robot's state."""
    state = world.folder / "robot" / "state"
    found = (each for each in state.rglob("*") if each.is_file())
    return {str(each.relative_to(state)): each.read_bytes() for each in found}


def new_of(world: World, before: dict[str, bytes]) -> list[str]:
    """Files that came, or that hold what a stranger says."""
    now = files_of(world)
    return [
        name for name, content in now.items() if name not in before or any(mark in content for mark in MARKS)
    ]

"""A gateway is found wherever it is plugged in: behind many addresses, on a new card, without IPv4."""

import time

from proofs.lan.trial import BACK_WITHIN, Trial
from proofs.lan.world import World
from proofs.rig.program import until

WITHIN = 5.0
"""Seconds that not even the slowest may take"""


def six(trial: Trial) -> None:
    """Five of them lead nowhere. Both sides are started, and have never met."""
    trial.world.start_gateway()
    met_by_a_new_robot(trial)


def anew(trial: Trial) -> None:
    """Both machines lose their network cards and get new ones with the same addresses, within a moment."""
    moment = time.monotonic()
    trial.world.network.new_cards()
    met_by_a_new_robot(trial, moment)


def met_by_a_new_robot(trial: Trial, since: float = 0.0) -> None:
    """The time is from the daemon listening, or `since` if that is given."""
    trial.world.start_daemon(fresh=True)
    moment = since or time.monotonic()
    until(
        lambda: trial.world.status()["gateway"]["ready"],
        "the robot has not found its gateway",
        BACK_WITHIN,
    )
    trial.by_the_gateway(trial.row, moment)
    ((_, seconds),) = trial.measured
    if seconds > WITHIN:
        trial.wrong.append(f"its voice came after {seconds:.1f} s only")


def with_six_addresses(world: World) -> None:
    """Five more cards, of which no robot knows."""
    world.network.add_cards()
    world.until_connected()


def without_ipv4(world: World) -> None:
    """On either machine."""
    world.until_connected()
    world.address = world.network.ipv6_only()
    world.start_gateway()


def no_more_cards(world: World) -> None:
    world.network.remove_cards()
    world.start_all()


def with_ipv4(world: World) -> None:
    world.address = world.network.ipv4_again()
    world.start_all()

"""A gateway is found wherever it is plugged in: behind many addresses, on a new card, without IPv4."""

import time
from collections.abc import Callable

from proofs.lan.trial import BACK_WITHIN, Trial
from proofs.lan.world import World
from proofs.rig.program import until

SIX, ANEW, IPV6 = (
    "six addresses: a new robot hears its voice",
    "cards made anew: a new robot hears its voice",
    "IPv6 only: a new robot hears its voice",
)
WITHIN = 5.0
"""Seconds that not even the slowest may take"""


def six(trial: Trial) -> None:
    """Five of them lead nowhere. Both sides are started, and have never met."""
    trial.world.start_gateway()
    _met_by_a_new_robot(trial, SIX)


def anew(trial: Trial) -> None:
    """Both machines lose their network cards and get new ones with the same addresses, within a moment."""
    moment = time.monotonic()
    trial.world.network.new_cards()
    _met_by_a_new_robot(trial, ANEW, moment)


def ipv6(trial: Trial) -> None:
    """The robot has never met the gateway."""
    _met_by_a_new_robot(trial, IPV6)


def _met_by_a_new_robot(trial: Trial, row: str, since: float = 0.0) -> None:
    """The time is from the daemon listening, or `since` if that is given."""
    trial.world.start_daemon(fresh=True)
    moment = since or time.monotonic()
    until(
        lambda: trial.world.status()["gateway"]["ready"],
        "the robot has not found its gateway",
        BACK_WITHIN,
    )
    trial.by_the_gateway(row, moment)
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


def as_before(undo: Callable[[World], None]) -> Callable[[World], None]:
    """`undo`, and everything runs as in the beginning."""

    def after(world: World) -> None:
        undo(world)
        world.start_gateway()
        world.start_daemon()
        world.until_connected()

    return after


def no_more_cards(world: World) -> None:
    world.network.remove_cards()


def with_ipv4(world: World) -> None:
    world.address = world.network.ipv4_again()

"""What shows that a fault was met: the proxy did it, or the gateway tells of it in its log."""

from proofs.faults.real.schedule import Kind, Window
from proofs.faults.real.world import UPSTREAM, World

TOLD_WITHIN = 5.0
"""Seconds after its end in which it may be told in the log"""
TOLD = {
    Kind.DISK_FULL: "audio cannot be kept on disk",
    Kind.NO_FILES: "no more files can be opened|Too many open files|machine_full",
    # Nobody but who wants to connect sees that it is refused.
    Kind.UPSTREAM_REFUSE: f"{UPSTREAM} did not speak.*: unreachable|{UPSTREAM}: open, was .*=unreachable",
}
"""What the log says then"""


def can_be_seen(window: Window) -> bool:
    """Whether it shows from outside that a fault was met, while it lasts; a signal is met when it is sent."""
    return window.on_the_way is not None or window.kind in TOLD


def is_met(world: World, window: Window, began: float, ended: float, hits: int) -> bool:
    """Whether somebody met it. Seconds of the loop's clock.

    `hits`: how often the proxy did what it was told to in that time, which may be another window's.
    """
    return (window.on_the_way is not None and hits > 0) or told(world, window, began, ended)


def told(world: World, window: Window, began: float, ended: float) -> bool:
    """Whether the log says so. Seconds of the loop's clock."""
    pattern = TOLD.get(window.kind)
    return pattern is not None and bool(world.gateway.logged(pattern, began, ended + TOLD_WITHIN))

"""Work that needs nothing of other work, by as many processes as there are cores."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


def on_all_cores(work: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
    """What becomes of each, in their order; the processes inherit what this one has made so far."""
    with ProcessPoolExecutor(mp_context=get_context("fork")) as processes:
        return list(processes.map(work, items))

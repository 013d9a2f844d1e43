"""An event loop whose time leaps to the next thing that happens.

Own code, since it is this short: the package that does it for tests changes every event loop of every test
that pytest runs, and turns 42 times before each leap.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class NothingEverHappens(Exception):
    """All tasks wait, and for nothing that has a time."""


class _Leaps(selectors.SelectSelector):
    """Polls nothing: there is no input and no output in this world."""

    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingEverHappens("every task waits for another one")
        self._leap(timeout)
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Begins at 0.0 seconds."""

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Leaps(self._leap))

    def time(self) -> float:
        return self._now

    def _leap(self, seconds: float) -> None:
        self._now += max(0.0, seconds)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end in no time. Raises NothingEverHappens when it is stuck."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)

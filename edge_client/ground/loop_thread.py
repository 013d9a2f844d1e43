"""Async work for callers of any kind: in a thread with an event loop of its own, there while there is work.

A program that ends while work is left waits for it; Ctrl-C ends the waiting and the work.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401 - so that its end is registered before ours, and comes after
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")

END_WITHIN = 10.0
"""Seconds that cancelled work may take to put away its players and connections"""


class LoopFuture(Generic[T]):
    """One coroutine in that thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._task: asyncio.Task[T] | None = None
        self._done: Future[T] = Future()
        # From now on nobody but the task settles it.
        self._done.set_running_or_notify_cancel()

    def result(self) -> T:
        """Blocks until it is done. An exception in the caller's thread, such as Ctrl-C, cancels it."""
        try:
            return self._done.result()
        finally:
            if not self._done.done():
                self.cancel()
                wait([self._done], END_WITHIN)

    async def awaited(self) -> T:
        """The same for callers with a loop of their own; their being cancelled cancels it."""
        done = asyncio.wrap_future(self._done)
        try:
            return await asyncio.shield(done)
        finally:
            if not done.done():
                self.cancel()
                await asyncio.wait({done}, timeout=END_WITHIN)
            if done.done() and not done.cancelled():
                done.exception()  # else asyncio complains that nobody asked

    def cancel(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: it has ended
            self._loop.call_soon_threadsafe(self._cancel)

    def begin(self, work: Callable[[], Coroutine[Any, Any, T]], ended: Callable[[], None]) -> None:
        """In the loop's thread. `ended` is called before anybody learns of the result."""
        self._task = self._loop.create_task(work())
        self._task.add_done_callback(lambda task: self._settle(task, ended))

    def _cancel(self) -> None:
        if self._task:
            self._task.cancel()

    def _settle(self, task: "asyncio.Task[T]", ended: Callable[[], None]) -> None:
        ended()
        if task.cancelled():
            self._done.set_exception(asyncio.CancelledError())
        elif error := task.exception():
            self._done.set_exception(error)
        else:
            self._done.set_result(task.result())


class LoopThread:
    """Begins a thread for the first work and ends it after the last."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._guard = threading.Lock()
        self._life: _Life | None = None
        # Python waits for threads anyway, but by then asyncio can hand nothing to a thread any more.
        if register := getattr(threading, "_register_atexit", None):
            register(self._finish)

    def start(self, work: Callable[[], Coroutine[Any, Any, T]]) -> LoopFuture[T]:
        """From any thread, also from within work. Raises RuntimeError where no thread can be started."""
        with self._guard:
            if self._life is None:
                self._life = _Life(self._name)
            self._life.left += 1
            loop = self._life.loop
        begun: LoopFuture[T] = LoopFuture(loop)
        loop.call_soon_threadsafe(begun.begin, work, self._ended)
        return begun

    def _finish(self) -> None:
        if life := self._life:
            try:
                life.thread.join()
            finally:
                life.end()

    def _ended(self) -> None:
        with self._guard:
            life = self._life
            assert life is not None, "its last work has not ended before"
            life.left -= 1
            if life.left:
                return
            self._life = None
        life.end()


class _Life:
    """One thread, from its first work to its last."""

    def __init__(self, name: str) -> None:
        self.left = 0
        self._over = asyncio.Event()
        begun: Future[asyncio.AbstractEventLoop] = Future()
        self.thread = threading.Thread(target=lambda: asyncio.run(self._live(begun)), name=name, daemon=False)
        self.thread.start()
        self.loop = begun.result(END_WITHIN)

    def end(self) -> None:
        """What is left is cancelled."""
        with suppress(RuntimeError):  # the loop is closed: it has ended
            self.loop.call_soon_threadsafe(self._over.set)

    async def _live(self, begun: "Future[asyncio.AbstractEventLoop]") -> None:
        begun.set_result(asyncio.get_running_loop())
        await self._over.wait()

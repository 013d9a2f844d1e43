"""Work at every place where the gateway is to be announced, for as long as there is that place."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.mdns.names_and_addresses import AnnouncedInterface
from robotvoice.ground.backoff import Backoff
from robotvoice.ground.interfaces import Interface, own_interfaces
from robotvoice.ground.network_changes import NetworkChanges

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds until what failed is tried again; each pause is twice as long as the one before it"""


@dataclass(eq=False, slots=True)
class Followed:
    """A place, and how the work there goes."""

    place: AnnouncedInterface
    addresses: tuple[str, ...]
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever something is to be said anew"""
    name: str | None = None
    """Under which it is announced; None: it is not"""
    problem: str | None = None
    """Why the work failed last"""
    gone: bool = False
    """Whether the place is: nobody hears a goodbye then"""


class FollowedPlaces:
    """`run` is to be kept running by its owner."""

    def __init__(
        self,
        where: Callable[[Sequence[Interface]], Mapping[AnnouncedInterface, tuple[str, ...]]],
        work: Callable[[Followed], Awaitable[None]],
        trouble: Callable[[], None],
    ) -> None:
        """`where` may raise OSError. `work` runs until it is cancelled; `trouble` is told when it fails."""
        self._where, self._work, self._trouble = where, work, trouble
        self._tasks: dict[tuple[AnnouncedInterface, int], tuple[Followed, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self.why_none: str | None = None
        """Why there is no place at all"""

    def __iter__(self) -> Iterator[Followed]:
        return (followed for followed, _ in self._tasks.values())

    async def run(self) -> None:
        """Until cancelled; then all work has ended."""
        try:
            async with NetworkChanges(own_interfaces) as network:
                while True:
                    self._follow(network.now, network.wakes)
                    await network.change()
        finally:
            for _, task in self._tasks.values():
                task.cancel()
            if tasks := {*self._ending, *(task for _, task in self._tasks.values())}:
                await asyncio.wait(tasks)
            self._tasks.clear()

    def give_up(self) -> None:
        """Work that does not end although it was cancelled is cancelled again."""
        for followed, task in self._tasks.values():
            followed.name = None
            task.cancel()
        for task in self._ending:
            task.cancel()

    def _follow(self, interfaces: Sequence[Interface], wakes: int) -> None:
        wanted: Mapping[AnnouncedInterface, tuple[str, ...]] = {}
        try:
            wanted, self.why_none = self._where(interfaces), None
        except OSError as error:
            self.why_none = error.strerror or str(error)
        # After a sleep nobody knows whether the network still brings what is sent to all.
        keys = {(place, wakes): addresses for place, addresses in wanted.items()}
        here = {(each.index, str(address.ip)) for each in interfaces for address in each.addresses}
        for key in [*self._tasks]:
            followed, task = self._tasks[key]
            if key not in keys:
                followed.gone = (followed.place.index, followed.place.source) not in here
                self._end(key, task)
            elif followed.addresses != keys[key]:
                followed.addresses = keys[key]
                followed.changed.set()
        for key in keys.keys() - self._tasks.keys():
            followed = Followed(key[0], keys[key])
            name = f"announce on {key[0].interface} by IPv{key[0].version}"
            self._tasks[key] = followed, asyncio.create_task(self._keep(followed), name=name)
        if not wanted:
            self._trouble()

    def _end(self, key: tuple[AnnouncedInterface, int], task: asyncio.Task[None]) -> None:
        del self._tasks[key]
        task.cancel()
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _keep(self, followed: Followed) -> None:
        backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        while True:
            try:
                await self._work(followed)
            except Exception as error:  # whatever it is, it must not end the gateway
                followed.problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
                self._trouble()
            await asyncio.sleep(backoff.next())

"""What did not work rests before it is tried again, each time twice as long as the time before."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_MOST_DOUBLINGS = 64  # 2.0 ** 1024 raises, and what is gone over night gets that far


def rest_after(failures: int, first: float, longest: float) -> float:
    """Seconds to rest after so many failures in a row, of which there is one: `first`, up to `longest`."""
    return min(first * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), longest)


class Backoff:
    """The pauses of one loop, in seconds."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._failures = 0

    def next(self) -> float:
        """How long to wait now; the pause after it is twice as long."""
        self._failures += 1
        return rest_after(self._failures, self._first, self._longest)

    def jump(self) -> float:
        """Waits as long as ever, from now on."""
        self._failures = _MOST_DOUBLINGS
        return self._longest

    def reset(self) -> None:
        """It worked: the next pause is the first one again."""
        self._failures = 0


@dataclass(slots=True)
class _Failed:
    times: int = 0
    until: float = 0.0


class Rests:
    """Of many things, each of which rests for itself. Times are in seconds."""

    def __init__(self, clock: Callable[[], float], most: int | None = None) -> None:
        """At `most` so many are remembered; those that failed longest ago are forgotten."""
        self._clock, self._most = clock, most
        self._failed: OrderedDict[Hashable, _Failed] = OrderedDict()

    def failed(self, key: Hashable, first: float, longest: float, free: int = 0) -> int:
        """Begins a rest, unless it is one of the first `free` failures; which failure it is."""
        found = self._failed.setdefault(key, _Failed())
        self._failed.move_to_end(key)
        found.times += 1
        if found.times > free:
            found.until = self._clock() + rest_after(found.times - free, first, longest)
        if self._most is not None and len(self._failed) > self._most:
            self._failed.popitem(last=False)
        return found.times

    def failures(self, key: Hashable) -> int:
        """In a row."""
        return self._failed[key].times if key in self._failed else 0

    def left(self, *keys: Hashable) -> float:
        """Seconds until none of these rests; 0.0: none does."""
        until = max((self._failed[key].until for key in keys if key in self._failed), default=0.0)
        return max(0.0, until - self._clock())

    def worked(self, key: Hashable) -> None:
        """Forgets its failures."""
        self._failed.pop(key, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._failed.clear()

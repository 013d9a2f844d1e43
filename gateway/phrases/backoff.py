"""What did not work rests, each time twice as long, before it is tried again."""

from collections.abc import Callable, Hashable


class Rests:
    """Of anything that can be a key. Times are in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[Hashable, int] = {}
        self._until: dict[Hashable, float] = {}

    def failed(self, key: Hashable, first: float, longest: float) -> int:
        """Begins a rest of `first` seconds, twice as many each time, up to `longest`; which failure it is."""
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self._until[key] = self._clock() + min(first * 2.0 ** min(failures - 1, 32), longest)
        return failures

    def failures(self, key: Hashable) -> int:
        """In a row."""
        return self._failures.get(key, 0)

    def rests(self, *keys: Hashable) -> bool:
        """Whether any of these does."""
        return any(self._until.get(key, 0.0) > self._clock() for key in keys)

    def worked(self, key: Hashable) -> None:
        """Forgets its failures."""
        self._failures.pop(key, None)
        self._until.pop(key, None)

    def clear(self) -> None:
        """Forgets everything."""
        self._failures.clear()
        self._until.clear()

"""How many texts may be in work at once; what comes on top is refused at once and nothing waits unseen."""

from collections.abc import Iterator
from contextlib import contextmanager

from robotvoice.errors import TooManyRequests


class Admission:
    """A counter with a limit, for one event loop."""

    def __init__(
        self, limit: int, full: str = "too many texts are being spoken; try again in a moment"
    ) -> None:
        """`full` says what is so then and what to do."""
        self._limit, self._full = limit, full
        self._inside = 0

    @property
    def inside(self) -> int:
        return self._inside

    @contextmanager
    def admit(self) -> Iterator[None]:
        """Raises TooManyRequests when full."""
        if self._inside >= self._limit:
            raise TooManyRequests(self._full)
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

"""What the gateway needs of whoever announces it."""

from collections.abc import Sequence
from typing import Protocol


class Advertiser(Protocol):
    """Tells the network that there is a gateway."""

    @property
    def state(self) -> str:
        """`announced as NAME` or `not announced: REASON`."""
        ...

    async def start(self) -> None:
        """Returns at once and never raises: a gateway nobody finds by itself still serves."""
        ...

    def personas_are(self, personas: Sequence[str]) -> None:
        """From now on these ids are announced; may be called at any time."""
        ...

    async def stop(self) -> None:
        """Says goodbye; may be called at any time and again."""
        ...


class NullAdvertiser:
    """Announces nothing."""

    state = "not announced: switched off"

    async def start(self) -> None: ...

    def personas_are(self, personas: Sequence[str]) -> None: ...

    async def stop(self) -> None: ...

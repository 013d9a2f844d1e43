"""What this robot remembers of its gateway: where it was, and whether it is worth asking."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.link.last_gateway_file import load, save
from edge_client.link.link import NOT_FOUND
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import CircuitBreaker, Remembered
from robotvoice.utterance import Reason

FILE_NAME = "gateway.json"
NOT_BACK_YET = Reason("not_ready", "gateway was found again but has not answered yet")


class LastGateway:
    """What is on disk, as far as it concerns a gateway that the settings call this robot's own."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._wanted = settings.gateway_id
        self._path = settings.state_dir / FILE_NAME
        self._known = load(self._path)
        self._seen_before = self._known.last_seen
        self.pinned = (
            replace(parse_address(settings.gateway), gateway_id=self._wanted) if settings.gateway else None
        )

    @property
    def last(self) -> Endpoint | None:
        """The one that answered last."""
        return self._known.endpoint

    @property
    def last_good(self) -> Endpoint | None:
        """The same, if it is this robot's and has another address than the pinned one."""
        last = self.last
        mine = last and self._wanted in (None, last.gateway_id) and last.label != self._pinned_label
        return last if mine else None

    @property
    def addresses(self) -> list[Endpoint]:
        """The pinned one, then the last good one."""
        return [each for each in (self.pinned, self.last_good) if each]

    @property
    def last_seen(self) -> float | None:
        """When it answered one of the commands before this one, in seconds of the wall clock.

        None if it never did, or if what answered then is no gateway of this robot any more.
        """
        return self._seen_before if self.addresses else None

    @property
    def breaker(self) -> Remembered | None:
        """How the breaker was left. A pinned address it knows nothing of is tried at once."""
        left = self._known.breaker
        if self._is_of_another_setting or (self.pinned and self.pinned.label not in self._known.failed):
            return None
        if left and left.reason and left.reason.code == NOT_FOUND.code and self.addresses:
            return replace(left, reason=NOT_BACK_YET)
        return left

    def saw(self, endpoint: Endpoint) -> None:
        """It has just answered."""
        self._known = replace(self._known, endpoint=endpoint, last_seen=self._clock())

    def write(
        self, breaker: CircuitBreaker, answered_by: Endpoint | None, in_vain: Sequence[Endpoint] | None = None
    ) -> None:
        """`answered_by`: who is there now; `in_vain`: who was asked when the breaker opened.

        Never raises OSError.
        """
        known = self._known
        if in_vain is not None:
            known = replace(known, failed=tuple(each.label for each in in_vain), pinned=self._pinned_label)
        if answered_by:
            known = replace(known, endpoint=answered_by, last_seen=self._clock())
        # What was found out of another setting's address stays true of that one.
        if answered_by or in_vain is not None or not self._is_of_another_setting:
            known = replace(known, breaker=breaker.remember())
        save(self._path, known)

    @property
    def _pinned_label(self) -> str | None:
        return self.pinned.label if self.pinned else None

    @property
    def _is_of_another_setting(self) -> bool:
        """Whether what is remembered as broken was asked when another address was set."""
        return bool(self._known.failed) and self._known.pinned != self._pinned_label

"""What this robot remembers of its gateway: where it was, and whether it is worth asking."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.link.link import NOT_FOUND
from edge_client.pairing.dial_rules import DialRules
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import CircuitBreaker, Remembered
from robotvoice.errors import RobotVoiceError
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.json_records import read_record, write_record
from robotvoice.utterance import Reason

log = logging.getLogger(__name__)

VERSION = 1
LARGEST_FILE = 16 * 1024
"""Bytes; a real one has less than 1 KiB"""
LAST_TIMESTAMP = 1e11
"""Seconds since 1970; further on, the functions that write a date give up"""


@dataclass(frozen=True, slots=True)
class GatewayMemory:
    """So that twenty single commands do not each look for the gateway, or each wait for the same dead one."""

    endpoint: Endpoint | None = None
    """The one that answered last"""
    last_seen: float | None = None
    """When it did, in `time.time()`"""
    breaker: Remembered | None = None
    """In `time.time()` as well"""
    failed: tuple[str, ...] = ()
    """The addresses that were asked in vain when the breaker opened; it says nothing of any other"""
    pinned: str | None = None
    """The address that was in the settings then"""


NOTHING = GatewayMemory()


def load(path: Path) -> GatewayMemory:
    """What was saved. NOTHING if there is no file, and with a warning if it cannot be used. Never raises."""
    try:
        return _parse(read_whole(path, LARGEST_FILE))
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValueError, OverflowError, RecursionError, RobotVoiceError) as error:
        log.warning("what was kept about the gateway cannot be used and is left out: %r", str(error))
        return NOTHING


def save(path: Path, memory: GatewayMemory) -> None:
    """Replaces the file as a whole. A disk that is full or read-only is a warning. Never raises OSError."""
    text = json.dumps({"version": VERSION, **write_record(memory)})
    try:
        write_whole(path, text.encode())
    except OSError as error:
        log.warning("nothing can be kept about the gateway (%s): the next command looks for it again", error)


def _parse(content: bytes) -> GatewayMemory:
    found = json.loads(content)
    if not isinstance(found, dict) or found.get("version") != VERSION:
        raise ValueError("it was written by another version")
    memory = read_record(GatewayMemory, found)
    for value in _values(memory):
        if isinstance(value, float) and not 0 <= value < LAST_TIMESTAMP:  # nor is NaN
            raise ValueError("it holds a time that cannot be")
        if isinstance(value, str) and not value.isprintable():  # it ends up on terminals
            raise ValueError("it holds control characters")
    if memory.endpoint is not None:
        parse_address(memory.endpoint.label)
    return memory


def _values(record: object) -> Iterator[object]:
    """Every value in it, however deep."""
    if isinstance(record, tuple):
        for item in record:
            yield from _values(item)
    elif is_dataclass(record):
        for field in fields(record):
            yield from _values(getattr(record, field.name))
    else:
        yield record


FILE_NAME = "gateway.json"
NOT_BACK_YET = Reason("not_ready", "gateway was found again but has not answered yet")


class LastGateway:
    """What is on disk, as far as it concerns a gateway that this robot may dial, by settings and pairing."""

    def __init__(
        self, settings: Settings, rules: DialRules | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`rules`: None reads those of the settings' state folder."""
        self._clock = clock
        self.rules = DialRules.of(settings.state_dir, clock=clock) if rules is None else rules
        # A robot that is paired has one gateway, whatever was set before it was.
        self._wanted = None if self.rules.pairing else settings.gateway_id
        self._path = settings.state_dir / FILE_NAME
        self._known = load(self._path)
        self._seen_before = self._known.last_seen
        self.pinned = self.rules.of_setting(parse_address(settings.gateway)) if settings.gateway else None
        if self.pinned and self._wanted:
            self.pinned = replace(self.pinned, gateway_id=self._wanted)

    @property
    def last(self) -> Endpoint | None:
        """The one that answered last."""
        return self._known.endpoint

    @property
    def last_good(self) -> Endpoint | None:
        """The same, if it is this robot's and has another address than the pinned one."""
        last = self.rules.of_memory(self.last) if self.last else None
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

        Nothing is written once the pairing is another one. Never raises OSError.
        """
        if not self.rules.still_hold:
            return
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

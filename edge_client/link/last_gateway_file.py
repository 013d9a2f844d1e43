"""What the robot keeps on disk about its gateway from one command to the next."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

from edge_client.discovery.endpoint import Endpoint, parse_address
from robotvoice.chain.breaker import Remembered
from robotvoice.errors import RobotVoiceError
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.json_records import read_record, write_record

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

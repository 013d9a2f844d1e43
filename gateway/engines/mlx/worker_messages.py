"""What a gateway and a worker say to each other: framed messages over a pipe.

A frame is two big-endian 32-bit lengths, a JSON head of the first and a binary body of the second length.
Both ends are of the same version, so a frame that cannot be read is a fault, not a wish.
"""

import dataclasses
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

PREFIX = struct.Struct(">II")
MAX_HEAD = 1 << 20
MAX_BODY = 64 << 20
WARM_UP = "warm-up"
"""As a prompt: speak the word that the worker itself warmed up with. It proves that the model works."""


class BrokenFrame(ValueError):
    """What came through the pipe is no message."""


@dataclass(frozen=True, slots=True)
class Prepare:
    """Encode a reference and keep it. Body: float32 little-endian mono samples at 24 kHz."""

    prompt: str
    transcript: str | None
    ad_hoc: bool
    """True: it came with one request and is soon forgotten"""


@dataclass(frozen=True, slots=True)
class Speak:
    """One sentence. `prompt` names what was prepared before; None for voices without a reference."""

    id: int
    text: str
    prompt: str | None = None
    language: str | None = None
    """A tag such as en-GB; None: the model finds out"""
    speaker: str | None = None
    instruct: str | None = None
    seed: int = 0
    interval: float = 0.16
    """Seconds of audio in one piece"""
    max_tokens: int = 2048


@dataclass(frozen=True, slots=True)
class Cancel:
    id: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Drop what was encoded under these names. It is not answered."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a starting worker is: `loading`, then `warming_up`."""

    stage: str


@dataclass(frozen=True, slots=True)
class Ready:
    """What the loaded model is and can do. The times were measured while warming up."""

    kind: str
    """Of config.json: `model_type`, such as qwen3_tts"""
    variant: str
    """`tts_model_type`, such as base"""
    size: str
    """`tts_model_size`, such as 0b6"""
    sample_rate: int
    software: str
    speakers: tuple[str, ...] = ()
    load_seconds: float = 0.0
    first_audio: float = 0.0
    """Seconds"""
    real_time_factor: float = 0.0


@dataclass(frozen=True, slots=True)
class Unusable:
    """The last word of a worker that cannot serve this model."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Prepared:
    prompt: str
    forgotten: tuple[str, ...] = ()
    """Prompts that had to make room"""


@dataclass(frozen=True, slots=True)
class Started:
    """The worker has begun on the sentence."""

    id: int


@dataclass(frozen=True, slots=True)
class Audio:
    """A piece of the sentence. Body: PCM_16 little-endian mono."""

    id: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The end, heard to the last sample."""

    id: int
    stats: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancelled:
    id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The request was not done; the worker lives on. `id` is None where a prompt could not be prepared."""

    id: int | None
    reason: str
    message: str


Request = Prepare | Speak | Cancel | Forget
Answer = Progress | Ready | Unusable | Prepared | Started | Audio | Finished | Cancelled | Failed
Message = Request | Answer

_TYPES: dict[str, type[Any]] = {message.__name__: message for message in get_args(Message)}


def frame(message: Message, body: bytes = b"") -> bytes:
    head = json.dumps({"type": type(message).__name__, **dataclasses.asdict(message)}).encode()
    return PREFIX.pack(len(head), len(body)) + head + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Bytes of head and body. Raises BrokenFrame."""
    head, body = PREFIX.unpack(prefix)
    if head > MAX_HEAD or body > MAX_BODY:
        raise BrokenFrame(f"a frame of {head} + {body} bytes")
    return head, body


def message_of(head: bytes) -> Any:
    """The `Message` of a head. Raises BrokenFrame."""
    try:
        fields = json.loads(head)
        kind = _TYPES[fields.pop("type")]
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenFrame(f"no message: {type(error).__name__}") from None

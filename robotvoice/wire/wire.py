"""What goes over the wire: the WebSocket's messages, header names and the protocol's version.

Every text frame is one JSON object with a `type`. Fields a reader does not know are ignored, so that an older
peer understands a newer one; a field of the wrong type is an InvalidMessage that names it.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from robotvoice.errors import InvalidMessage
from robotvoice.json_records import read_object, read_record, write_record
from robotvoice.sound.pcm import WIRE_SAMPLE_RATE
from robotvoice.utterance import PriorityName, Spoken
from robotvoice.voice_warnings import IGNORED, VoiceWarnings
from robotvoice.wire.lenient_fields import folded, read_leniently, warn_of_rate

PROTOCOL_VERSION = 1
SERVICE_TYPE = "_robotvoice._tcp.local."
DEFAULT_PORT = 7860
DEFAULT_TLS_PORT = 7861
"""Of the robots' door"""
WEBSOCKET_PATH = "/ws/tts"
WANTS_EVENTS = "events"
"""In the query of its address, with `1`: the client wants to be told what changes"""

HEADER_DURATION = "X-Duration"
"""Seconds of audio"""
HEADER_SYNTHESIS_TIME = "X-Synthesis-Time"
"""Seconds it took to make it"""
HEADER_ENGINE = "X-Voice-Engine"
HEADER_SUBSTITUTE = "X-Voice-Substitute"
"""`none`, or the code that says why the persona's own voice did not speak"""
HEADER_WARNING = "X-Voice-Warning"
"""What of the request was not followed, in sentences; absent if all was"""
HEADER_AI = "X-AI-Generated"
"""`true`: no human spoke this"""
HEADER_BUDGET = "X-Budget-Ms"
"""Of a request: milliseconds to the first sound of a stream, or for all of a whole file"""
HEADER_ENGINES = "X-Voice-Engines"
"""Of a request: `own`, the persona's own voice or nothing, or `all`"""
HEADER_PRIORITY = "X-Priority"
"""Of a request: urgent, dialogue, story or background"""
HEADER_GATEWAY = "X-Voice-Gateway"
"""The gateway's id, in its answer to a WebSocket's handshake: the robot knows whose it is before any text"""

MESSAGE_ID = re.compile(r"[\x21-\x7e]{1,64}")
MESSAGE_BYTES = 64 * 1024
"""The longest text frame a gateway reads as a message."""


@dataclass(frozen=True, slots=True)
class Synthesize:
    """Please speak. Without an `id` the answer is only `audio`, `complete` and `error`."""

    text: str
    id: str | None = None
    voice: str | None = None
    """A persona's id, alias or name; None is the gateway's default"""
    language: str | None = None
    stream: bool = True
    """False: the whole answer in one `audio` message, in one voice"""
    audio: Literal["base64", "binary"] = "base64"
    engines: Literal["own", "all"] = "all"
    """`own`: the persona's own voice or nothing, because the caller has substitutes nearer the loudspeaker"""
    priority: PriorityName = "dialogue"
    budget_ms: int | None = None
    prepared: bool = False
    """True: cleaned and split by the caller, one sentence"""
    speed: float = 1.0
    """0.25 to 4 times as fast as the voice is by itself; not every voice can"""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop this utterance; answered by `cancelled`."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Audio will come; the first after about so many milliseconds."""

    id: str | None
    predicted_first_audio_ms: int


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The persona's own voice cannot speak now; answered at once so that the caller can speak itself."""

    id: str | None
    reason: str
    detail: str = ""
    """The same for a person"""
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Substitute:
    """Another voice spoke `for` this engine, because of `reason`."""

    for_: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """Comes before the first audio and says whose voice it is."""

    id: str | None
    sample_rate: int
    """Hz"""
    channels: int
    engine: str
    voice: str
    settings: Mapping[str, int] = dataclasses.field(default_factory=dict)
    stored: bool = False
    substitute: Substitute | None = None
    warnings: tuple[str, ...] = ()
    """What of the request is not followed, in sentences; so far"""


@dataclass(frozen=True, slots=True)
class Audio:
    """PCM_16 little-endian as base64. The last message of an utterance is `final` and may be empty."""

    id: str | None
    data: str
    sample_rate: int
    final: bool = False


@dataclass(frozen=True, slots=True)
class Takeover:
    """Another voice goes on. It repeats `sentence` from its start, also if part of it was sent."""

    id: str | None
    sentence: int
    from_: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Everything was spoken; `spoken` is the ledger, a row for each sentence."""

    id: str | None
    duration_ms: int
    spoken: tuple[Spoken, ...] = ()
    warnings: tuple[str, ...] = ()
    """What of the request was not followed, in sentences"""


@dataclass(frozen=True, slots=True)
class Error:
    """It ends here. `spoken` holds the sentences that were finished before."""

    id: str | None
    code: str
    message: str
    spoken: tuple[Spoken, ...] = ()
    reason: str | None = None
    """Of `incomplete`: the code of what went wrong last"""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """It ends here because the caller wished it."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Comes unasked to a client that wants events."""


@dataclass(frozen=True, slots=True)
class Personas(Event):
    """There are others now, or one has changed."""

    revisions: Mapping[str, str]
    """Of every persona, by id"""


@dataclass(frozen=True, slots=True)
class Phrases(Event):
    """There are other recordings of phrases now."""

    packs: Mapping[str, str]
    """Of every persona, by id: which recordings there are, `pack` in `/v1/phrases/ID`"""


@dataclass(frozen=True, slots=True)
class Sleeping(Event):
    """The gateway is about to sleep."""


@dataclass(frozen=True, slots=True)
class Awake(Event):
    """The gateway is back from its sleep."""


Request: TypeAlias = Synthesize | Cancel
Answer: TypeAlias = Accepted | Unavailable | Start | Audio | Takeover | Complete | Error | Cancelled | Event
ENDS = (Complete, Error, Cancelled)
"""After one of these nothing more comes for its id"""

REQUESTS: Mapping[str, type[Request]] = {"synthesize": Synthesize, "cancel": Cancel}
ANSWERS: Mapping[str, type[Answer]] = {
    "accepted": Accepted,
    "unavailable": Unavailable,
    "start": Start,
    "audio": Audio,
    "takeover": Takeover,
    "complete": Complete,
    "error": Error,
    "cancelled": Cancelled,
    "personas": Personas,
    "phrases": Phrases,
    "sleeping": Sleeping,
    "awake": Awake,
}
_TYPE_NAMES = {kind: name for table in (REQUESTS, ANSWERS) for name, kind in table.items()}


def encode(message: Request | Answer) -> str:
    """A message as a text frame; what says no more than its absence is left out."""
    fields = write_record(message)
    for name, absent in (("id", None), ("warnings", []), ("speed", 1.0)):
        if fields.get(name, ...) == absent:
            del fields[name]
    return json.dumps({"type": _TYPE_NAMES[type(message)], **fields})


def decode_request(frame: str, warnings: VoiceWarnings = IGNORED) -> Request:
    """What a client sent; a field that cannot be followed is warned of. Raises InvalidMessage."""
    fields = _object(frame)
    kind = REQUESTS.get(str(folded(fields.pop("type", None))))
    if kind is None:
        raise InvalidMessage(f"type must be one of {', '.join(REQUESTS)}", "type")
    id = fields.get("id")
    if isinstance(id, str) and not MESSAGE_ID.fullmatch(id):
        raise InvalidMessage("id must be 1 to 64 printable ASCII characters without spaces", "id")
    warn_of_rate(fields.get("sample_rate"), WIRE_SAMPLE_RATE, warnings)
    return read_leniently(
        kind, fields, warnings, exact=("id", "voice", "audio", "language"), ignored=("sample_rate",)
    )


def decode_answer(frame: str) -> Answer | None:
    """What a gateway sent; None for a type this version does not know. Raises InvalidMessage."""
    fields = _object(frame)
    kind = ANSWERS.get(str(fields.get("type")))
    return None if kind is None else read_record(kind, fields)


def _object(frame: str) -> dict[str, Any]:
    return read_object(frame, "the frame", "; send one JSON object per text frame")

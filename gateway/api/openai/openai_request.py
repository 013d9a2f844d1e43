"""What `/v1/audio/speech` is asked: the body within its bounds, and the fields in it."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal

from aiohttp import web
from pydantic_core import from_json

from gateway.encoders.encodings import format_called, formats_here
from gateway.http.openai_errors import OpenAIRefusal
from robotvoice.errors import InvalidMessage
from robotvoice.http.runner import LEAST_PACE
from robotvoice.json_records import NOT_ON_WIRE
from robotvoice.languages import asked_language
from robotvoice.sound.pcm import WIRE_SAMPLE_RATE
from robotvoice.text import is_speakable
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.lenient_fields import read_leniently, warn_of_rate
from robotvoice.wire.speed import possible

BODY_LIMIT = 15 * 1024 * 1024
"""Bytes: a clip of 10 MiB as base64, and room for the longest text"""
SMALL_BODY = 64 * 1024
"""Bytes; a larger one is read only when its turn has come"""
LARGE_BODIES = 4
"""That are read and decoded at a time, with about 40 MB for each"""
READ_WITHIN = 30.0
"""Seconds for a body to arrive, its turn included; a large one may say that it needs longer"""
LONGEST_INSTRUCTIONS = 2_000
"""Characters that a model is given"""
LONGEST_CONSENT = 200
"""Characters"""
LONGEST_TRANSCRIPT = 2_000
"""Characters; nobody says more in the 15 s of a clip"""
USUAL_FORMAT = "mp3"
HARMLESS = frozenset({"metadata", "safety_identifier", "store", "stream", "stream_options", "user"})
"""Fields that programs send and that change no sound"""
DECIDE = ("voice", "response_format", "language")
"""Fields without which no sound would be the right one"""

CLIP_ITSELF = (
    "send the clip itself, as base64 or as a data: URI with base64; no address and no file is opened"
)
WHO_ALLOWED = (
    "a voice is somebody's: send with ref_audio who allowed its use, as text of 1 to "
    f"{LONGEST_CONSENT} printable characters"
)
_DATA_URI = re.compile(r"data:[^,]{0,256};base64,", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
WHAT_TO_SEND: Mapping[str, str] = {
    "input": "the text to speak",
    "voice": 'a persona\'s id, name or alias, or {"id": one of these}',
    "language": "a language, such as en, en-GB, deu or German",
}


@dataclass(frozen=True, slots=True)
class OpenAISpeech:
    """What is to be spoken and how. A field that is null or empty counts as not given."""

    input: str
    voice: str = ""
    response_format: str = USUAL_FORMAT
    """One that can be made here"""
    stream_format: Literal["audio", "sse"] = "audio"
    speed: float = 1.0
    """A possible one"""
    instructions: str = ""
    """On one line"""
    language: str | None = None
    """A tag, once it is read"""
    seed: int | None = None
    model: str = ""
    ref_text: str | None = None
    x_vector_only_mode: bool = False
    ref_audio: bytes | None = field(default=None, metadata=NOT_ON_WIRE)
    """The sound file itself"""
    consent: str = field(default="", metadata=NOT_ON_WIRE)
    """Who allowed the use of that voice; empty only where there is no clip"""

    @property
    def transcript(self) -> str | None:
        """The words of the clip, if they are to be used."""
        return None if self.x_vector_only_mode else self.ref_text


@asynccontextmanager
async def whole_body(request: web.Request, large: asyncio.Semaphore) -> AsyncIterator[bytearray]:
    """The body, with one of the turns in `large` kept to the end if it is a large one. Raises Refusal."""
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise OpenAIRefusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send the body as JSON, not compressed, with Content-Type: application/json",
        )
    if (request.content_length or 0) > BODY_LIMIT:
        raise _too_large()
    body = bytearray()
    async with AsyncExitStack() as turn:
        try:
            async with asyncio.timeout(READ_WITHIN + (request.content_length or 0) / LEAST_PACE):
                async for piece in request.content.iter_any():
                    if len(body) <= SMALL_BODY < len(body) + len(piece):
                        await turn.enter_async_context(large)
                    body += piece
                    if len(body) > BODY_LIMIT:
                        raise _too_large()
        except TimeoutError:
            raise OpenAIRefusal(
                HTTPStatus.REQUEST_TIMEOUT,
                "request_timeout",
                "the body did not arrive in time; send it again",
            ) from None
        yield body


async def parsed(body: bytearray, warnings: VoiceWarnings, accept: str = "") -> OpenAISpeech:
    """What is asked for; `accept` is the header. Raises Refusal, which names the field that is at fault."""
    if len(body) > SMALL_BODY:
        return await asyncio.to_thread(_read, body, warnings, accept)
    return _read(body, warnings, accept)


def _read(body: bytearray, warnings: VoiceWarnings, accept: str) -> OpenAISpeech:
    try:
        fields = from_json(body, allow_inf_nan=False)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise OpenAIRefusal(
            HTTPStatus.BAD_REQUEST, "invalid_json", "the body must be one JSON object"
        ) from None  # what was sent must not get into a log
    warn_of_rate(fields.get("sample_rate"), WIRE_SAMPLE_RATE, warnings)
    clip = _decoded(fields.pop("ref_audio", None))
    consent = _agreed(fields.pop("consent", None), clip, warnings)
    voice = fields.get("voice")
    if isinstance(voice, dict) and len(voice) == 1:
        fields["voice"] = voice.get("id", voice.get("name", voice))
    try:
        asked = read_leniently(
            OpenAISpeech, fields, warnings, exact=DECIDE, ignored={*HARMLESS, "sample_rate"}
        )
        language = asked_language(asked.language)
    except InvalidMessage as error:
        raise _refusal(error, fields) from None
    return replace(
        asked,
        response_format=_format(asked.response_format if fields.get("response_format") else "", accept),
        speed=possible(asked.speed, warnings),
        instructions=_instructions(asked.instructions, warnings),
        seed=_seed(asked.seed, warnings),
        language=language,
        ref_audio=clip,
        consent=consent,
        **_of_the_clip(asked, clip, warnings),
    )


def _format(name: str, accept: str) -> str:
    """That of the field, else the first of the header that can be made here, else the usual one."""
    if name:
        found = format_called(name)
        if found is None:
            said = f"response_format: this gateway makes {formats_here()}; ask for one of these"
            raise _unusable("response_format", said)
        return found
    listed = (each for each in accept.split(",") if each.strip().lower().startswith("audio/"))
    return next(filter(None, map(format_called, listed)), USUAL_FORMAT)


def _instructions(text: str, warnings: VoiceWarnings) -> str:
    """On one line, without what no model can read, and no more of it than a model should get."""
    line = _on_one_line(text)
    if len(line) <= LONGEST_INSTRUCTIONS:
        return line
    warnings.add("instructions", f"instructions are followed up to {LONGEST_INSTRUCTIONS} characters")
    return line[:LONGEST_INSTRUCTIONS].rpartition(" ")[0] or line[:LONGEST_INSTRUCTIONS]


def _seed(seed: int | None, warnings: VoiceWarnings) -> int | None:
    if seed is None or 0 <= seed < 2**63:
        return seed
    warnings.add("seed", "seed is not followed: it must be a whole number from 0 to 2^63 - 1")
    return None


def _of_the_clip(asked: OpenAISpeech, clip: bytes | None, warnings: VoiceWarnings) -> dict[str, Any]:
    """What belongs to a clip, as far as there is one and it can be used."""
    words = _on_one_line(asked.ref_text or "")
    if clip is None:
        for name, given in (("ref_text", words), ("x_vector_only_mode", asked.x_vector_only_mode)):
            if given:
                warnings.add(name, f"{name} is not followed without ref_audio")
        return {"ref_text": None, "x_vector_only_mode": False}
    if not words:
        return {"ref_text": None}
    if len(words) <= LONGEST_TRANSCRIPT and is_speakable(words):
        return {"ref_text": words}
    why = f"the words in ref_audio, up to {LONGEST_TRANSCRIPT} characters"
    warnings.add("ref_text", f"ref_text is not followed and only the timbre is cloned: it must be {why}")
    return {"ref_text": None}


def _decoded(audio: Any) -> bytes | None:
    """Raises Refusal."""
    if audio is None or audio == "":
        return None
    if not isinstance(audio, str):
        raise _unusable("ref_audio", f"ref_audio cannot be used; {CLIP_ITSELF}")
    if audio[:5].lower() == "data:":
        prefix = _DATA_URI.match(audio)
        if prefix is None:
            raise _unusable("ref_audio", f"ref_audio: this data: URI is not base64; {CLIP_ITSELF}")
        audio = audio[prefix.end() :]
    try:
        data = base64.b64decode("".join(audio.split()), validate=True)
    except ValueError:  # binascii.Error, and what is not ASCII
        raise _unusable("ref_audio", f"ref_audio: this is not base64; {CLIP_ITSELF}") from None
    if not data:
        raise _unusable("ref_audio", f"ref_audio: there is nothing in it; {CLIP_ITSELF}")
    return data


def _agreed(consent: Any, clip: bytes | None, warnings: VoiceWarnings) -> str:
    """Who allowed the use of a clip's voice. Raises Refusal if there is a clip and nobody is named."""
    given = consent is not None and consent != ""
    if clip is None:
        if given:
            warnings.add("consent", "consent is not followed without ref_audio")
        return ""
    if not given:
        raise OpenAIRefusal(
            HTTPStatus.BAD_REQUEST, "missing_field", f"consent is missing; {WHO_ALLOWED}", "consent"
        )
    who = consent.strip() if isinstance(consent, str) else ""
    if not who or len(who) > LONGEST_CONSENT or not who.isprintable():
        raise _unusable("consent", f"consent cannot be used; {WHO_ALLOWED}")
    return who


def _on_one_line(text: str) -> str:
    """Without control characters."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _refusal(error: InvalidMessage, fields: Mapping[str, Any]) -> OpenAIRefusal:
    name = error.field or ""
    what = WHAT_TO_SEND.get(name) or f"one of {formats_here()}"
    if name not in fields:
        return OpenAIRefusal(HTTPStatus.BAD_REQUEST, "missing_field", f"{name} is missing; send {what}", name)
    if name == "language" and isinstance(fields[name], str):
        return _unusable(name, error.message)
    return _unusable(name, f"{name} cannot be used; send {what}")


def _unusable(name: str, text: str) -> OpenAIRefusal:
    return OpenAIRefusal(HTTPStatus.BAD_REQUEST, "invalid_value", text, name)


def _too_large() -> OpenAIRefusal:
    return OpenAIRefusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"the body has more than {BODY_LIMIT // 2**20} MB; send a shorter clip, 15 s are enough",
    )

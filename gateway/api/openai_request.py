"""What `/v1/audio/speech` is asked: the body within its bounds, and the fields in it."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from gateway.api.openai_errors import Refusal
from gateway.encoders import ENCODINGS
from gateway.voice_schema import printable, speakable, text_of

BODY_LIMIT = 15 * 1024 * 1024
"""Bytes: a clip of 10 MiB as base64, and room for the longest text"""
SMALL_BODY = 64 * 1024
"""Bytes; a larger one is read only when its turn has come"""
LARGE_BODIES = 4
"""That are read and decoded at a time, with about 40 MB for each"""
READ_WITHIN = 30.0
"""Seconds for a body to arrive, its turn included"""

CLIP_ITSELF = (
    "send the clip itself, as base64 or as a data: URI with base64; no address and no file is opened"
)
_DATA_URI = re.compile(r"data:[^,]{0,256};base64,", re.IGNORECASE)


def _unwrapped(voice: Any) -> Any:
    return voice["id"] if isinstance(voice, dict) and list(voice) == ["id"] else voice


def _decoded(audio: Any) -> Any:
    if not isinstance(audio, str):
        return audio
    if audio[:5].lower() == "data:":
        prefix = _DATA_URI.match(audio)
        if prefix is None:
            raise ValueError(f"this data: URI is not base64; {CLIP_ITSELF}")
        audio = audio[prefix.end() :]
    try:
        data = base64.b64decode("".join(audio.split()), validate=True)
    except ValueError as error:  # binascii.Error, and what is not ASCII
        raise ValueError(f"this is not base64; {CLIP_ITSELF}") from error
    if not data:
        raise ValueError(f"there is nothing in it; {CLIP_ITSELF}")
    return data


def _on_one_line(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


class SpeechRequest(BaseModel):
    """The description of a field says what may be given, and is what the caller reads if it is not.

    A field that is null counts as not given; fields that are not known are ignored.
    """

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False, hide_input_in_errors=True)

    model: str = Field(default="", max_length=256, description="the name of a model")
    input: str = Field(description="the text to speak")
    voice: Annotated[str, BeforeValidator(_unwrapped)] = Field(
        default="", description='a persona\'s id, name or alias, or {"id": one of these}'
    )
    response_format: str = Field(default="mp3", description=", ".join(ENCODINGS))
    speed: float = Field(default=1.0, description="1")
    stream_format: Literal["audio"] = Field(default="audio", description="audio")
    instructions: Annotated[str, BeforeValidator(_on_one_line), AfterValidator(printable)] = Field(
        default="", max_length=512, description="text of at most 512 characters: how to speak"
    )
    ref_audio: Annotated[bytes, BeforeValidator(_decoded)] | None = Field(
        default=None, description="10 to 15 s of speech as base64 or as a data: URI with base64"
    )
    ref_text: (
        Annotated[
            str,
            BeforeValidator(_on_one_line),
            text_of(2_000),
            AfterValidator(printable),
            AfterValidator(speakable),
        ]
        | None
    ) = Field(
        default=None,
        description="the words in ref_audio, up to 2000 characters; leave it out if nobody wrote them down",
    )
    language: str | None = Field(
        default=None,
        max_length=35,
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="a language tag, such as en or en-GB",
    )
    x_vector_only_mode: bool = Field(
        default=False, description="true to clone the timbre alone, without ref_text, or false"
    )
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="a whole number from 0 to 2^63 - 1")

    @model_validator(mode="before")
    @classmethod
    def _given(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        return {name: value for name, value in fields.items() if value is not None}

    @field_validator("response_format")
    @classmethod
    def _can_be_made(cls, name: str) -> str:
        offered = [name for name, encoding in ENCODINGS.items() if encoding.available]
        if name not in offered:
            raise ValueError(f"this gateway makes {', '.join(offered)}; ask for one of these")
        return name

    @field_validator("speed")
    @classmethod
    def _as_it_is(cls, speed: float) -> float:
        if speed != 1:
            raise ValueError("no voice here speaks faster or slower; leave speed out, or send 1")
        return speed

    @property
    def transcript(self) -> str | None:
        """The words of the clip, if they are to be used."""
        return None if self.x_vector_only_mode else self.ref_text


@asynccontextmanager
async def whole_body(request: web.Request, large: asyncio.Semaphore) -> AsyncIterator[bytearray]:
    """The body, with one of the turns in `large` kept to the end if it is a large one. Raises Refusal."""
    if request.content_type != "application/json" or "Content-Encoding" in request.headers:
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send the body as JSON, not compressed, with Content-Type: application/json",
        )
    if (request.content_length or 0) > BODY_LIMIT:
        raise _too_large()
    body = bytearray()
    async with AsyncExitStack() as turn:
        try:
            async with asyncio.timeout(READ_WITHIN):
                async for piece in request.content.iter_any():
                    if len(body) <= SMALL_BODY < len(body) + len(piece):
                        await turn.enter_async_context(large)
                    body += piece
                    if len(body) > BODY_LIMIT:
                        raise _too_large()
        except TimeoutError:
            raise Refusal(
                HTTPStatus.REQUEST_TIMEOUT,
                "request_timeout",
                f"the body did not arrive within {READ_WITHIN:g} s; send it again",
            ) from None
        yield body


async def parsed(body: bytearray) -> SpeechRequest:
    """What is asked for. Raises Refusal, which names the first field that cannot be used."""
    try:
        if len(body) > SMALL_BODY:
            return await asyncio.to_thread(SpeechRequest.model_validate_json, body)
        return SpeechRequest.model_validate_json(body)
    except ValidationError as error:
        raise _refusal(error) from None  # what was sent must not get into a log


def _too_large() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "body_too_large",
        f"the body has more than {BODY_LIMIT // 2**20} MB; send a shorter clip, 15 s are enough",
    )


def _refusal(error: ValidationError) -> Refusal:
    detail = error.errors(include_url=False, include_input=False)[0]
    param = str(detail["loc"][0]) if detail["loc"] else None
    field = SpeechRequest.model_fields.get(param or "")
    match detail["type"]:
        case "json_invalid":
            return Refusal(HTTPStatus.BAD_REQUEST, "invalid_json", "the body is not JSON; send an object")
        case _ if field is None:
            return Refusal(HTTPStatus.BAD_REQUEST, "invalid_json", "the body must be a JSON object")
        case "missing":
            text, code = f"{param} is missing; send {field.description}", "missing_field"
        case "value_error":
            text, code = f"{param}: {detail['ctx']['error']}", "invalid_value"
        case _:
            text, code = f"{param} cannot be used; send {field.description}", "invalid_value"
    return Refusal(HTTPStatus.BAD_REQUEST, code, text, param)

"""A sentence as one whole WAV, also in part (Range): made when it is wanted, and sent as it is taken."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from robotvoice.chain.whole_file import WholeFile
from robotvoice.http.error_answers import problem
from robotvoice.http.sending import send_whole
from robotvoice.sound.ai_mark import marked_wav
from robotvoice.sound.pcm import AudioFormat
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire
from robotvoice.wire.file_request import HEADERS
from robotvoice.wire.last_answers import LastAnswer, LastAnswers

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What is answered: a status, and which bytes."""

    status: int
    """200: all of it; 206; 416: there are no such bytes"""
    start: int
    stop: int
    content_range: str | None = None
    """The header of that name"""


def part_wanted(size: int, range_header: str | None, if_range: str | None, etag: str) -> Part:
    """Of a file of `size` bytes. A range that cannot be read, or is of another file, counts as none."""
    found = _RANGE.fullmatch((range_header or "").strip())
    if found is None or not any(found.groups()) or if_range not in (None, etag):
        return Part(200, 0, size)
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(first) > int(last):
        return Part(200, 0, size)
    if start >= size:
        return Part(416, 0, 0, f"bytes */{size}")
    return Part(206, start, stop, f"bytes {start}-{stop - 1}/{size}")


def wav_answer(
    made: WholeFile, pcm: bytes, audio: AudioFormat, took: float, warnings: VoiceWarnings
) -> LastAnswer:
    """`pcm` is the sound of what was `made`; `took` is in seconds."""
    headers = {
        **HEADERS,
        wire.HEADER_DURATION: f"{audio.seconds(audio.samples(len(pcm))):.3f}",
        wire.HEADER_SYNTHESIS_TIME: f"{took:.4f}",
        wire.HEADER_ENGINE: made.origin.engine,
        wire.HEADER_SUBSTITUTE: made.substitute.code if made.substitute else "none",
        **warned(warnings),
    }
    return LastAnswer(marked_wav(pcm, audio), headers)


async def file_for(
    request: web.Request, last: LastAnswers, key: str, make: Callable[[], Awaitable[LastAnswer]]
) -> LastAnswer | None:
    """A new one, or where only a part is wanted one that was made a moment ago; None: HEAD makes nothing."""
    if request.method == "HEAD":
        return last.get(key)
    if request.method != "GET":
        return await make()  # a body may hold what has no key; nobody asks for a part by POST
    if "Range" not in request.headers:
        last.put(key, made := await make())
        return made
    async with last.turn(key):
        if (kept := last.get(key)) is None:
            last.put(key, kept := await make())
        return kept


async def send_file(
    request: web.Request, file: LastAnswer | None, warnings: VoiceWarnings
) -> web.StreamResponse:
    """Raises as `send_whole` does."""
    if file is None:
        return web.StreamResponse(headers={**HEADERS, **warned(warnings)})
    wanted = request.headers.get("Range") if request.method == "GET" else None
    part = part_wanted(len(file.body), wanted, request.headers.get("If-Range"), file.etag)
    more = {"Content-Range": part.content_range} if part.content_range else {}
    if part.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        said = f"there are no such bytes, the file has {len(file.body)}"
        answer = problem(request, HTTPStatus(part.status), "no_such_range", said)
        answer.headers.update(more)
        return answer
    headers = {**file.headers, "ETag": file.etag, **more}
    return await send_whole(request, memoryview(file.body)[part.start : part.stop], headers, part.status)


def warned(warnings: VoiceWarnings) -> dict[str, str]:
    """The header that tells them, if there are any."""
    return {wire.HEADER_WARNING: warnings.header} if warnings else {}

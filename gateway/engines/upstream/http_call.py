"""One sentence asked of a server: the request, at most one second try, and the sound of the answer."""

import asyncio
import io
import json
import os
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from gateway.engines.upstream.response_head import WorthARetry, body_of, check_status
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from robotvoice import __version__
from robotvoice.engines.child import FULL
from robotvoice.errors import ContentFailure, EngineFailure, MachineFull
from robotvoice.sound.audio_body import SniffedBody
from robotvoice.sound.pcm import AudioFormat
from robotvoice.text.spoken_length import LONGEST_GAP, LONGEST_START, longest_seconds
from robotvoice.wire import wire

SPEECH = "/v1/audio/speech"
PIECE = 960
"""Bytes that are passed on at least: 20 ms at 24 kHz. Whoever sends less than that at a time is stalling."""
WRAPPING = 64 * 1024
"""Bytes of an answer that may be no sound"""
KEPT_OPEN = 20.0
"""Seconds that an idle connection is kept for the next sentence"""


# The last one is what a body that breaks HTTP raises, and is none of the client's own errors.
BROKEN = (aiohttp.ClientError, OSError, HttpProcessingError)
"""What goes wrong on the way"""


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """A good one, as far as can be told from its head and first bytes."""

    response: aiohttp.ClientResponse
    body: SniffedBody
    first: bytes


class UpstreamConnection:
    """To one server."""

    def __init__(
        self,
        name: str,
        settings: UpstreamSettings,
        several_wavs: bool,
        key: str | None,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        """`name` is for messages; `several_wavs`: a WAV may be many that follow each other.

        Belongs to the running event loop.
        """
        self._name, self._settings, self._several_wavs = name, settings, several_wavs
        self._time_of_day = time_of_day
        self._budget = RetryBudget()
        headers = {"User-Agent": f"robotvoice/{__version__}", "Accept-Encoding": "identity"}
        if settings.dialect == "robotvoice":
            # The substitutes are here; one that took over in the middle could not be noticed.
            headers[wire.HEADER_ENGINES] = "own"
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._session = aiohttp.ClientSession(
            headers=headers,
            connector=aiohttp.TCPConnector(
                # Who may ask is counted by the engine; whoever waits for a connection would lose time unseen.
                limit=0,
                keepalive_timeout=KEPT_OPEN,
                ssl=settings.verify_tls,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=settings.connect),
        )

    async def close(self) -> None:
        await self._session.close()

    @asynccontextmanager
    async def asked(self, fields: Mapping[str, Any], expires: float) -> AsyncIterator[UpstreamAnswer]:
        """The answer to a request; closed at once when the block is left.

        `expires` is in the time of the event loop. Raises EngineFailure and EngineUnavailable.
        """
        given = {key: value for key, value in fields.items() if value is not None}
        data = json.dumps(given).encode()
        self._budget.requested()
        answer = await self._opened(data, expires)
        try:
            yield answer
        finally:
            answer.response.close()

    async def get(self, path: str, within: float, limit: int) -> tuple[int, bytes]:
        """Status and body, of which only the first `limit` bytes are read. Raises EngineFailure."""
        try:
            async with (
                asyncio.timeout(within),
                self._session.get(f"{self._settings.url}{path}", allow_redirects=False) as response,
            ):
                body = bytearray()
                while len(body) < limit and (piece := await response.content.read(limit - len(body))):
                    body += piece
                return response.status, bytes(body)
        except TimeoutError:
            raise self._no_answer(within) from None
        except BROKEN as error:
            raise self._unreachable(error) from error

    async def sound(
        self, answer: UpstreamAnswer, text: str, expires: float
    ) -> AsyncGenerator[tuple[bytes, AudioFormat], None]:
        """Runs of samples as they come. Raises EngineFailure, and ContentFailure for nothing, or too much.

        The first run is due at `expires`, each other `gap` seconds after it is waited for.
        """
        body = answer.body
        loop = asyncio.get_running_loop()
        most = LONGEST_START + longest_seconds(text, any_language=True) + LONGEST_GAP
        pending, data, ended = bytearray(), answer.first, False
        received = played = 0
        waited = 0.0
        while not ended:
            began = loop.time()
            try:
                async with asyncio.timeout_at(expires):
                    while len(pending) < PIECE and not ended:
                        data = data or await self._read(answer.response)
                        ended = not data
                        received += len(data)
                        pending += self._fed(body, data)
                        data = b""
                        if received - played - len(pending) > WRAPPING:
                            raise EngineFailure("not_audio", f"{self._name} sends much that is no sound")
            except TimeoutError:
                raise EngineFailure("stalled", f"{self._name} stopped in the middle of a sentence") from None
            waited += loop.time() - began
            played += len(pending)
            if pending:
                if body.format.seconds(body.format.samples(played)) > most:
                    raise ContentFailure("too_long", f"{self._name} sends more than the sentence can need")
                yield bytes(pending), body.format
                pending.clear()
            if waited > most + self._settings.first_audio:
                raise EngineFailure("stalled", f"{self._name} sends its sound more slowly than it is spoken")
            expires = loop.time() + self._settings.gap
        if not played:
            raise ContentFailure("no_audio", f"{self._name} made no audio of a sentence")

    async def _opened(self, data: bytes, expires: float) -> UpstreamAnswer:
        try:
            async with asyncio.timeout_at(expires):
                try:
                    return await self._try(data)
                except WorthARetry as problem:
                    if not self._budget.take():
                        raise problem.failure from problem
                try:
                    return await self._try(data)
                except WorthARetry as problem:
                    raise problem.failure from problem
        except TimeoutError:
            raise self._no_answer(self._settings.first_audio) from None

    async def _try(self, data: bytes) -> UpstreamAnswer:
        """Raises WorthARetry as long as no byte of a good answer has come."""
        try:
            response = await self._session.post(
                f"{self._settings.url}{SPEECH}",
                data=io.BytesIO(data),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            )
        except ssl.SSLError as error:
            raise self._unreachable(error) from error
        except BROKEN as error:
            problem = self._unreachable(error)
            if isinstance(problem, MachineFull):
                raise problem from error
            raise WorthARetry(problem) from error
        try:
            await check_status(response, self._name, self._time_of_day())
            rate = self._settings.sample_rate
            body = body_of(response, self._name, rate, several_wavs=self._several_wavs)
            return UpstreamAnswer(response, body, await response.content.readany())
        except BROKEN as error:
            response.close()
            raise WorthARetry(self._cut()) from error
        except BaseException:
            response.close()
            raise

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.content.readany()
        except BROKEN as error:
            raise self._cut() from error

    def _fed(self, body: SniffedBody, data: bytes) -> bytes:
        try:
            return body.feed(data) if data else body.finish()
        except EngineFailure as failure:
            raise EngineFailure(failure.reason, f"{self._name}: {failure.message}") from None

    def _cut(self) -> EngineFailure:
        return EngineFailure("cut", f"{self._name} broke off its answer")

    def _no_answer(self, seconds: float) -> EngineFailure:
        return EngineFailure("no_answer", f"{self._name} gave no answer within {seconds:g} s")

    def _unreachable(self, error: Exception) -> EngineFailure | MachineFull:
        """Of the error only its kind is told: some hold what the server wrote."""
        if isinstance(error, OSError) and error.errno in FULL:
            return MachineFull(f"{self._name} cannot be reached: {os.strerror(error.errno)}")
        if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError):
            return EngineFailure(
                "not_trusted",
                f"{self._name} shows no certificate that is trusted here",
            )
        if isinstance(error, OSError | aiohttp.ClientConnectionError):
            return EngineFailure("unreachable", f"{self._name} cannot be reached ({type(error).__name__})")
        return EngineFailure("protocol", f"{self._name} does not speak HTTP as it should")


REQUESTS_FOR_A_RETRY = 10
"""So that second tries are at most a tenth of all requests, but for the one in hand"""
MOST_IN_HAND = 3
"""Retries that may be saved up"""


class RetryBudget:
    """One retry in hand, and one more for every ten requests."""

    def __init__(self) -> None:
        self._saved = REQUESTS_FOR_A_RETRY

    def requested(self) -> None:
        """A request is sent for the first time."""
        self._saved = min(self._saved + 1, MOST_IN_HAND * REQUESTS_FOR_A_RETRY)

    def take(self) -> bool:
        """Whether a request may be sent again; if so, that is paid for."""
        if self._saved < REQUESTS_FOR_A_RETRY:
            return False
        self._saved -= REQUESTS_FOR_A_RETRY
        return True

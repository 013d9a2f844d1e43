"""Phrases over HTTP from one gateway. Every wait has a deadline, and nothing is longer than it may be."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import aiohttp

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.dialling import connector_to
from edge_client.link.gateway_answers import other_gateway
from edge_client.phrasebook.phrase_manifest import LARGEST_MANIFEST, Manifest, PhrasesFailed, Recording
from robotvoice.wire import wire

PATH = "/v1/phrases"
SILENCE = 5.0
"""Seconds in which something must come"""
WITHIN = 60.0
"""Seconds for one answer; what is left then is asked for anew"""
PIECE = 64 * 1024
"""Bytes that are in memory"""


class PhraseDownload:
    """A session with one gateway; whatever goes wrong is PhrasesFailed."""

    def __init__(self, endpoint: Endpoint, connect_timeout: float) -> None:
        """Raises EngineFailure for an address that may not be dialled."""
        self._endpoint = endpoint
        self._session = aiohttp.ClientSession(
            connector=connector_to(endpoint),
            timeout=aiohttp.ClientTimeout(total=WITHIN, connect=connect_timeout, sock_read=SILENCE),
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", **endpoint.headers},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def manifest(self, persona: str) -> bytes | None:
        """None: the gateway has no phrases of it."""
        body = bytearray()
        async with self._answer(f"{PATH}/{persona}", 0) as response:
            if response.status == 404:
                return None
            _expect(response, 200)
            async for piece in response.content.iter_chunked(PIECE):
                body += piece
                if len(body) > LARGEST_MANIFEST:
                    raise PhrasesFailed("the gateway's list of phrases is far too long")
        return bytes(body)

    async def recording(
        self, manifest: Manifest, recording: Recording, start: int
    ) -> AsyncGenerator[tuple[int, bytes], None]:
        """Pieces from `start` on, each with its place in the file; all of it again if no part can be had."""
        path = f"{PATH}/{manifest.persona}/{manifest.revision}/{recording.sha256}"
        async with self._answer(path, start) as response:
            place = start
            if response.status == 416:
                yield 0, b""
                raise PhrasesFailed("the gateway has less of a recording than was pulled before")
            if not start or response.status != 206:
                _expect(response, 200)
                place = 0
            elif not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                raise PhrasesFailed("the gateway sent another part of a recording than was asked for")
            async for piece in response.content.iter_chunked(PIECE):
                if place + len(piece) > recording.bytes:
                    raise PhrasesFailed("the gateway sent more than a recording has")
                yield place, piece
                place += len(piece)
        if place < recording.bytes:
            raise PhrasesFailed("the gateway sent only a part of a recording")

    @asynccontextmanager
    async def _answer(self, path: str, start: int) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {"Range": f"bytes={start}-"} if start else {}
        url = self._endpoint.url + path
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                whose = response.headers.get(wire.HEADER_GATEWAY)
                if self._endpoint.gateway_id not in (None, whose):
                    raise PhrasesFailed(other_gateway(self._endpoint).message)
                yield response
        except TimeoutError as error:
            raise PhrasesFailed("the gateway was too slow while phrases were pulled") from error
        except (aiohttp.ClientError, OSError) as error:
            raise PhrasesFailed("the gateway broke off while phrases were pulled") from error


def _expect(response: aiohttp.ClientResponse, status: int) -> None:
    if response.status != status:
        raise PhrasesFailed(f"the gateway answered with status {response.status} when phrases were pulled")

"""Clients that ask an HTTP server."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp

from proofs.benchmarks.clone.answers import LOST, Answer, Answers, answer_of
from proofs.benchmarks.clone.material import Text

WITHIN = 180.0
"""Seconds for one answer; later it is lost"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is asked, and what its answers mean."""

    path: str
    body: Callable[[str], Mapping[str, object]]
    """Of a text"""
    pcm: Callable[[bytes], bytes]
    """Of a whole answer. Raises ValueError"""
    headers: Mapping[str, str]
    """That must be in an answer; one that says otherwise is wrong"""


async def ask(url: str, dialect: Dialect, clients: int, text: Text) -> Answers:
    """So many at the same time ask once each for the text, each over a connection of its own."""
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_client(url, dialect, text)) for _ in range(clients)]
    return Answers(tuple(task.result() for task in tasks), time.perf_counter() - begun)


async def _client(url: str, dialect: Dialect, text: Text) -> Answer:
    limit = aiohttp.ClientTimeout(total=WITHIN)
    async with aiohttp.ClientSession(timeout=limit, auto_decompress=False) as session:
        return await _answer(session, url + dialect.path, dialect, text)


async def _answer(session: aiohttp.ClientSession, url: str, dialect: Dialect, text: Text) -> Answer:
    first = 0.0
    pieces = []
    begun = time.perf_counter()
    try:
        async with session.post(url, json=dialect.body(text.text)) as response:
            if response.status != 200:
                return LOST
            async for piece in response.content.iter_any():
                first = first or time.perf_counter() - begun
                pieces.append(piece)
        answer = answer_of(first, dialect.pcm(b"".join(pieces)))
    except (aiohttp.ClientError, TimeoutError):
        return LOST
    except ValueError:
        return Answer(first, sound=False)
    told = all(response.headers.get(name) == value for name, value in dialect.headers.items())
    return answer if told and pieces else Answer(first, sound=False)

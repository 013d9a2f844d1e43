"""Clients that ask an HTTP server, what came back, and whether it is what was asked for."""

import asyncio
import hashlib
import io
import math
import time
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp
import numpy as np

from proofs.benchmarks.clone.material import Text
from robotvoice.sound.pcm import SAMPLE_WIDTH, WIRE_FORMAT

WITHIN = 180.0
"""Seconds for one answer; later it is lost"""
LENGTH_MAY_DIFFER = 0.3
"""Of the generator's own: without a seed a voice speaks faster or slower each time"""


@dataclass(frozen=True, slots=True)
class Answer:
    """To one request."""

    first: float
    """Seconds from the request to the first sound; infinite: lost"""
    samples: int = 0
    digest: str = ""
    """Of the samples"""
    sound: bool = True
    """False: what came is no speech of the right kind"""

    @property
    def lost(self) -> bool:
        return math.isinf(self.first)


LOST = Answer(math.inf)


@dataclass(frozen=True, slots=True)
class Answers:
    """Of all clients, in no order."""

    answers: tuple[Answer, ...]
    wall: float
    """Seconds from the first request to the last sample"""

    @property
    def audio_per_second(self) -> float:
        """Seconds of audio."""
        return sum(answer.samples for answer in self.answers) / WIRE_FORMAT.sample_rate / self.wall


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
        tasks = [group.create_task(_answer(url + dialect.path, dialect, text)) for _ in range(clients)]
    return Answers(tuple(task.result() for task in tasks), time.perf_counter() - begun)


async def _answer(url: str, dialect: Dialect, text: Text) -> Answer:
    first = 0.0
    pieces = []
    limit = aiohttp.ClientTimeout(total=WITHIN)
    try:
        async with aiohttp.ClientSession(timeout=limit, auto_decompress=False) as session:
            begun = time.perf_counter()
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


def answer_of(first: float, pcm: bytes) -> Answer:
    """`pcm` is PCM_16; one that is silent throughout is not sound."""
    heard = len(pcm) % SAMPLE_WIDTH == 0 and bool(np.frombuffer(pcm, dtype="<i2").any())
    return Answer(first, len(pcm) // SAMPLE_WIDTH, hashlib.sha256(pcm).hexdigest(), heard)


def pcm_of_wavs(body: bytes) -> bytes:
    """Of one WAV, or of several that follow each other. Raises ValueError."""
    pcm = b""
    while body:
        if len(body) < 8 or body[:4] != b"RIFF":
            raise ValueError("this is no WAV")
        length = 8 + int.from_bytes(body[4:8], "little")
        try:
            with wave.open(io.BytesIO(body[:length])) as file:
                shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
                pcm += file.readframes(file.getnframes())
        except (wave.Error, EOFError) as error:
            raise ValueError(str(error)) from error
        if shape != (WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels, SAMPLE_WIDTH):
            raise ValueError(f"a WAV of another shape: {shape}")
        body = body[length:]
    return pcm


def wrong(answer: Answer, *, alike: Answer | None, length: int) -> bool:
    """Whether an answer that came is not the one that was asked for.

    `alike` is an answer that it must equal; None where no seed can be given: then it must only sound, and be
    about as long as the generator's own, `length` samples.
    """
    if answer.lost:
        return False
    if alike is not None:
        return (answer.digest, answer.samples) != (alike.digest, length)
    return not answer.sound or abs(answer.samples - length) > LENGTH_MAY_DIFFER * length

"""A client that leaves stops the work: within a piece of the sentence, or within one encoding of its clip."""

import asyncio
import base64
import json
import os
import signal
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
import soundfile

from gateway.clips.clip import CLIP_RATE
from tests.gateway.engines.mlx.cloning_gateway import PIECE, SPARE, CloningGateway, written
from tests.gateway.engines.mlx.listening import LONG, until

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

RESET = struct.pack("ii", 1, 0)
FLOAT_BYTES = 4
MORE_THAN_A_REQUEST = 64_000
"""Bytes that a gateway hands to a worker only with a clip"""


@asynccontextmanager
async def asking(gateway: CloningGateway, reset: bool, **fields: str) -> AsyncIterator[asyncio.StreamReader]:
    """A client that leaves with the block, by a reset or in order, without having read to the end."""
    asked = {"model": "tts-1", "voice": SPARE, "input": LONG, "response_format": "pcm", **fields}
    body = json.dumps(asked).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.process.port)
    writer.write(f"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n".encode())
    writer.write(b"Content-Type: application/json\r\n\r\n" + body)
    try:
        yield reader
        if reset:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    finally:
        writer.close()


async def what_it_still_writes(gateway: CloningGateway, worker: psutil.Process) -> int:
    """Bytes, once its client has left while it stood still: until it rests."""
    await gateway.until_speaking(0)
    begin = written(worker)
    os.kill(worker.pid, signal.SIGCONT)
    await until(lambda: written(worker) > begin)
    heard = await gateway.said("speech", SPARE, "Hi.")
    assert (heard.status, heard.engine, worker.is_running()) == (200, "mlx", True)
    return written(worker) - begin - len(heard.body)


@pytest.mark.parametrize("reset", [True, False])
async def test_in_the_middle_of_a_sentence(gateway: CloningGateway, reset: bool) -> None:
    """The worker is stopped while its client leaves, so that nothing depends on who is quicker."""
    worker = await gateway.until_well()
    async with asking(gateway, reset) as answer:
        await answer.readexactly(PIECE)
        os.kill(worker.pid, signal.SIGSTOP)
    # The piece it was at; and one more if it had looked for a word to stop at just before.
    assert await what_it_still_writes(gateway, worker) < 3 * PIECE


async def test_while_its_clip_is_encoded(
    gateway: CloningGateway, references: dict[str, tuple[Path, str]]
) -> None:
    """Nothing is spoken with a clip whose sender has left."""
    file, words = references["b"]
    clip = file.read_bytes()
    worker = await gateway.until_well()
    os.kill(worker.pid, signal.SIGSTOP)
    process = gateway.process.found
    begin = process.io_counters().write_chars
    async with asking(
        gateway, True, ref_audio=base64.b64encode(clip).decode(), ref_text=words, consent="tests"
    ):
        # The file goes to the process that decodes it, whose own writing is counted as the gateway's once it
        # has ended, and what came of it is handed to the worker after it was checked.
        decoded = round(soundfile.info(file).duration * CLIP_RATE) * FLOAT_BYTES
        handed_out = begin + len(clip) + decoded + MORE_THAN_A_REQUEST
        await until(lambda: process.io_counters().write_chars > handed_out)
    assert await what_it_still_writes(gateway, worker) < PIECE

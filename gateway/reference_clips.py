"""Reference clips from outside: decoded in a process of their own, checked, and kept for the next time."""

import asyncio
import contextlib
import json
import os
import stat
import sys
import weakref
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from gateway.clip import CheckedClip
from gateway.clip_checks import check_caller_clip, check_persona_clip
from speech.errors import InvalidClip

DECODER = Path(__file__).with_name("clip_decoder.py")
FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of a clip's file"""
DURATION_LIMIT = 30.0
"""Seconds of a clip that are decoded at all"""
DECODE_WITHIN = 10.0
"""Seconds from the start of the process to its end"""
DECODERS = 2
"""Processes at a time; further clips wait for one of them"""
KEPT = 32
"""Clips of personas in memory, 1.5 MB each"""

Stamp = tuple[str, int, int]
"""Path, time of the last change in ns, size in bytes"""

_kept: OrderedDict[Stamp, CheckedClip] = OrderedDict()
_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()


async def load_persona_clip(path: Path) -> CheckedClip:
    """The clip of a persona, of 3 to 15 s. Raises InvalidClip, which says what to do about it."""
    stamp = await asyncio.to_thread(_stamp, path)
    if stamp in _kept:
        _kept.move_to_end(stamp)
        return _kept[stamp]
    checked = check_persona_clip(*await _decoded(await asyncio.to_thread(_read, path)))
    _kept[stamp] = checked
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return checked


async def load_caller_clip(data: bytes) -> CheckedClip:
    """The clip that came with a request; one above 15 s is cut, with a warning. Raises InvalidClip."""
    if len(data) > FILE_LIMIT:
        raise _too_large()
    return check_caller_clip(*await _decoded(data))


def _too_large() -> InvalidClip:
    return InvalidClip(
        f"the clip is larger than {FILE_LIMIT // 2**20} MB; "
        "give 10 to 15 s of speech as WAV, FLAC, MP3 or Ogg"
    )


def _stamp(path: Path) -> Stamp:
    """What changes when the file is written anew."""
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error.strerror) from error
    if not stat.S_ISREG(found.st_mode):
        raise _unreadable(path, "it is no file")
    return str(path), found.st_mtime_ns, found.st_size


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(FILE_LIMIT + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror) from error
    if len(data) > FILE_LIMIT:
        raise _too_large()
    return data


def _unreadable(path: Path, why: str | None) -> InvalidClip:
    return InvalidClip(f"the clip {path.name} cannot be read ({why}); put a readable file there")


async def _decoded(data: bytes) -> tuple[np.ndarray, float, float]:
    """(samples, seconds, share of samples at full scale) of a file. Raises InvalidClip."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(DECODERS))
    async with turn:
        try:
            async with asyncio.timeout(DECODE_WITHIN):
                answer, sound = await _decode(data)
        except TimeoutError:
            raise InvalidClip("the clip takes too long to decode; give a plain WAV file") from None
    if "refused" in answer:
        raise InvalidClip(f"the clip cannot be used: {answer['refused']}")
    if not answer["finite"]:
        raise InvalidClip("the clip holds values that are no numbers; export it again from the recording")
    return np.frombuffer(sound, dtype="<f4"), answer["seconds"], answer["clipped"]


async def _decode(data: bytes) -> tuple[dict[str, Any], bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-B", str(DECODER), str(DURATION_LIMIT)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Each thread of the BLAS library takes its share of the address space, and none is needed.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        output, _ = await process.communicate(data)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    head, _, sound = output.partition(b"\n")
    if process.returncode:
        raise InvalidClip("the clip made its decoder fail; give a plain WAV file of 10 to 15 s")
    return json.loads(head), sound

"""Reference clips from outside: decoded in a process of their own, checked, and kept for the next time."""

import asyncio
import json
import os
import stat
import sys
import weakref
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gateway.clips.clip import CLIP_RATE, CheckedClip, Clip
from gateway.clips.clip_trimming import check_caller_clip, check_persona_clip
from gateway.clips.decoding.containers import READABLE, container_named, converter_of
from gateway.clips.measures import Recorded
from gateway.clips.words import words_against
from robotvoice.engines.child import end, spawn
from robotvoice.errors import InvalidClip
from robotvoice.sound.pcm import AudioFormat, wav_file

DECODER = Path(__file__).parent / "decoding" / "clip_decoder.py"
CONVERTER = DECODER.with_name("containers.py")
HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Variables that the two need to find their libraries and programs; keys of upstreams are others"""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Each thread of the BLAS library takes its share of the address space, and none is needed"""
FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of a clip's file"""
LONG_FILE_LIMIT = 64 * 1024 * 1024
"""Bytes of a recording on this machine that is looked at, to say where to cut it"""
DECODED = 60.0
"""Seconds of a file that are decoded: enough to find the places to cut it"""
DECODE_WITHIN = 10.0
"""Seconds from the start of the process to its end"""
DECODERS = 2
"""Processes at a time; further clips wait for one of them"""
CACHE_SIZE = 32
"""Clips of personas in memory, 1.5 MB each, or why they cannot be used"""

Stamp = tuple[str, int, int]
"""Path, time of the last change in ns, size in bytes"""

_kept: OrderedDict[Stamp, CheckedClip | InvalidClip] = OrderedDict()
_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = weakref.WeakKeyDictionary()


async def load_persona_clip(
    path: Path, transcript: str | None = None, language: str | None = None
) -> CheckedClip:
    """The clip of a persona, of 3 to 15 s, and what was found in it and in the words that belong to it.

    Raises InvalidClip, which says what to do about it.
    """
    checked = await _persona_clip(path)
    told = words_against(checked.heard, transcript, language) if transcript and checked.heard else None
    if told is None:
        return checked
    if told.level == "problem":
        raise InvalidClip(told.text)
    return replace(checked, findings=(*checked.findings, told))


async def _persona_clip(path: Path) -> CheckedClip:
    """Kept until its file changes, whether it can be used or not."""
    stamp = await asyncio.to_thread(_stamp, path)
    if stamp not in _kept:
        _kept[stamp] = await _checked(path)
        while len(_kept) > CACHE_SIZE:
            _kept.popitem(last=False)
    _kept.move_to_end(stamp)
    kept = _kept[stamp]
    if isinstance(kept, InvalidClip):
        raise InvalidClip(kept.message)
    return kept


async def load_caller_clip(data: bytes) -> CheckedClip:
    """The clip that came with a request; one above 15 s is cut, with a warning. Raises InvalidClip."""
    if len(data) > FILE_LIMIT:
        raise _too_large(FILE_LIMIT)
    return await asyncio.to_thread(check_caller_clip, *await _decoded(data))


async def _checked(path: Path) -> CheckedClip | InvalidClip:
    data = await asyncio.to_thread(_read, path)
    try:
        return await asyncio.to_thread(check_persona_clip, *await _decoded(data, path))
    except _Passing as passing:
        raise InvalidClip(passing.message) from None
    except InvalidClip as invalid:
        return invalid


class _Passing(InvalidClip):
    """What may well be different the next time."""


def wav_of(clip: Clip) -> bytes:
    """As a file, without the silence behind it: whoever takes it adds what its model needs."""
    samples = np.frombuffer(clip.samples, dtype="<f4")[: round(clip.seconds * CLIP_RATE)]
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    return wav_file(pcm, AudioFormat(CLIP_RATE))


def _too_large(limit: int) -> InvalidClip:
    return InvalidClip(
        f"the clip is larger than {limit // 2**20} MB; "
        "cut it to 10 to 15 s of speech, and save it as WAV, FLAC or MP3"
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
            data = file.read(LONG_FILE_LIMIT + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror) from error
    if len(data) > LONG_FILE_LIMIT:
        raise _too_large(LONG_FILE_LIMIT)
    return data


def _unreadable(path: Path, why: str | None) -> InvalidClip:
    return InvalidClip(f"the clip {path.name} cannot be read ({why}); put a readable file there")


async def _decoded(data: bytes, path: Path | None = None) -> tuple[np.ndarray, Recorded]:
    """The sound of a file; if `path` says where it lies it may be converted first. Raises InvalidClip."""
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(DECODERS))
    async with turn:
        try:
            async with asyncio.timeout(DECODE_WITHIN):
                answer, sound = await _decode(data, path)
        except TimeoutError:
            raise _Passing("the clip takes too long to decode; give a plain WAV file") from None
    if "refused" in answer:
        raise InvalidClip(f"the clip cannot be used: {_refusal(answer, path)}")
    if not answer["finite"]:
        raise InvalidClip("the clip holds values that are no numbers; export it again from the recording")
    file = Recorded(
        answer["seconds"],
        more=answer["more"],
        clipped=answer["clipped"],
        channels=answer["channels"],
        channel=answer["channel"],
        converted=answer.get("converted"),
    )
    return np.frombuffer(sound, dtype="<f4"), file


def _refusal(answer: dict[str, Any], path: Path | None) -> str:
    """What the decoder said, and if the file has to be converted the line to type."""
    said = str(answer["refused"])
    container = container_named(answer["container"]) if answer.get("container") else None
    if container is None:
        return said
    if path is None:
        return f"{said}; send {READABLE}, made for instance by: {container.line_to_type(mac=False)}"
    return f"{said}, and nothing on this machine converts it; type: {container.line_to_type(path.name)}"


async def _decode(data: bytes, path: Path | None = None) -> tuple[dict[str, Any], bytes]:
    answer, sound = await _decoded_by_process(data)
    container = container_named(answer["container"]) if path and answer.get("container") else None
    program = await asyncio.to_thread(converter_of, container) if container else None
    if path and container and program:
        # So that no name of a file reads as an option.
        file = os.path.join(os.curdir, path)  # noqa: PTH118 (pathlib drops the `./`)
        made = await _output_of(CONVERTER, container.suffix, str(DECODED + 1), file)
        if not made:
            named = f"it is {container.name} that {Path(program).name} cannot convert; export it as WAV"
            return {"refused": named}, b""
        answer, sound = await _decoded_by_process(made)
        answer["converted"] = Path(program).name
    return answer, sound


async def _decoded_by_process(data: bytes) -> tuple[dict[str, Any], bytes]:
    output = await _output_of(DECODER, str(DECODED), data=data)
    head, _, sound = output.partition(b"\n")
    return json.loads(head), sound


async def _output_of(program: Path, *arguments: str, data: bytes = b"") -> bytes:
    """What one of ours that looks at a file from outside says of it. It gets nothing of this process."""
    process = await spawn(
        *(sys.executable, "-I", "-B", str(program), *arguments),
        env={name: os.environ[name] for name in HANDED_ON if name in os.environ} | ONE_THREAD,
        # So that a program which converts ends with it.
        group=True,
    )
    try:
        output, _ = await process.communicate(data)
    finally:
        await end(process, group=True)
    if process.returncode:
        raise InvalidClip("the clip made its decoder fail; give a plain WAV file of 10 to 15 s")
    return output

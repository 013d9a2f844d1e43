"""Kept audio on disk: a file for each sentence, bounded in bytes, the one unused for longest goes first.

All of it blocks, and is for one thread at a time. What is written is there whole or not at all, and what
is read is what was written: a file that was cut, changed or renamed is dropped.
"""

import hashlib
import json
import logging
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gateway.ground.owned_folder import UNFINISHED, taken, write_whole
from robotvoice.sound.pcm import AudioFormat, Origin

log = logging.getLogger(__name__)

MAGIC = b"RVA1"
DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class StoredAudio:
    """A whole sentence, as the engine made it."""

    pcm: bytes
    format: AudioFormat
    origin: Origin


@dataclass(slots=True)
class AudioFiles:
    """The files of one folder, for as long as nobody else has them."""

    folder: Path
    limit: int
    """Bytes of all files together"""
    total: int = 0
    """Bytes of all files that are there"""
    _sizes: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """By key, the one unused for longest first"""
    _lock: IO[bytes] | None = None
    _trouble: str | None = None

    def open(self) -> None:
        """Takes the folder and looks what is there. Raises OSError; BlockingIOError: another one has it."""
        self._lock = taken(self.folder)
        try:
            self._look()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Lets go of the folder."""
        self._sizes.clear()
        self.total = 0
        if self._lock:
            self._lock.close()
            self._lock = None

    def __contains__(self, key: str) -> bool:
        return key in self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def read(self, key: str) -> StoredAudio | None:
        """What was written under this key; None if it is not held, or not as it was written."""
        if key not in self._sizes:
            return None
        path = self._path(key)
        try:
            audio = _unpacked(key, path.read_bytes())
        except FileNotFoundError:
            self._forget(key)
            return None
        except OSError as error:
            self._tell(error)
            return None
        except ValueError:
            log.warning("kept audio was damaged and is dropped", extra={"file": str(path)})
            self._remove(key)
            return None
        self._sizes.move_to_end(key)
        try:
            os.utime(path)  # the order of use outlives a restart
        except OSError as error:
            self._tell(error)
        return audio

    def write(self, key: str, audio: StoredAudio) -> None:
        """Keeps it. What cannot be written is told in the log, and the rest goes on."""
        content = _packed(key, audio)
        if self._lock is None or len(content) > self.limit:
            return
        while self._sizes and self.total + len(content) - self._sizes.get(key, 0) > self.limit:
            self._remove(next(iter(self._sizes)))
        try:
            write_whole(self._path(key), content)
        except OSError as error:
            self._tell(error)
            return
        self._forget(key)
        self._sizes[key] = len(content)
        self.total += len(content)
        self._trouble = None

    def _look(self) -> None:
        found = []
        for path in self.folder.iterdir():
            if path.name.startswith(UNFINISHED):
                path.unlink(missing_ok=True)
            elif path.suffix == ".audio":
                stat = path.stat()
                found.append((stat.st_mtime_ns, path.stem, stat.st_size))
        for _, key, size in sorted(found):
            self._sizes[key] = size
            self.total += size
        while self.total > self.limit:
            self._remove(next(iter(self._sizes)))

    def _remove(self, key: str) -> None:
        self._forget(key)
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            self._tell(error)

    def _forget(self, key: str) -> None:
        self.total -= self._sizes.pop(key, 0)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.audio"

    def _tell(self, error: OSError) -> None:
        """Once for each trouble, not for each sentence."""
        trouble = error.strerror or type(error).__name__
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning(
                "audio cannot be kept on disk (%s), only in memory; make room or make it writable",
                trouble,
                extra={"folder": str(self.folder)},
            )


def _packed(key: str, audio: StoredAudio) -> bytes:
    """Magic, SHA-256 of the key and all that follows it, a line of JSON, PCM_16."""
    origin = audio.origin
    about = {
        "sample_rate": audio.format.sample_rate,
        "channels": audio.format.channels,
        "engine": origin.engine,
        "voice": origin.voice,
        "settings": dict(origin.settings),
    }
    body = json.dumps(about).encode() + b"\n" + audio.pcm
    return MAGIC + hashlib.sha256(key.encode() + body).digest() + body


def _unpacked(key: str, content: bytes) -> StoredAudio:
    """Raises ValueError if it is not what was packed under this key."""
    start = len(MAGIC) + DIGEST_BYTES
    body = content[start:]
    if content[:start] != MAGIC + hashlib.sha256(key.encode() + body).digest():
        raise ValueError("damaged")
    line, _, pcm = body.partition(b"\n")
    about = json.loads(line)
    audio_format = AudioFormat(about["sample_rate"], about["channels"])
    return StoredAudio(pcm, audio_format, Origin(about["engine"], about["voice"], about["settings"]))

"""Recordings of phrases on disk: a folder for each edition of a persona's voice, with a manifest.

All of it blocks, and is for one thread at a time. What is written is there whole or not at all, and what is
found is what was written: a file that was cut or changed is removed, and so is what nobody speaks with. An
edition stays for a day first: a persona may be missing only until a slip in its file is mended.
"""

import hashlib
import json
import logging
import shutil
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from gateway.ground.owned_folder import taken, write_whole
from gateway.phrases.phrase_pack import Recording

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
GONE = ".gone"
"""In an edition that nobody speaks with; its time says since when"""
STAYS = 24 * 3600.0
"""Seconds until it is removed"""


@dataclass(slots=True)
class PhraseFiles:
    """The recordings of one folder, for as long as nobody else has it."""

    folder: Path
    _lock: IO[bytes] | None = None
    _gone: list[Path] = field(default_factory=list)
    """Editions that nobody speaks with, in the order in which they go"""

    def look(self, wanted: Mapping[str, Collection[str]]) -> dict[str, dict[str, Recording]]:
        """What there is of the texts wanted of each edition; other editions are removed, if not at once.

        Raises OSError; BlockingIOError: another process has the folder.
        """
        if not any(wanted.values()) and not self.folder.exists():
            return {}
        if not self._lock:
            self._lock = taken(self.folder)
        gone = {}
        for path in self.folder.iterdir():
            if path.is_dir() and not wanted.get(path.name):
                if path.is_symlink() or (since := _gone_since(path)) < time.time() - STAYS:
                    _remove(path)
                else:
                    gone[path] = since
        self._gone = sorted(gone, key=gone.__getitem__)
        return {edition: self._look(edition, texts) for edition, texts in wanted.items() if texts}

    def write(self, edition: str, wav: bytes, recordings: Iterable[Recording]) -> None:
        """Keeps a WAV; it is one of these recordings, which are all of this edition. Raises OSError."""
        folder = self.folder / edition
        write_whole(self.path(edition, hashlib.sha256(wav).hexdigest()), wav)
        kept = list(recordings)
        write_whole(folder / MANIFEST, json.dumps([asdict(each) for each in kept], indent=1).encode())
        self._remove_others(folder, kept)

    def keep_within(self, room: int) -> None:
        """What nobody speaks with is removed until it takes no more bytes than this. Raises OSError."""
        while self._gone and sum(map(_bytes_of, self._gone)) > room:
            _remove(self._gone.pop(0))

    def path(self, edition: str, sha256: str) -> Path:
        return self.folder / edition / f"{sha256}.wav"

    def is_whole(self, edition: str, recording: Recording) -> bool:
        """Whether its file is there, as it was written."""
        try:
            content = self.path(edition, recording.sha256).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(content).hexdigest() == recording.sha256

    def close(self) -> None:
        """Lets go of the folder."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def _look(self, edition: str, texts: Collection[str]) -> dict[str, Recording]:
        folder = self.folder / edition
        found: dict[str, Recording] = {}
        for recording in _manifest(folder / MANIFEST):
            if recording.text not in texts:
                continue
            if self.is_whole(edition, recording):
                found[recording.text] = recording
            else:
                path = self.path(edition, recording.sha256)
                log.warning("a recorded phrase was damaged and is made anew", extra={"file": str(path)})
        if folder.exists():
            self._remove_others(folder, found.values())
        return found

    @staticmethod
    def _remove_others(folder: Path, recordings: Iterable[Recording]) -> None:
        kept = {MANIFEST, *(f"{each.sha256}.wav" for each in recordings)}
        for path in folder.iterdir():
            if path.name not in kept:
                _remove(path)


def _remove(path: Path) -> None:
    """What a link leads to stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _gone_since(edition: Path) -> float:
    """Now, if it was wanted until now, or the clock was set back. Raises OSError."""
    mark, now = edition / GONE, time.time()
    if mark.exists() and (since := mark.stat().st_mtime) <= now:
        return since
    mark.touch(mode=0o600)
    return now


def _bytes_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.iterdir())


def _manifest(path: Path) -> list[Recording]:
    """One that cannot be read is as good as none."""
    try:
        found = [Recording(**each) for each in json.loads(path.read_bytes())]
        if not all(each.gain > 0 for each in found):
            raise ValueError("no gain")
        return found
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        log.warning("the list of recorded phrases cannot be read", extra={"file": str(path)})
        return []

"""Makes a checkpoint once and gives the same one to everybody who asks for it again."""

import fcntl
import hashlib
import importlib.metadata
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proofs.tiny_voice.configs import Ending, Kind, Size

STAMP = "made_by.txt"
"""Holds a hash of all that decides what is in the checkpoint"""
BUILD_WITHIN = 120.0
"""Seconds; it takes two"""
_SOURCES = Path(__file__).parent


class CheckpointFailed(Exception):
    """The checkpoint could not be made; the message says why and what to do."""


def make_checkpoint(
    folder: Path, *, kind: Kind = "base", ending: Ending = "natural", size: Size | None = None
) -> Path:
    """Makes `folder` a checkpoint, unless it is this very one already, and returns it.

    Without `size` it is the one the real models of this kind are best known in. Safe to call from several
    processes at once. Blocks for about two seconds when there is something to make. Raises CheckpointFailed.
    """
    folder = folder.absolute()
    size = size or ("0b6" if kind == "base" else "1b7")
    stamp = _stamp(kind, ending, size)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(folder):
        if _stamp_of(folder) == stamp:
            return folder
        if _stamp_of(folder) is None and folder.exists() and any(folder.iterdir()):
            raise CheckpointFailed(f"{folder} holds something else; name a folder that is new or empty")
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            new = Path(scratch) / "new"
            new.mkdir()
            _build(new, kind, ending, size)
            (new / STAMP).write_text(stamp, encoding="utf-8")
            if folder.exists():
                folder.rename(Path(scratch) / "old")
            new.rename(folder)
    return folder


def _build(folder: Path, kind: Kind, ending: Ending, size: Size) -> None:
    command = [sys.executable, "-m", "proofs.tiny_voice.build", str(folder), kind, ending, size]
    try:
        subprocess.run(
            command, cwd=_SOURCES.parent, check=True, capture_output=True, text=True, timeout=BUILD_WITHIN
        )
    except subprocess.CalledProcessError as ended:
        raise CheckpointFailed(f"The checkpoint could not be made:\n{ended.stderr}") from ended
    except subprocess.TimeoutExpired:
        raise CheckpointFailed(f"The checkpoint was not made within {BUILD_WITHIN:g} s") from None


def _stamp(kind: Kind, ending: Ending, size: Size) -> str:
    try:
        loader = importlib.metadata.version("mlx-audio")
    except importlib.metadata.PackageNotFoundError:
        raise CheckpointFailed("mlx-audio is not installed; pip install 'robotvoice[mlx]'") from None
    content = hashlib.sha256("\n".join((kind, ending, size, loader)).encode())
    for source in sorted(_SOURCES.glob("*.py")):
        content.update(source.read_bytes())
    return content.hexdigest()


def _stamp_of(folder: Path) -> str | None:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """The lock is a file beside the folder and stays there: taking it away would let two in."""
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

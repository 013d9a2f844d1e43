"""Files of a folder whose owner is not trusted with the rest of the disk."""

import unicodedata
from pathlib import Path

from robotvoice.ground.near_names import did_you_mean, near


class Unreadable(Exception):
    """A file that cannot be used; the message follows its name: `is ...; do ...`."""


class Missing(Unreadable):
    """There is no such file."""


def spelled_there(path: Path) -> Path:
    """The path as the disk spells its last part: `ä` may be written as one character or as two."""
    try:
        if path.exists():
            return path
        wanted = unicodedata.normalize("NFC", path.name)
        same = (
            entry for entry in path.parent.iterdir() if unicodedata.normalize("NFC", entry.name) == wanted
        )
        return next(same, path)
    except OSError:
        return path


def names_beside(path: Path) -> list[str]:
    """Of the files in its folder, in order."""
    try:
        return sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())
    except OSError:
        return []


def near_names(path: Path) -> list[str]:
    """Files beside a missing one that may be meant, the nearest first."""
    return near(path.name, names_beside(path), 2, 0.75)


def read_inside(path: Path, root: Path, limit: int) -> bytes:
    """What a regular file inside `root` holds: at most `limit` bytes. Raises Unreadable."""
    path = spelled_there(path)
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise Unreadable("a symlink leads out of the personas folder; copy into it what it leads to")
        if not real.is_file():
            raise Unreadable("is not a file; replace it with one")
        with real.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError as error:
        mend = did_you_mean(near_names(path), "put it there, or remove what names it")
        raise Missing(f"is missing; {mend}") from error
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "a loop of symlinks"
        raise Unreadable(f"cannot be read ({why}); make it readable for this user") from error
    if len(raw) > limit:
        size = f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit // 1024} KiB"
        raise Unreadable(f"is larger than {size}; shorten it")
    return raw

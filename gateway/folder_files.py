"""Files of a folder whose owner is not trusted with the rest of the disk."""

from pathlib import Path


class Unreadable(Exception):
    """A file that cannot be used; the message follows its name: `is ...; do ...`."""


class Missing(Unreadable):
    """There is no such file."""


def read_inside(path: Path, root: Path, limit: int) -> bytes:
    """What a regular file inside `root` holds: at most `limit` bytes. Raises Unreadable."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise Unreadable("a symlink leads out of the personas folder; copy into it what it leads to")
        if not real.is_file():
            raise Unreadable("is not a file; replace it with one")
        with real.open("rb") as file:
            raw = file.read(limit + 1)
    except FileNotFoundError as error:
        raise Missing("is missing; put it there, or remove what names it") from error
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "a loop of symlinks"
        raise Unreadable(f"cannot be read ({why}); make it readable for this user") from error
    if len(raw) > limit:
        size = f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit // 1024} KiB"
        raise Unreadable(f"is larger than {size}; shorten it")
    return raw

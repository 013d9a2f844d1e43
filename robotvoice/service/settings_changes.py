"""Whether a program uses what its file of settings says by now: it reads that only when it starts."""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robotvoice.errors import InvalidSettings


@dataclass(frozen=True, slots=True)
class Changes:
    """What a restart would bring."""

    names: tuple[str, ...] = ()
    """Settings that have another value in the file than the program uses"""
    problem: str | None = None
    """Why the file cannot be used any more, so that a restart would fail"""

    def as_json(self) -> dict[str, Any]:
        return {"changed": list(self.names), "problem": self.problem}


class SettingsChanges:
    """Reads the file again only after it was written."""

    def __init__(
        self,
        used: object,
        names: Iterable[str],
        load: Callable[[], object],
        file: Callable[[], Path | None],
    ) -> None:
        """`load` reads the settings as at the start; `file` is where they are read from, None: from none."""
        self._used, self._names, self._load, self._file = used, tuple(names), load, file
        self._seen = self._stamp()
        self._changes = Changes()

    def now(self) -> Changes:
        """Takes some milliseconds after the file was written, else none."""
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            self._changes = self._compared()
        return self._changes

    def _compared(self) -> Changes:
        try:
            loaded = self._load()
        except InvalidSettings as error:
            return Changes(problem=error.message)
        differ = (name for name in self._names if getattr(loaded, name) != getattr(self._used, name))
        return Changes(tuple(differ))

    def _stamp(self) -> tuple[str, int, int, int] | None:
        """Of the file as it is now; None if there is none."""
        with suppress(OSError, InvalidSettings):
            if file := self._file():
                found = os.stat(file)  # noqa: PTH116 - its own errors are of no interest here
                return str(file), found.st_ino, found.st_mtime_ns, found.st_size
        return None

"""A disk that is full, read-only or somebody else's: told once for each trouble, not for each sentence."""

import logging
from pathlib import Path


class DiskTrouble:
    """What the log was told last."""

    def __init__(self, log: logging.Logger, message: str, folder: Path, taken: str = "") -> None:
        """`message` has a %s for what is wrong, which is `taken` if another process has the folder."""
        self._log, self._message, self._folder, self._taken = log, message, folder, taken
        self._told: str | None = None

    def tell(self, error: OSError) -> None:
        """A warning, unless it is still the same."""
        trouble = error.strerror or type(error).__name__
        if self._taken and isinstance(error, BlockingIOError):
            trouble = self._taken
        if trouble != self._told:
            self._told = trouble
            self._log.warning(self._message, trouble, extra={"folder": str(self._folder)})

    def over(self) -> None:
        """Something was written: whatever comes next is told."""
        self._told = None

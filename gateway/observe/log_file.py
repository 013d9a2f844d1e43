"""The log in a file that stays small: launchd lets it grow, and newsyslog would need root."""

import logging
import os
import shutil
from pathlib import Path

from robotvoice.errors import InvalidSettings

LARGEST = 2_000_000
"""Bytes; what comes before is kept in a second file, FILE.1"""


def log_to_file(path: Path) -> None:
    """From here on standard output and error, of this process and its children, go to the end of the file.

    It is cut each time a line of the log makes it too large. Raises InvalidSettings.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise InvalidSettings(
            f"log_file: {path} cannot be written ({error.strerror}); name a file in a folder that is there"
        ) from error
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    logging.getLogger().addHandler(_SizeLimit(path))


class _SizeLimit(logging.Handler):
    """Writes nothing: it comes after the handler that does."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if os.fstat(2).st_size > LARGEST:
                # Copied and emptied, not renamed: children write into it as well, and all of them append.
                shutil.copyfile(self._path, f"{self._path}.1")
                os.ftruncate(2, 0)
        except OSError:
            self.handleError(record)

"""Small files that outlive a process: written whole or not at all, and never worth falling silent for."""

import logging
import os
import tempfile
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)


def write_atomically(path: Path, text: str) -> None:
    """Replaces the file in one step, for its owner's eyes only. What goes wrong is logged, never raised."""
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except OSError as error:
        log.warning("%s could not be written: %s", path, error.strerror or error)
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()

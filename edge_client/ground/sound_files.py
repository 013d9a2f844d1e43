"""Which files hold the sound that is written here: WAV, and none that is called something else."""

import re
from pathlib import Path

NAMED = re.compile(r"\.[A-Za-z0-9]{1,5}")
"""What names a kind of file; a longer ending is a part of the name, as `mktemp` makes them"""
WAV = {".wav", ".wave"}


def no_wav(file: Path) -> str | None:
    """Why a name cannot be that of a WAV file, for a person; None if it can. A name without an ending can."""
    ending = file.suffix
    if not NAMED.fullmatch(ending) or ending.lower() in WAV:
        return None
    name, better = repr(file.name)[:80], repr(file.with_suffix(".wav").name)[:80]
    return f"only WAV files are written, and {name} names another kind: call it {better}"

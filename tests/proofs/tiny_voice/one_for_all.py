"""Tiny checkpoints that all tests of a session share: each takes two seconds to make."""

from pathlib import Path

import pytest

from proofs.tiny_voice import Ending, Kind, Size, make_checkpoint


def one_for_all(
    folders: pytest.TempPathFactory,
    kind: Kind = "base",
    ending: Ending = "natural",
    size: Size | None = None,
) -> Path:
    """The folder of this checkpoint, which nobody may change."""
    folder = folders.getbasetemp() / "tiny_voice" / f"{kind}-{ending}-{size}"
    return make_checkpoint(folder, kind=kind, ending=ending, size=size)

"""What is told fits what happened."""

import errno
import logging
from pathlib import Path

import pytest

from gateway.settings.settings import Settings, gateway_identity


def test_on_a_full_disk_room_is_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gateway.settings.settings.write_whole", full)
    with caplog.at_level(logging.WARNING):
        gateway_identity(Settings(state_dir=tmp_path))
    assert "each start looks like a new gateway; make room" in caplog.text

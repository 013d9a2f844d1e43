"""What is told fits what happened."""

import errno
import logging
from pathlib import Path

import pytest

from gateway.security.identity import identity_in


def test_on_a_full_disk_room_is_asked_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("gateway.security.identity.write_whole", full)
    with caplog.at_level(logging.WARNING):
        assert not identity_in(tmp_path).kept
    assert "no robot can be paired; make room on its disk" in caplog.text

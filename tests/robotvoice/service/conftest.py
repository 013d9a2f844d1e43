"""The machine that services are installed on."""

from pathlib import Path

import pytest

from tests.robotvoice.service.rig import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)

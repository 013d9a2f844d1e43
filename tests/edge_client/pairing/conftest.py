"""Two gateways with certificates of their own, made once: nothing of them changes."""

from pathlib import Path

import pytest

from gateway.security.identity import Identity
from tests.edge_client.pairing.pairing_rig import made


@pytest.fixture(scope="session")
def mac(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    """The one that the robot is paired with."""
    folder: Path = tmp_path_factory.mktemp("mac")
    return made(folder)


@pytest.fixture(scope="session")
def rogue(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    folder: Path = tmp_path_factory.mktemp("rogue")
    return made(folder)

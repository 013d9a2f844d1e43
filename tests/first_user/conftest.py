"""The ten scenarios of the robot this project was first made for, with the numbers it asked for.

Its own script knows one call (`script.py`). What of a scenario is tested elsewhere is named in its file here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge_client.conftest import environment, fake, gateway, no_process_is_left, robotvoice
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, RealGateway, soon

__all__ = ["environment", "fake", "gateway", "no_process_is_left", "robotvoice"]


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Loudspeaker:
    """Five times as fast as sound."""
    return Loudspeaker.make(tmp_path / "bin", 0.02)


@pytest.fixture
def robot(robotvoice: Commands, loudspeaker: Loudspeaker, gateway: RealGateway) -> Iterator[RunningDaemon]:
    """Its daemon, with a real gateway that is there."""
    with running_daemon(robotvoice, loudspeaker, "--gateway", gateway.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        yield daemon

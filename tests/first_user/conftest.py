"""The ten scenarios of the robot this project was first made for, with the numbers it asked for.

Its own script knows one call (`script.py`). What of a scenario is tested elsewhere is named in its file here.
"""

from collections.abc import Iterator

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.conftest import environment, fake, gateway, loudspeaker, no_process_is_left, robotvoice
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, soon

__all__ = ["environment", "fake", "gateway", "loudspeaker", "no_process_is_left", "robotvoice"]


@pytest.fixture
def robot(robotvoice: Commands, loudspeaker: Loudspeaker, gateway: Gateway) -> Iterator[RunningDaemon]:
    """Its daemon, with a real gateway that is there."""
    with running_daemon(robotvoice, loudspeaker, "--gateway", gateway.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        yield daemon

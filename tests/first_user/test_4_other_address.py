"""Scenario 4: the Mac gets another address, or its name cannot be looked up.

A real change of an interface's address is in `lan`; a pinned address without mDNS is what the others use.
"""

import json
import signal
import time
from contextlib import ExitStack

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands, real_gateway

pytestmark = pytest.mark.slow
FOUND_WITHIN = 30.0


def found_at(robotvoice: Commands, address: str) -> None:
    """Waits until lines are spoken by the gateway there."""
    deadline = time.monotonic() + FOUND_WITHIN
    while True:
        done = robotvoice("say", "Where are you?", "--json")
        if json.loads(done.stdout)["via"] == "gateway":
            break
        assert time.monotonic() < deadline, f"not found within {FOUND_WITHIN:g} s"
    assert json.loads(robotvoice("status", "--json").stdout)["gateway"]["address"] == address


def test_a_mac_at_another_address_is_found_within_30_s_without_an_edit(
    robotvoice: Commands, environment: dict[str, str], loudspeaker: Loudspeaker
) -> None:
    with ExitStack() as macs:
        before = macs.enter_context(real_gateway(environment, mdns=True))
        known = {"ROBOTVOICE_MDNS": "true", "ROBOTVOICE_GATEWAY_ID": before.id}
        macs.enter_context(running_daemon(robotvoice, loudspeaker, **known))
        found_at(robotvoice, before.address)
        before.end(signal.SIGKILL)
        mac = macs.enter_context(real_gateway(environment, mdns=True))
        assert mac.address != before.address
        found_at(robotvoice, mac.address)


def test_a_name_that_cannot_be_looked_up_holds_up_no_line(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    with running_daemon(robotvoice, loudspeaker, "--gateway", "no-such-mac.invalid:7860") as robot:
        for _ in range(5):
            said = robot.say("I am here.", wait=True)[1]
            assert said["via"] == "robot"
            assert said["first_audio_ms"] < 1000

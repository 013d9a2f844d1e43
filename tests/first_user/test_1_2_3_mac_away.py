"""Scenarios 1 to 3: the lid closes in a sentence, the Mac sleeps all evening, the Mac wakes.

How often a gateway that is away is asked: `edge_client/link/test_reconnecting_failures.py`.
"""

import statistics
import time

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, soon
from tests.fakes.fake_gateway import CHUNKS, FakeGateway
from tests.first_user.script import tool_voice

pytestmark = pytest.mark.slow


def test_when_the_lid_closes_in_a_sentence_all_of_it_is_said_in_the_local_voice_within_3_s(
    robotvoice: Commands, loudspeaker: Loudspeaker, fake: FakeGateway
) -> None:
    """Aloud the sentence begins again; a file has none of the voice that broke off."""
    with running_daemon(robotvoice, loudspeaker, "--gateway", fake.address) as robot:
        soon(lambda: robot.status()["gateway"]["ready"])
        assert tool_voice(f"http://127.0.0.1:{robot.port}", "Good evening.", "vixen").plays
        fake.state.stall_after(CHUNKS // 2)
        file = tool_voice(f"http://127.0.0.1:{robot.port}", "The sea is wide tonight.", "vixen")
        assert file.plays
        assert file.sound.seconds > 0.5
        assert file.sound.by_the_fake_gateway < 0.01
        assert file.seconds < 3.0
        fake.state.stall_after(CHUNKS // 2)
        began = time.monotonic()
        status, said = robot.say("The sea is wide tonight.", persona="vixen", wait=True)
        heard = time.monotonic() - began - said["audio_s"] / 5
        assert (status, said["via"], said["engine"], said["voice"]) == (200, "robot", "espeak", "en+f4")
        assert heard < 3.0
        told = [line for line in robot.log if f"line {said['id']}, sentence 0" in line]
        assert [line.partition(" with ")[2].split()[0] for line in told] == ["fake", "espeak"]


def test_while_the_mac_sleeps_one_call_waits_2_s_at_most_and_the_others_do_not(
    robot: RunningDaemon, gateway: Gateway
) -> None:
    """Each call is a process of its own, and all of them learn from the first. Then it wakes."""
    host = f"http://127.0.0.1:{robot.port}"
    assert robot.say("Good evening.", wait=True)[1]["via"] == "gateway"
    gateway.freeze()
    calls = [tool_voice(host, f"It is evening number {number}.", "vixen") for number in range(20)]
    assert all(call.plays and call.sound.seconds > 0.5 for call in calls)
    assert calls[0].seconds <= 2.0
    print([round(call.seconds * 1000) for call in calls], "ms")
    assert statistics.median(call.seconds for call in calls[1:]) <= 0.3
    gateway.wake()
    woke = time.monotonic()
    soon(lambda: robot.status()["gateway"]["ready"], "the gateway's voice was not back within 10 s")
    print(f"back after {time.monotonic() - woke:.1f} s")
    assert robot.say("Good morning.", wait=True)[1]["via"] == "gateway"

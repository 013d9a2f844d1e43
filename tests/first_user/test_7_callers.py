"""Scenario 7: callers lose patience. Scenario 6, three speakers, is in `edge_client/test_daemon.py`.

(`test_three_processes_at_once_never_speak_at_once` and the one after it; a lock that cannot be had, in
`edge_client/test_voice_lock.py`.)
"""

import asyncio
import signal
import subprocess
import time

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.link.link_rig import LivelyGateway
from tests.edge_client.rig import SOON, Commands, soon
from tests.fakes.fake_gateway import Utterance, running

pytestmark = pytest.mark.slow

STORY = " ".join(f"This is sentence number {number}." for number in range(40))
DEADLINE = "4"
BATTERY = ("say", "Battery empty. I stop now.", "--priority", "urgent", "--deadline", DEADLINE)
RETURNS_WITHIN = 4.0 + 2.0
"""Seconds; two are for the start of the command on a busy machine"""


async def goes_on(utterance: Utterance) -> None:
    """For longer than the script waits."""
    await utterance.accept()
    await utterance.start()
    for _ in range(100):
        await utterance.sound(1)
        await asyncio.sleep(0.2)


def took(robotvoice: Commands, *arguments: str, **environment: str) -> tuple[int, float]:
    """The exit code, and seconds."""
    began = time.monotonic()
    code = robotvoice(*arguments, **environment).returncode
    return code, time.monotonic() - began


def test_nothing_is_heard_of_a_caller_that_was_ended(robotvoice: Commands, robot: RunningDaemon) -> None:
    """Its line was waiting behind a story, and is gone within a second."""
    robot.say(STORY)
    soon(lambda: robot.status()["speaking"])
    caller = robotvoice.start("say", "Too late.")
    soon(lambda: robot.status()["waiting"])
    caller.send_signal(signal.SIGKILL)
    caller.communicate()
    soon(lambda: not robot.status()["waiting"])
    assert robot.status()["lines"] == {"dropped": 1}


def test_a_curl_that_was_ended_leaves_no_work_behind(robotvoice: Commands, loudspeaker: Loudspeaker) -> None:
    """Its way to the gateway is closed, where the text was just being spoken; nothing is played."""
    with running(kind=LivelyGateway) as mac:
        assert isinstance(mac, LivelyGateway)
        with running_daemon(robotvoice, loudspeaker, "--gateway", mac.address) as robot:
            soon(lambda: robot.status()["gateway"]["ready"] and len(mac.sockets) == 1)
            mac.state.do_next(goes_on)
            url = f"http://127.0.0.1:{robot.port}/synthesize?text=Hello.&voice=vixen"
            curl = subprocess.Popen(["curl", "-s", "-o", "/dev/null", url])
            try:
                soon(lambda: len(mac.sockets) == 2 and mac.state.requests)
            finally:
                curl.kill()
                curl.wait(SOON)
            soon(lambda: len(mac.sockets) == 1, "the gateway goes on speaking")
            assert robot.heard() == 0


def test_a_call_for_an_empty_battery_returns_within_4_s_whatever_hangs(
    robotvoice: Commands, robot: RunningDaemon, gateway: Gateway, loudspeaker: Loudspeaker
) -> None:
    """The gateway; then the daemon too, with the loudspeaker in its hands."""
    gateway.freeze()
    robot.say(STORY)
    soon(lambda: robot.heard())
    code, seconds = took(robotvoice, *BATTERY)
    assert code == 0
    assert seconds < RETURNS_WITHIN + 3.0, "with what it takes to say it"
    soon(lambda: robot.status()["speaking"])
    robot.process.send_signal(signal.SIGSTOP)
    code, seconds = took(robotvoice, *BATTERY, **loudspeaker.environment)
    assert seconds < RETURNS_WITHIN
    assert code == 4

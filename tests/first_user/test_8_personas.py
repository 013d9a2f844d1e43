"""Scenario 8: three hundred lines of three personas, and not one in another's voice, whoever speaks."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands, soon

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

VOICES = {
    "spark": ("en-gb", 95, 100),
    "data": ("en-gb", 95, 100),
    "vixen": ("en+f4", 72, 135),
    "gremlin": ("en+croak", 20, 180),
}
"""eSpeak NG's voice, pitch and rate of each, with the gateway and without it"""
LINES = 300


def test_three_hundred_lines_are_each_in_the_voice_of_who_was_asked_for(
    robotvoice: Commands, loudspeaker: Loudspeaker, gateway: Gateway
) -> None:
    chance = random.Random(8)
    asked = [chance.choice(tuple(VOICES)) for _ in range(LINES)]
    with running_daemon(
        robotvoice, loudspeaker, "--gateway", gateway.address, ROBOTVOICE_PLAYER="none"
    ) as robot:
        soon(lambda: robot.status()["gateway"]["ready"])

        def say(number: int) -> tuple[str, bool]:
            """By whom it was spoken, and whether in the right voice."""
            if number == LINES // 3:
                gateway.freeze()
            if number == 2 * LINES // 3:
                gateway.wake()
            text = f"Line {number % 20}."  # some more than once, so that what is kept is spoken too
            status, said = robot.say(text, persona=asked[number], wait=True)
            assert status == 200, said
            return said["via"], (said["voice"], said["pitch"], said["rate"]) == VOICES[asked[number]]

        try:
            with ThreadPoolExecutor(3) as callers:
                found = list(callers.map(say, range(LINES)))
        finally:
            gateway.wake()
    via = Counter(who for who, _ in found)
    assert all(right for _, right in found)
    assert min(via["gateway"], via["robot"]) > LINES // 10, via

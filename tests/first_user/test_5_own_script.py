"""Scenario 5: the script as it is gets a whole WAV or an error too short to be played, from either host."""

import json
import random

import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.daemon.daemon_rig import RunningDaemon
from tests.first_user.script import NOISE, tool_voice

pytestmark = pytest.mark.slow

WORDS = (
    "the robot",
    "rolls",
    "over a red carpet",
    "and sees",
    "two cats & a dog;",
    "50%",
    "of them",
    "sleep.",
)
UNUSUAL = (
    ("\N{SLIGHTLY SMILING FACE}" * 2000, "vixen"),
    ("\N{SLIGHTLY SMILING FACE}" * 1990 + " at last.", "data"),
    ("\N{LATIN SMALL LETTER A WITH DIAERESIS}" * 2000, "data"),
    ("Hello.", "nobody"),
    ("Hello.", "a%20voice%20" + "x" * 300),
    ("", "vixen"),
    (" \n ", "vixen"),
    ("a" * 5001, "data"),
    ("-n --help; $(reboot) `id` \"quotes\" 'and' more", "gremlin"),
    ("<speak>No <b>tags</b>.</speak>", "spark"),
)


def texts() -> list[tuple[str, str]]:
    """Fifty, each with its voice."""
    chance = random.Random(5)
    usual = [
        (
            " ".join(chance.choices(WORDS, k=chance.randint(1, 12))),
            chance.choice(("data", "vixen", "gremlin")),
        )
        for _ in range(50 - len(UNUSUAL))
    ]
    return [*usual, *UNUSUAL]


@pytest.mark.parametrize("host", ["the daemon", "the gateway"])
def test_fifty_texts_are_sound_or_too_short_to_be_taken_for_it(
    robot: RunningDaemon, gateway: Gateway, host: str
) -> None:
    url = f"http://127.0.0.1:{robot.port}" if host == "the daemon" else f"http://{gateway.address}"
    played = 0
    for text, voice in texts():
        heard = tool_voice(url, text, voice)
        if heard.plays:
            assert heard.sound.seconds > 0.1
            played += 1
        else:
            assert len(heard.body) <= NOISE
            assert json.loads(heard.body)["error"]
    assert played >= 50 - len(UNUSUAL) + 4

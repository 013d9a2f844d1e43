"""Scenario 9: the first sentence of a model takes 33 s.

That a late clone is kept for the next time: `gateway/cache/test_for_later.py`; that what was heard is played
with the Mac off: `edge_client/phrases/test_phrase_daemon.py`.
"""

import asyncio

import pytest

from robotvoice.wire import wire
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.link.link_rig import LivelyGateway
from tests.edge_client.rig import Commands, soon
from tests.fakes.fake_gateway import Utterance, running
from tests.first_user.script import tool_voice

pytestmark = pytest.mark.slow

COLD = 33.0
SPEAKS_WITHIN = 5.0


async def is_cold(utterance: Utterance) -> None:
    """Says yes, and has no sound for longer than anybody waits."""
    await utterance.accept()
    await asyncio.sleep(COLD)
    await utterance.start()


async def is_loading(utterance: Utterance) -> None:
    await utterance.send(wire.Unavailable(utterance.request.id, "loading", "the model is loading"))


@pytest.mark.parametrize("behaviour", [is_cold, is_loading])
def test_while_the_model_is_cold_the_local_voice_speaks_within_5_s_and_the_clone_when_it_is_warm(
    robotvoice: Commands, loudspeaker: Loudspeaker, behaviour: object
) -> None:
    """The very next text is the clone's, if the gateway lives."""
    with (
        running(kind=LivelyGateway) as mac,
        running_daemon(robotvoice, loudspeaker, "--gateway", mac.address) as robot,
    ):
        soon(lambda: robot.status()["gateway"]["ready"])
        host = f"http://127.0.0.1:{robot.port}"
        for _ in range(2):
            mac.state.do_next(behaviour)  # type: ignore[arg-type]  # one of those above
        said = robot.say("Good morning.", persona="vixen", wait=True)[1]
        assert (said["via"], said["engine"]) == ("robot", "espeak")
        assert said["first_audio_ms"] < SPEAKS_WITHIN * 1000
        file = tool_voice(host, "Good morning.", "vixen")
        assert file.sound.by_the_fake_gateway < 0.01
        assert file.seconds < SPEAKS_WITHIN
        soon(lambda: robot.say("And now?", persona="vixen", wait=True)[1]["via"] == "gateway")

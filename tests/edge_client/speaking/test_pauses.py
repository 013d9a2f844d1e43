"""A pause in a text is silence of its length on the robot, whoever speaks: the gateway, itself, both."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge_client import Voice
from edge_client.personas.known_personas import KnownPersonas, load_known_personas, save_known_personas
from edge_client.settings.settings import Settings
from robotvoice.errors import EmptyText
from tests.edge_client.rig import read_wav, say
from tests.fakes.fake_gateway import SENTENCE_SECONDS, FakeGateway

Make = Callable[..., Settings]
pytestmark = pytest.mark.usefixtures("no_process_is_left")


async def test_a_pause_between_two_sentences_of_the_gateway(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """It is asked for the sentences alone, so that an older one pauses, too."""
    said = await say(settings(gateway=fake.address), 'One.<break time="1500ms"/>Two. [pause 1s]', out=wav)
    assert said.via == "gateway"
    assert said.audio_s == pytest.approx(2 * SENTENCE_SECONDS + 2.5) == read_wav(wav).seconds
    assert [asked.text for asked in fake.state.requests] == ["One.", "Two."]


async def test_a_pause_of_the_robots_own_voice(settings: Make, wav: Path) -> None:
    plain = await say(settings(), "One. Two.", out=wav)
    paused = await say(settings(), "One. [pause 2s] Two.", out=wav)
    assert paused.via == "robot"
    assert paused.audio_s - plain.audio_s == pytest.approx(2.0, abs=0.02)


async def test_the_personas_rule_travels_to_the_robot(fake: FakeGateway, settings: Make, wav: Path) -> None:
    """And it is kept for the time without the gateway."""
    actor = {**fake.state.personas[0], "acting": "say"}
    pinned = settings(gateway=fake.address)
    for personas in (fake.state.personas, (actor,)):
        fake.state.personas = personas
        await say(pinned, "Hi.", out=wav)
        await say(pinned, "*sighs* Fine.", out=wav)
    asked = [each.text for each in fake.state.requests]
    assert asked == ["Hi.", "Fine.", "Hi.", "sighs.", "Fine."]


def test_a_line_that_nobody_waits_for_is_refused_by_the_personas_rule_too(settings: Make) -> None:
    robot = settings(player="none")
    (vixen,) = (each for each in load_known_personas(robot.state_dir).personas if each.id == "vixen")
    voice = Voice("vixen", settings=robot)
    with pytest.raises(EmptyText):
        voice.say("*sighs*", wait=False)
    robot.state_dir.mkdir(parents=True, exist_ok=True)
    save_known_personas(robot.state_dir, KnownPersonas((replace(vixen, acting="say"),)))
    line = voice.say("*sighs*", wait=False)
    voice.say("Well.")
    voice.stop(line)

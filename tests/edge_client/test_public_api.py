"""The Python API as programs import it, and that every door to a robot's voice tells the same."""

import inspect
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, assert_type

import pytest

import edge_client
import robotvoice as public
from edge_client.robot_hat import TTS, OpenAI_TTS, Piper
from edge_client.settings.settings import Settings
from edge_client.speaking.robot import LONGEST_FILE_TEXT
from edge_client.voice import InvalidArgument
from robotvoice import AsyncVoice, RobotVoiceError, Said, Voice
from robotvoice.errors import EmptyText, TextTooLong, UnknownVoice
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands, read_wav, soon

pytestmark = pytest.mark.usefixtures("no_process_is_left")


@pytest.fixture
def alone(settings: Callable[..., Settings]) -> Settings:
    """A robot without a daemon, and its sound goes into files."""
    return settings(daemon_port=0)


def test_both_packages_offer_the_same() -> None:
    assert (edge_client.Voice, edge_client.AsyncVoice, edge_client.Said) == (Voice, AsyncVoice, Said)
    assert edge_client.RobotVoiceError is public.RobotVoiceError
    assert inspect.signature(Voice.say) == inspect.signature(AsyncVoice.say)
    assert [*inspect.signature(Voice.say).parameters] == [
        "self", "text", "priority", "wait", "deadline", "play", "file",
    ]  # fmt: skip


def test_a_text_is_spoken_into_a_file_and_told_by_whom(alone: Settings, wav: Path) -> None:
    said = Voice("vixen", settings=alone).say("Hello.", play=False, file=wav)
    assert_type(said, Said)
    assert (said.persona, said.text, said.engine, said.voice) == ("vixen", "Hello.", "espeak", "en+f4")
    assert (said.via, said.substitute, said.file) == ("robot", False, str(wav))
    assert said.reason == said.why == "no gateway is known and mDNS is off"
    assert read_wav(wav).seconds == pytest.approx(said.audio_s, abs=0.01)


async def test_the_async_voice_tells_the_same(alone: Settings, wav: Path) -> None:
    said = await AsyncVoice("vixen", settings=alone).say("Hello.", play=False, file=wav)
    assert_type(said, Said)
    blocking = Voice("vixen", settings=alone).say("Hello.", play=False, file=wav)
    assert replace(said, first_audio_ms=0) == replace(blocking, first_audio_ms=0)


async def test_without_waiting_there_is_an_id_and_the_line_is_spoken(alone: Settings, wav: Path) -> None:
    line = Voice("vixen", settings=alone).say("Hello.", wait=False, play=False, file=wav)
    assert_type(line, str)
    other = await AsyncVoice("vixen", settings=alone).say("Hello.", wait=False)
    assert len({line, other}) == 2
    soon(wav.exists)
    Voice(settings=alone).say("The last one.")
    assert await AsyncVoice(settings=alone).stop() == Voice(settings=alone).stop() == []


@pytest.mark.parametrize(
    ("persona", "text", "how", "kind"),
    [
        ("vixn", "Hello.", {}, UnknownVoice),
        ("vixen", " ", {}, EmptyText),
        ("vixen", " ", {"wait": False}, EmptyText),
        ("vixen", "a" * (LONGEST_FILE_TEXT + 1), {"wait": False, "file": "x.wav"}, TextTooLong),
        ("vixen", 5, {}, InvalidArgument),
        ("vixen", "Hello.", {"priority": ["urgent"]}, InvalidArgument),
        ("vixen", "Hello.", {"deadline": 86_401}, InvalidArgument),
        ("vixen", "Hello.", {"play": False}, InvalidArgument),
        ("vixen", "Hello.", {"file": "hello.mp3"}, InvalidArgument),
    ],
)
async def test_what_cannot_be_said_is_told_at_once_in_the_same_words(
    alone: Settings, persona: str, text: Any, how: dict[str, Any], kind: type[RobotVoiceError]
) -> None:
    with pytest.raises(kind) as blocking:
        Voice(persona, settings=alone).say(text, **how)
    with pytest.raises(kind) as awaited:
        await AsyncVoice(persona, settings=alone).say(text, **how)
    assert str(blocking.value) == str(awaited.value)
    assert len(blocking.traceback) < 5, "it ends in the caller's line, not in forty of ours"


def test_scripts_for_robot_hat_speak(alone: Settings, wav: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert TTS(settings=alone).say('She said "hi"; it\'s fine') is True
    assert OpenAI_TTS(voice="alloy", model="vixen", settings=alone).tts("Hello.", output_file=wav) is True
    by_vixen = wav.read_bytes()
    assert Piper(model="vixen", settings=alone).tts("Hello.", wav) is True
    assert wav.read_bytes() == by_vixen
    assert not caplog.records
    assert TTS(settings=alone).say("") is False
    assert "not said: " in caplog.text


def test_every_door_goes_through_the_daemon_and_tells_the_same(
    alone: Settings, robotvoice: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loudspeaker = Loudspeaker.make(tmp_path / "bin", 0.01)
    with running_daemon(robotvoice, loudspeaker) as daemon:
        robot = replace(alone, player="aplay", daemon_port=daemon.port)
        said = Voice("vixen", settings=robot).say("Hello.")
        port = str(daemon.port)
        done = robotvoice("say", "Hello.", "--persona", "vixen", "--json", ROBOTVOICE_DAEMON_PORT=port)
        assert Piper("vixen", settings=robot).say("Hello.") is True
        assert daemon.heard() == 3
    row = json.loads(done.stdout)
    assert row.keys() == {field.name for field in fields(Said)} - {"warnings", "why"}
    told = {name: getattr(said, name) for name in row}
    assert told | {"first_audio_ms": 0} == row | {"first_audio_ms": 0}
    assert done.stderr == f"spoken by the robot: {said.why}\n"

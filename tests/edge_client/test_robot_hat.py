"""Scripts for SunFounder's robot-hat: the same calls, and they block as long as the sound lasts."""

import inspect
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_client import robot_hat
from edge_client.robot_hat import TTS, EdgeTTS, Espeak, OpenAI_TTS, Pico2Wave, Piper
from edge_client.settings.settings import Settings
from tests.edge_client.daemon.daemon_rig import Loudspeaker
from tests.edge_client.rig import read_wav

pytestmark = [pytest.mark.usefixtures("no_process_is_left"), pytest.mark.slow]

NEWER = (Piper, Espeak, Pico2Wave, EdgeTTS, OpenAI_TTS)


@pytest.fixture
def loudspeaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loudspeaker:
    made = Loudspeaker.make(tmp_path / "bin", 0.1)
    monkeypatch.setenv("PATH", made.environment["PATH"])
    return made


@pytest.fixture
def quiet(settings: Callable[..., Settings]) -> Settings:
    """For sound that goes into files."""
    return settings(daemon_port=0)


class Assistant:
    """What the stock voice assistant does with its `tts`: it says an answer, then listens."""

    def __init__(self, tts: Any) -> None:
        self.tts = tts
        self.listening_at: list[int] = []

    def answer(self, text: str) -> None:
        self.tts.say(text)
        self.listening_at.append(time.time_ns())


@pytest.mark.parametrize("make", [TTS, Piper])
def test_an_assistant_listens_when_the_sound_has_ended_and_not_before(
    robot: Settings, loudspeaker: Loudspeaker, make: Callable[..., Any]
) -> None:
    assistant = Assistant(make(settings=robot))
    for text in ("Hello there.", "I am a robot. What are you?"):
        assistant.answer(text)
        ends = [ended for _, _, ended in loudspeaker.sounds()]
        late = (assistant.listening_at[-1] - max(end or sys.maxsize for end in ends)) / 1e9
        logging.getLogger(__name__).info("it listens %.3f s after the sound has ended", late)
        assert 0 <= late < 1.0


def test_no_shell_sees_the_words(quiet: Settings, tmp_path: Path, wav: Path) -> None:
    words = f"""It's "me" $(touch {tmp_path}/made) `touch {tmp_path}/made`; touch {tmp_path}/made & \\"""
    assert TTS(settings=quiet).tts(words, wav)
    assert read_wav(wav).seconds > 1
    assert not (tmp_path / "made").exists()


def test_the_classic_class_takes_what_the_original_took(quiet: Settings, wav: Path) -> None:
    tts = TTS("espeak", None, settings=quiet)
    assert (tts.engine, tts.lang()) == ("espeak", "en-US")
    assert (tts.lang("en-GB"), tts.lang()) == ("en-GB", "en-GB")
    assert (
        tts.supported_lang()
        == tts.SUPPORTED_LANGUAUE
        == ["en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"]
    )
    tts.espeak_params(amp=200, speed=150, gap=1, pitch=80)
    tts.espeak_params()
    with pytest.raises(ValueError, match="speed must be from 80 to 260, not 5"):
        tts.espeak_params(speed=5)
    with pytest.raises(ValueError, match="'en' is not a supported language"):
        tts.lang("en")
    assert TTS(engine=TTS.PICO2WAVE, lang="de-DE", settings=quiet).lang() == "de-DE"


@pytest.mark.parametrize("make", NEWER)
def test_the_newer_classes_take_what_theirs_took(
    quiet: Settings, wav: Path, make: Callable[..., Any]
) -> None:
    tts = make("en_US-ryan-low", voice="vixen", api_key="none", gain=3, log=None, settings=quiet)
    for setter in ("amp", "speed", "gap", "pitch", "lang", "gain", "api_key", "model", "instructions"):
        getattr(tts, f"set_{setter}")("x")
    assert tts.tts("Hello.", output_file=str(wav), instructions="Be glad.", stream=False) is True
    assert read_wav(wav).seconds > 0.2
    assert tts.tts("Hello.", file=wav) is True
    assert tts.say("Hello.", stream=True, instructions="Be glad.") is True
    assert tts.say(words="Hello.") is tts.say(text="Hello.") is True


def test_a_voice_or_a_model_is_a_persona(
    quiet: Settings, wav: Path, caplog: pytest.LogCaptureFixture
) -> None:
    by_vixen = read_vixen(quiet, wav)
    changed = TTS(persona="gremlin", settings=quiet)
    assert changed.tts("Hello.", wav)
    assert wav.read_bytes() != by_vixen
    changed.set_voice("vixen")
    for tts in (changed, Piper("vixen", settings=quiet), OpenAI_TTS(voice="vixen", settings=quiet)):
        wav.unlink()
        assert tts.tts("Hello.", wav)
        assert wav.read_bytes() == by_vixen
    assert not caplog.records


def test_a_name_that_is_no_personas_is_told_once_and_the_next_one_speaks(
    quiet: Settings, wav: Path, caplog: pytest.LogCaptureFixture
) -> None:
    by_vixen, tts = read_vixen(quiet, wav), OpenAI_TTS(voice="nobody", settings=quiet)
    tts.set_model("vixen")
    assert tts.tts("Hello.", wav)
    assert wav.read_bytes() == by_vixen
    assert tts.tts("Hello.", wav)
    (told,) = caplog.messages
    assert told.startswith("there is no persona 'nobody'")
    tts.set_model("tts-1")
    assert tts.tts("Hello.", wav)
    assert wav.read_bytes() != by_vixen
    assert len(caplog.messages) == 2


def test_a_voice_of_openai_is_whoever_the_model_names_and_else_the_default(
    quiet: Settings, wav: Path, caplog: pytest.LogCaptureFixture
) -> None:
    by_vixen, tts = read_vixen(quiet, wav), OpenAI_TTS(voice="alloy", settings=quiet)
    tts.set_model("vixen")
    assert tts.tts("Hello.", wav)
    assert wav.read_bytes() == by_vixen
    assert not caplog.messages
    tts.set_model("tts-1")
    assert tts.tts("Hello.", wav)
    assert wav.read_bytes() != by_vixen
    assert caplog.messages[0].startswith("there is no persona 'tts-1'")


def read_vixen(quiet: Settings, wav: Path) -> bytes:
    assert TTS(persona="vixen", settings=quiet).tts("Hello.", wav)
    return wav.read_bytes()


@pytest.mark.parametrize("words", ["", "   ", "🙂", "a" * 100_001])
def test_what_cannot_be_said_does_not_end_the_script(
    quiet: Settings, caplog: pytest.LogCaptureFixture, words: str
) -> None:
    assert TTS(settings=quiet).say(words) is False
    assert caplog.messages[0].startswith("not said: ")


def test_sound_without_a_file_to_go_to_is_not_played(
    quiet: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    assert Piper(settings=quiet).tts("Hello.") is False
    assert "not said: " in caplog.text


def test_numbers_are_words_too(quiet: Settings, wav: Path) -> None:
    assert TTS(settings=quiet).tts(42, wav)


def test_a_language_of_another_voice_is_told(quiet: Settings, caplog: pytest.LogCaptureFixture) -> None:
    TTS(settings=quiet).lang("de-DE")
    assert "choose a persona that speaks it" in caplog.text


def test_robot_hat_itself_is_not_needed(environment: dict[str, str], tmp_path: Path) -> None:
    """Nor is anything that a robot has no need of; a module of that name in the way changes nothing."""
    (tmp_path / "robot_hat.py").write_text("raise ImportError")
    program = "from edge_client.robot_hat import TTS; import sys; print(TTS().lang(), *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stderr == ""
    found = done.stdout.split()
    assert found[0] == "en-US"
    assert not {"robot_hat", "numpy", "pydantic", "zeroconf", "aiohttp"} & set(found)


def test_every_class_that_is_offered_has_the_methods_of_both_shapes() -> None:
    for name in robot_hat.__all__:
        methods = dict(inspect.getmembers(getattr(robot_hat, name), inspect.isfunction))
        assert {"say", "tts", "stop", "set_voice", "set_model", "set_speed"} <= set(methods)

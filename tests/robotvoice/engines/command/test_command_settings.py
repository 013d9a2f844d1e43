"""`[voices.NAME]`: only a settings file holds commands, the same on a gateway and on a robot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_client.personas.known_personas import read_known_personas
from edge_client.settings.settings import load_settings as of_robot
from gateway.settings.settings import load_settings as of_gateway
from robotvoice.engines.command.command_settings import CommandVoice, read_command_voices
from robotvoice.errors import InvalidPersona, InvalidSettings
from robotvoice.persona import VoiceSpec
from tests.fakes.fake_gateway import PERSONAS
from tests.gateway.personas.loading import load_personas

FILE = """
[voices.glados]
command = ["piper", "-m", "glados.onnx", "--output_raw"]
sample_rate = 22050
language = "en"
[voices.say]
command = ["espeak-ng", "--stdin", "--stdout"]
"""
LOADERS: list[Callable[[Path], Any]] = [of_gateway, lambda path: of_robot({"HOME": "/"}, path)]


@pytest.mark.parametrize("load", LOADERS, ids=["gateway", "robot"])
def test_both_sides_read_the_same_table(load: Callable[[Path], Any], tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(FILE)
    assert load(file).voices == {
        "glados": CommandVoice(("piper", "-m", "glados.onnx", "--output_raw"), 22_050, "en"),
        "say": CommandVoice(("espeak-ng", "--stdin", "--stdout")),
    }


WRONG = {
    "a line of a shell": ({"x": {"command": "rm -rf ~ | piper"}}, "x.command: cannot be used; give a list"),
    "nothing": ({"x": {}}, "x.command: is missing"),
    "no program": ({"x": {"command": [""]}}, "x.command: cannot be used"),
    "numbers": ({"x": {"command": ["piper", 1]}}, "x.command: cannot be used"),
    "a slip": (
        {"x": {"command": ["a"], "sample_rat": 1}},
        "x.sample_rat: there is no such setting.*sample_rate",
    ),
    "a rate": ({"x": {"command": ["a"], "sample_rate": 100}}, "x.sample_rate: 100 .* from 8000 to 48000"),
    "a word for a number": ({"x": {"command": ["a"], "first_audio": "soon"}}, "x.first_audio: 'soon'"),
    "a truth": ({"x": {"command": ["a"], "at_once": True}}, "x.at_once: True"),
    "a language": ({"x": {"command": ["a"], "language": "Inglish"}}, "x.language: 'Inglish' is no language"),
    "a name": ({"../x": {"command": ["a"]}}, "the name '../x' cannot be used"),
    "no table": ("piper", "settings file, as a table"),
    "too many": ({f"v{at}": {"command": ["a"]} for at in range(17)}, "more than 16"),
}


@pytest.mark.parametrize(("tables", "told"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_is_told(tables: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_command_voices(tables)


def test_no_variable_no_persona_and_no_gateway_can_say_what_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = '{"x": {"command": ["reboot"]}}'
    with pytest.raises(InvalidSettings, match="settings file"):
        of_robot({"HOME": "/", "ROBOTVOICE_VOICES": table})
    with monkeypatch.context() as with_it:
        with_it.setenv("ROBOTVOICE_VOICES", table)
        with pytest.raises(InvalidSettings, match="settings file"):
            of_gateway()
    rook = tmp_path / "rook"
    rook.mkdir()
    block = "{engine: command, voice: glados, command: [reboot]}"
    (rook / "persona.yaml").write_text(f"name: Rook\nlanguage: en\nvoice: {block}\n")
    with pytest.raises(InvalidPersona, match="command: there is no such key"):
        load_personas(tmp_path)
    voice = {"engine": "command:glados", "voice": "glados", "command": ["reboot"]}
    (ada,) = read_known_personas({"personas": [{**PERSONAS[1], "local_voices": [voice]}]}).personas
    assert ada.local_voices == (VoiceSpec("command:glados", "glados", language="en"),)

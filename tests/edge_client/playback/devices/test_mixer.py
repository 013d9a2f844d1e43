"""What amixer and pactl tell."""

import pytest

from edge_client.playback.devices.mixer import Mixer, default_sink, mixer_of, read_controls
from tests.edge_client.rig import Program

PI = """\
Simple mixer control 'PCM',0
  Capabilities: pvolume pvolume-joined pswitch pswitch-joined
  Playback channels: Mono
  Limits: Playback -10239 - 400
  Mono: Playback -2000 [41%] [-20.00dB] [on]
"""
USB = """\
Simple mixer control 'Mic',0
  Capabilities: cvolume cvolume-joined cswitch cswitch-joined
  Capture channels: Mono
  Mono: Capture 10 [62%] [10.00dB] [on]
Simple mixer control 'Speaker',0
  Capabilities: pvolume pswitch pswitch-joined
  Playback channels: Front Left - Front Right
  Limits: Playback 0 - 37
  Mono:
  Front Left: Playback 4 [11%] [-33.00dB] [off]
  Front Right: Playback 4 [11%] [-33.00dB] [off]
"""
SWITCH = "Simple mixer control 'IEC958',0\n  Mono: Playback [off]\n"


@pytest.mark.parametrize(
    ("told", "mixer", "label"),
    [
        (PI, Mixer("PCM", 41, muted=False), "PCM 41 %"),
        (USB, Mixer("Speaker", 11, muted=True), "Speaker 11 % muted"),
        (USB + PI.replace("PCM", "Master"), Mixer("Master", 41, muted=False), "Master 41 %"),
        (SWITCH, Mixer("IEC958", None, muted=True), "IEC958 muted"),
    ],
)  # fmt: skip
def test_the_control_that_playing_goes_through_is_found(told: str, mixer: Mixer, label: str) -> None:
    assert read_controls(told) == mixer
    assert mixer.label == label
    assert mixer.is_soft is (mixer.percent == 11)


@pytest.mark.parametrize(
    "told", ["", "Simple mixer control 'Mic',0\n  Mono: Capture 1 [1%] [on]\n", "amixer: no"]
)
def test_a_card_without_one_has_none(told: str) -> None:
    assert read_controls(told) is None


async def test_the_mixer_of_that_card_is_asked_and_a_program_that_fails_or_hangs_is_no_trouble(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.playback.devices.mixer.WITHIN", 0.3)
    assert await mixer_of(1) is None, "it is not installed"
    assert await default_sink() is None
    folder = program("amixer", f"echo $@ > asked; cat <<'END'\n{USB}END")
    assert await mixer_of(1) == Mixer("Speaker", 11, muted=True)
    assert (folder / "asked").read_text() == "-M -c 1 scontents\n"
    await mixer_of(None)
    assert (folder / "asked").read_text() == "-M scontents\n"
    program("amixer", "echo 'Invalid card number' >&2; exit 1")
    assert await mixer_of(1) is None
    program("pactl", "sleep 60")
    assert await default_sink() is None
    program("pactl", "echo bluez_output.00_11.1")
    assert await default_sink() == "bluez_output.00_11.1"

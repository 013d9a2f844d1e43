"""How the players are called."""

import pytest

from edge_client.playback.devices.player_commands import player_arguments
from robotvoice.sound.pcm import AudioFormat

STEREO = AudioFormat(22_050, channels=2)


@pytest.mark.parametrize(
    ("name", "format_said", "device_said"),
    [
        ("aplay", "-q -t raw -f S16_LE -r 22050 -c 2", "-D plughw:1"),
        ("pw-play", "--raw --format=s16 --rate=22050 --channels=2", "--target=plughw:1"),
        ("paplay", "--raw --format=s16le --rate=22050 --channels=2", "--device=plughw:1"),
    ],
)
def test_each_player_is_told_format_and_device(name: str, format_said: str, device_said: str) -> None:
    line = " ".join(player_arguments(name, STEREO, "plughw:1"))
    assert line.startswith(format_said)
    assert device_said in line
    assert device_said not in " ".join(player_arguments(name, STEREO))


def test_what_reads_no_pipe_is_not_given_one() -> None:
    with pytest.raises(ValueError, match="afplay"):
        player_arguments("afplay", STEREO)

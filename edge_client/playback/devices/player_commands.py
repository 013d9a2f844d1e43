"""How the players are called: each reads PCM_16 of a given format from its standard input."""

from dataclasses import dataclass

from robotvoice.sound.pcm import AudioFormat

PACKAGES = {"aplay": "alsa-utils", "pw-play": "pipewire-bin", "paplay": "pulseaudio-utils"}
"""What to install for a player, by Debian's names"""


@dataclass(frozen=True, slots=True)
class Buffers:
    """What a player keeps for itself, in seconds of sound."""

    held: float = 0.12
    """What it has read and not played: its buffer, and what is on its way there"""
    block: float = 0.02
    """It passes on whole blocks only: what is less waits for more"""


BUFFERS = {"aplay": Buffers(0.12, 0.02), "pw-play": Buffers(0.25, 0.1), "paplay": Buffers(0.15, 0.02)}
"""As they are called here; pw-play reads a tenth of a second at a time"""


def player_arguments(
    name: str, audio: AudioFormat, device: str | None = None, *, raw_option: bool = True
) -> list[str]:
    """The arguments after the name. Without `raw_option` they suit pw-play before 1.4, which has no --raw."""
    rate, channels = str(audio.sample_rate), str(audio.channels)
    if name == "aplay":
        shape = ["-q", "-t", "raw", "-f", "S16_LE", "-r", rate, "-c", channels]
        chosen = [] if device is None else ["-D", device]
        # Its buffer is what is still heard when it is killed, and how long a hitch of ours may last.
        return [*shape, *chosen, "--buffer-time=100000", "--period-time=20000", "-"]
    if name == "pw-play":
        shape = ["--format=s16", f"--rate={rate}", f"--channels={channels}"]
        chosen = [] if device is None else [f"--target={device}"]
        return [*(["--raw"] if raw_option else []), *shape, *chosen, "-"]
    if name == "paplay":
        shape = ["--raw", "--format=s16le", f"--rate={rate}", f"--channels={channels}"]
        chosen = [] if device is None else [f"--device={device}"]
        # Else it waits for two seconds of audio before it begins.
        return [*shape, *chosen, "--latency-msec=100"]
    raise ValueError(f"{name} reads no audio from its standard input")

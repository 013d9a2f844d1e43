"""The process that reads one sound file from outside, within limits it cannot lift.

Run by its path and isolated: `python -I clip_decoder.py MAX_SECONDS`, the file's bytes on stdin. Before a
library sees them it can open no more files, and so neither a connection nor a program.

It answers on stdout with a line of JSON, and behind `{"seconds", "more", "clipped", "finite", "channels",
"channel"}` comes the sound: mono, 24 kHz, little-endian float32, at most MAX_SECONDS. `seconds`
is the length of the file, or MAX_SECONDS and `more` true if it is longer and does not tell. `clipped` is the
share of samples at full scale; when `finite` is false no sound follows. `{"refused": sentence}` says what is
wrong with the file, and `"container"` what such files are called if it has to be converted first.
"""

import contextlib
import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import soundfile

MEMORY = 512 * 1024 * 1024
"""Bytes of address space; a minute of eight channels at 192 kHz was read with 250 MB"""
CPU_SECONDS = 10
"""The longest file that is let through takes less than four"""
RATE = 24_000
"""Hz that come out"""
RATES = (8_000, 192_000)
CHANNELS = 8
BLOCK = 65_536
"""Samples of each channel that are decoded at a time"""
FULL_SCALE = 0.999
"""At this and above a sample counts as clipped"""
LONGEST_TOLD = 1000
"""Times the seconds that are decoded: a header that claims more is not believed"""
DAMAGED = "it is damaged; export it again from the recording"
SIGNS = (b"RIFF", b"RF64", b"fLaC", b"OggS", b"ID3")
"""How WAV, FLAC, Ogg and most MP3 begin; libsndfile is given nothing else of the dozens that it reads"""
OPEN_FILES = 3
"""Standard input, output and error: what is open stays open"""


class Refused(Exception):
    """A sentence that says what is wrong with the file, and what to do.

    `container`: the suffix of a file that would have to be converted first; what to do is then not said.
    """

    def __init__(self, sentence: str, container: str | None = None) -> None:
        super().__init__(sentence)
        self.container = container


def limit_this_process(written: int = 0) -> None:
    """Before anything is read: what a file can make of this process, and of its own, stays small."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        # macOS refuses this one; there the bound on what is read must do.
        (resource.RLIMIT_AS, MEMORY),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def open_nothing_more() -> None:
    """No file, no connection, no pipe to a program, until the end of this process."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))


def rehearse() -> None:
    """What libraries load only when they need it, as numpy does, they load now: later they cannot."""
    import numpy as np
    import soundfile

    ramp = np.linspace(-0.5, 0.5, 2 * RATE, dtype="float32").reshape(-1, 2)
    with io.BytesIO() as file:
        soundfile.write(file, ramp, 2 * RATE, format="WAV")
        decode(file.getvalue(), 1.0)


def decode(data: bytes, longest: float) -> tuple[dict[str, Any], bytes]:
    """The answer to a file and its sound. Raises Refused."""
    # Late: the limits hold while these are loaded, too.
    import numpy as np
    import soxr

    from gateway.clips.decoding.channels import chosen

    with _opened(data) as sound:
        rate, channels, claimed = sound.samplerate, sound.channels, sound.frames
        if not RATES[0] <= rate <= RATES[1]:
            raise Refused(f"its sample rate is {rate} Hz; give one from {RATES[0]} to {RATES[1]} Hz")
        if not 1 <= channels <= CHANNELS:
            raise Refused(f"it has {channels} channels; give one with at most {CHANNELS}")
        most = round(longest * rate)
        channel = chosen(_blocks(sound, most), channels, rate)
    with _opened(data) as sound:
        # One more than is used tells whether there is more; the header is believed only on how much.
        pieces = [np.ascontiguousarray(block[:, channel]) for block in _blocks(sound, most + 1)]
    if not pieces:
        raise Refused("it holds no sound; record it again")
    samples = np.concatenate(pieces)
    more = len(samples) > most
    told = more and most < claimed < most * LONGEST_TOLD
    answer: dict[str, Any] = {
        "seconds": (claimed if told else min(len(samples), most)) / rate,
        "more": more and not told,
        "finite": bool(np.isfinite(samples).all()),
        "channels": channels,
        "channel": channel,
    }
    if not answer["finite"]:
        return answer, b""
    peak = float(np.abs(samples).max())
    # Also what was cut off and then made softer, and a float file that is only louder than full scale.
    answer["clipped"] = float(np.mean(np.abs(samples) >= FULL_SCALE * peak)) if peak else 0.0
    scaled = samples[:most] / np.float32(peak) if peak > 1 else samples[:most]
    return answer, soxr.resample(scaled, rate, RATE, quality="VHQ").astype("<f4").tobytes()


def check_sign(data: bytes) -> None:
    """Raises Refused for what libsndfile is not given, before anything is loaded to read it."""
    if not (data.startswith(SIGNS) or _is_mpeg(data)):
        raise _not_read_here(data)


def _not_read_here(data: bytes) -> Refused:
    from gateway.clips.decoding.containers import READABLE, container_of

    container = container_of(data)
    if container is None:
        return Refused(f"this is not a sound file that can be read; give {READABLE}")
    return Refused(f"it is {container.name}", container.suffix)


def _is_mpeg(data: bytes) -> bool:
    """A frame of MP3; in AAC, which begins alike, the two bits of the layer are 0."""
    return data[:1] == b"\xff" and data[1:2] >= b"\xe0" and bool(data[1] & 0b110)


def _opened(data: bytes) -> "soundfile.SoundFile":
    """Raises Refused."""
    import soundfile

    try:
        return soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError as error:
        raise _not_read_here(data) from error


def _blocks(sound: "soundfile.SoundFile", most: int) -> "Iterator[np.ndarray]":
    """float32, a column for each channel: at most so many rows in all. Raises Refused."""
    import soundfile

    while most > 0:
        try:
            block = sound.read(min(BLOCK, most), dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise Refused(DAMAGED) from error
        if not len(block):
            return
        most -= len(block)
        yield block


def main() -> None:
    limit_this_process()
    # Behind all others: nothing that lies beside our packages takes the place of anybody's module.
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    data = sys.stdin.buffer.read()
    # What a library prints must not get between the answer's bytes.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        from gateway.clips.decoding import containers  # noqa: F401 (here it can still be loaded)

        check_sign(data)
        rehearse()
        open_nothing_more()
        answer, samples = decode(data, float(sys.argv[1]))
    except Refused as refused:
        answer, samples = {"refused": str(refused), "container": refused.container}, b""
    except MemoryError:
        answer, samples = {"refused": "it takes too much memory to read; give a plain WAV file"}, b""
    with answers:
        answers.write(json.dumps(answer).encode() + b"\n" + samples)


if __name__ == "__main__":
    main()

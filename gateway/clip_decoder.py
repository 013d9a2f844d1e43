"""The process that reads one sound file from outside, within limits it cannot lift.

Run by its path and isolated: `python -I clip_decoder.py MAX_SECONDS`, the file on stdin. It answers on stdout
with a line of JSON, and behind `{"seconds", "clipped", "finite"}` comes the sound: mono, 24 kHz,
little-endian float32. `seconds` is the length of the file; `clipped` is the share of samples at full scale;
when `finite` is false no sound follows. `{"refused": sentence}` says what is wrong with the file.
"""

import contextlib
import io
import json
import os
import resource
import sys
from typing import Any

MEMORY = 512 * 1024 * 1024
"""Bytes of address space; 30 s of eight channels at 192 kHz were read with 180 MB"""
CPU_SECONDS = 10
"""The longest file that is let through takes less than one"""
RATE = 24_000
"""Hz that come out"""
RATES = (8_000, 192_000)
CHANNELS = 8
BLOCK = 65_536
"""Samples of each channel that are decoded at a time"""
FULL_SCALE = 0.999
"""At this and above a sample counts as clipped"""

NOT_SOUND = "this is not a sound file that can be read; give a WAV, FLAC, MP3 or Ogg file"


class Refused(Exception):
    """A sentence that says what is wrong with the file, and what to do."""


def limit_this_process() -> None:
    """Before anything is read: what a file can make of this process stays small."""
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        # macOS refuses this one; there the bound on what is read must do.
        (resource.RLIMIT_AS, MEMORY),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def decode(data: bytes, longest: float) -> tuple[dict[str, Any], bytes]:
    """The answer to a file and its sound. Raises Refused."""
    # Late: the limits hold while these are loaded, too.
    import numpy as np
    import soundfile
    import soxr

    try:
        file = soundfile.SoundFile(io.BytesIO(data))
    except soundfile.LibsndfileError as error:
        raise Refused(NOT_SOUND) from error
    with file:
        rate, channels = file.samplerate, file.channels
        if not RATES[0] <= rate <= RATES[1]:
            raise Refused(f"its sample rate is {rate} Hz; give one from {RATES[0]} to {RATES[1]} Hz")
        if not 1 <= channels <= CHANNELS:
            raise Refused(f"it has {channels} channels; give one with at most {CHANNELS}")
        most = round(longest * rate)
        too_long = Refused(f"it is longer than {longest:g} s; cut it to 15 s or less")
        # The header is believed only when it says "too long": what is read is counted.
        if file.frames > most:
            raise too_long
        pieces, clipped, finite, frames = [], 0, True, 0
        while frames <= most and finite:
            try:
                block = file.read(BLOCK, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise Refused("it is damaged; export it again from the recording") from error
            if not len(block):
                break
            frames += len(block)
            finite = bool(np.isfinite(block).all())
            clipped += int(np.count_nonzero(np.abs(block) >= FULL_SCALE))
            pieces.append(block.mean(axis=1))
    if frames > most:
        raise too_long
    if not frames:
        raise Refused("it holds no sound; record it again")
    answer = {"seconds": frames / rate, "clipped": clipped / frames / channels, "finite": finite}
    if not finite:
        return answer, b""
    samples = soxr.resample(np.concatenate(pieces), rate, RATE, quality="VHQ")
    return answer, samples.astype("<f4").tobytes()


def main() -> None:
    limit_this_process()
    data = sys.stdin.buffer.read()
    # What a library prints must not get between the answer's bytes.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        answer, samples = decode(data, float(sys.argv[1]))
    except Refused as refused:
        answer, samples = {"refused": str(refused)}, b""
    except MemoryError:
        answer, samples = {"refused": "it takes too much memory to read; give a plain WAV file"}, b""
    with answers:
        answers.write(json.dumps(answer).encode() + b"\n" + samples)


if __name__ == "__main__":
    main()

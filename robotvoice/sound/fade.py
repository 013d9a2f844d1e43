"""How sound that breaks off is let end."""

import array
import sys

from robotvoice.sound.pcm import AudioChunk

FADE = 0.02
"""Seconds"""


def faded(last: AudioChunk) -> AudioChunk:
    """What follows a chunk after which nothing comes: its end, backwards, falling to nothing.

    Played backwards it goes on at the very sample where the sound broke off, so that nothing clicks.
    """
    samples = array.array("h")
    samples.frombytes(last.pcm[-last.format.frame_bytes * int(last.format.sample_rate * FADE) :])
    if sys.byteorder == "big":
        samples.byteswap()
    samples.reverse()
    count = len(samples)
    tail = array.array("h", (sample * (count - 1 - at) // count for at, sample in enumerate(samples)))
    if sys.byteorder == "big":
        tail.byteswap()
    return AudioChunk(tail.tobytes(), last.format, last.origin)

"""How sound that breaks off is let end."""

from robotvoice.sound.pcm import AudioChunk, pcm_of, samples_of

FADE = 0.02
"""Seconds"""


def faded(last: AudioChunk) -> AudioChunk:
    """What follows a chunk after which nothing comes: its end, backwards, falling to nothing.

    Played backwards it goes on at the very sample where the sound broke off, so that nothing clicks.
    """
    samples = samples_of(last.pcm[-last.format.frame_bytes * int(last.format.sample_rate * FADE) :])
    samples.reverse()
    count = len(samples)
    tail = pcm_of(sample * (count - 1 - at) // count for at, sample in enumerate(samples))
    return AudioChunk(tail, last.format, last.origin)

"""What follows the last sound: the silence that a text asks for, or the end of what broke off."""

from collections.abc import Iterator

from robotvoice.sound.pcm import AudioChunk, pcm_of, samples_of
from robotvoice.utterance import Sentence

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


PIECE = 0.2
"""Seconds of a chunk, so that whoever is interrupted stops soon"""


def silence_after(sentence: Sentence, last: AudioChunk) -> Iterator[AudioChunk]:
    """In the format of the sentence's last chunk; nothing if the text asks for no pause."""
    left = round(sentence.pause * last.format.sample_rate)
    piece = round(PIECE * last.format.sample_rate)
    while left > 0:
        samples = min(left, piece)
        yield AudioChunk(bytes(samples * last.format.frame_bytes), last.format, last.origin, pause=True)
        left -= samples

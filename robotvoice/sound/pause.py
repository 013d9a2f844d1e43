"""The silence that a text asks for between two sentences.

The chain plays it: no engine, cache or guard knows of it.
"""

from collections.abc import Iterator

from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence

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

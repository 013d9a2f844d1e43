"""How long each step of a worker may take and how much may wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceLimits:
    """All times in seconds."""

    load: float = 300.0
    """From the start of a process to ready; the first use of a large model reads all of it from disk"""
    accept: float = 2.0
    """An idle worker says at once that it begins; one that does not is hung"""
    decode: float = 10.0
    """To read a reference clip"""
    prepare: float = 20.0
    """To encode a reference that is new to the worker; this and the next two are what any worker is given"""
    first_audio: float = 10.0
    """From the moment the worker begins on a sentence"""
    gap: float = 2.0
    """Between two pieces of a sentence"""
    slower: float = 3.0
    """How many times as long as it has shown to need a worker is given, where that is more"""
    longest: float = 120.0
    """What no worker is given more than, however slow it is"""
    cancel: float = 2.0
    """To stop, once it has sounded: the worker looks between two pieces, and is never stopped in its first"""
    send: float = 5.0
    """To hand over a request"""
    queue: float = 30.0
    """A sentence that has waited so long for its turn is given back uncounted"""
    waiting: int = 32
    """Sentences that wait for their turn"""
    alive: float = 0.4
    """How often a sentence that makes no sound yet gives a sign of life; below the chain's stall"""
    first_restart: float = 0.5
    longest_restart: float = 30.0
    interval: float = 0.16
    """Of audio in one piece: smaller sounds sooner and costs a little throughput; Qwen3-TTS counts in 0.08"""


LONGEST_SENTENCE = 4096
"""Tokens (12.5 a second) that no sentence may exceed, and so the pieces that may wait for a slow listener."""


def token_cap(text: str) -> int:
    """Tokens that this text cannot need at 12.5 a second: about twice what slow speech takes.

    Counted in UTF-8 bytes: a Chinese character is as long as several letters; a digit is spoken as a word.
    """
    digits = sum(character.isdigit() for character in text)
    return min(40 + 2 * len(text.encode()) + 10 * digits, LONGEST_SENTENCE)

"""Whether what an engine makes of a sentence can be that sentence; judged while it is made."""

import numpy as np

from speech.audio import WIRE_SAMPLE_RATE
from speech.errors import EngineFailure

FRAME_SECONDS = 0.02
SILENT_BELOW = -50.0
"""dBFS of a frame; a microphone's noise in a cloned voice stays below, a whisper above"""
LONGEST_GAP = 2.0
"""Seconds; eSpeak NG at half its speed pauses for one, a speaker at a full stop for less"""
LONGEST_START = 1.5
"""Seconds of silence before anything is to be heard: the listener waits meanwhile"""
SILENT_SHARE = 0.95
"""Of all frames; even `Oh?` with the pause behind it sounds for a third of its time"""

LETTERS_A_SECOND = 30
"""Letters and digits; fast speech has 20, so one that needs less time has left something out"""

GRACE = 3.0
"""Seconds that any text may take: pauses before and behind it, and a slow start"""
LETTER_SECONDS = 0.16
"""Of a small letter or a space, twice what slow speech takes"""
DIGIT_SECONDS = 1.0
"""A digit is spoken as a word, in a number as several"""
SIGN_SECONDS = 0.5
"""Of anything else: a capital that is spelled, a sign that is a word, a Chinese character"""


def longest_seconds(text: str) -> float:
    """What no engine needs for a text."""

    def most(character: str) -> float:
        if character.islower() or character.isspace():
            return LETTER_SECONDS
        return DIGIT_SECONDS if character.isdigit() else SIGN_SECONDS

    return GRACE + sum(map(most, text))


def shortest_seconds(text: str) -> float:
    """Of sound, without pauses, that a text takes at the very least."""
    return sum(map(str.isalnum, text)) / LETTERS_A_SECOND


class OutputGuard:
    """Listens along to one sentence. Each method raises EngineFailure as soon as something is wrong.

    Its reasons: `no_audio`, `silent` (nothing to be heard, or hardly anything), `silent_gap`, `too_long`
    and `too_short`.
    """

    def __init__(self, text: str, rate: int = WIRE_SAMPLE_RATE) -> None:
        self._longest, self._shortest = longest_seconds(text), shortest_seconds(text)
        self._frame = round(FRAME_SECONDS * rate)
        self._part = b""
        self._frames = self._audible = self._gap = 0

    @property
    def audible(self) -> bool:
        """Whether anything was to be heard yet."""
        return self._audible > 0

    def feed(self, pcm: bytes) -> None:
        """The next piece: PCM_16, mono, whole samples."""
        raw = self._part + pcm
        whole = len(raw) // (2 * self._frame) * 2 * self._frame
        self._part = raw[whole:]
        for sounds in self._sounds(raw[:whole]):
            self._count(bool(sounds))

    def finish(self) -> None:
        """The sentence is complete."""
        if self._part:
            self._count(bool(self._sounds(self._part, len(self._part) // 2)[0]))
            self._part = b""
        if not self._frames:
            raise EngineFailure("no_audio", "the voice made no sound of a sentence")
        if self._audible < (1 - SILENT_SHARE) * self._frames:
            raise EngineFailure("silent", "the voice made hardly more than silence of a sentence")
        if self._audible * FRAME_SECONDS < self._shortest:
            raise EngineFailure(
                "too_short",
                f"the voice spoke for {self._audible * FRAME_SECONDS:.1f} s, and the sentence takes "
                f"{self._shortest:.1f} s at least",
            )

    def _sounds(self, raw: bytes, frame: int | None = None) -> np.ndarray:
        """Of each frame, whether it is to be heard."""
        frames = np.frombuffer(raw, dtype="<i2").reshape(-1, frame or self._frame).astype(np.float32) / 32768
        loud: np.ndarray = np.square(frames).mean(axis=1) >= 10 ** (SILENT_BELOW / 10)
        return loud

    def _count(self, sounds: bool) -> None:
        self._frames += 1
        if sounds:
            self._audible += 1
            self._gap = 0
        else:
            self._gap += 1
        if not self._audible and self._gap * FRAME_SECONDS >= LONGEST_START:
            raise EngineFailure("silent", f"the voice was silent for its first {LONGEST_START:g} s")
        if self._gap * FRAME_SECONDS >= LONGEST_GAP:
            raise EngineFailure("silent_gap", f"the voice fell silent for {LONGEST_GAP:g} s in a sentence")
        if self._frames * FRAME_SECONDS > self._longest:
            raise EngineFailure(
                "too_long",
                f"the voice speaks on after {self._longest:.1f} s, more than the sentence can take",
            )

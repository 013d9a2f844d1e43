"""Whether what an engine makes of a sentence can be that sentence; judged while it is made."""

import math

import numpy as np

from robotvoice.errors import ContentFailure
from robotvoice.sound.pcm import WIRE_SAMPLE_RATE
from robotvoice.text.spoken_length import LONGEST_GAP, LONGEST_START, longest_seconds, shortest_seconds

FRAME_SECONDS = 0.02
SILENT_BELOW = -50.0
"""dBFS of a frame; a microphone's noise in a cloned voice stays below, a whisper above"""
SILENT_SHARE = 0.95
"""Of all frames; even `Oh?` with the pause behind it sounds for a third of its time"""
SPEAKS_ABOVE = 25.0
"""dB below the loudest frame; what is softer is breath, or the room that a cloned voice comes with"""


class OutputGuard:
    """Listens along to one sentence. Each method raises ContentFailure as soon as something is wrong.

    Its reasons: `no_audio`, `silent` (nothing to be heard, or hardly anything), `silent_gap`, `too_long`
    and `too_short`.
    """

    def __init__(self, text: str, rate: int = WIRE_SAMPLE_RATE, *, any_language: bool = False) -> None:
        self._longest = longest_seconds(text, any_language=any_language)
        self._shortest = shortest_seconds(text)
        self._frame = round(FRAME_SECONDS * rate)
        self._part = b""
        self._frames = self._audible = self._gap = 0
        self._levels: list[float] = []
        self._loudest = -math.inf
        self._began = 0
        """The first frame that is part of the speech, as far as its loudness tells by now"""

    @property
    def audible(self) -> bool:
        """Whether anything was to be heard yet."""
        return self._audible > 0

    def feed(self, pcm: bytes) -> None:
        """The next piece: PCM_16, mono, whole samples."""
        raw = self._part + pcm
        whole = len(raw) // (2 * self._frame) * 2 * self._frame
        self._part = raw[whole:]
        for level in self._levels_of(raw[:whole]):
            self._count(float(level))

    def finish(self) -> None:
        """The sentence is complete."""
        if self._part:
            self._count(float(self._levels_of(self._part, len(self._part) // 2)[0]))
            self._part = b""
        if not self._frames:
            raise ContentFailure("no_audio", "the voice made no sound of a sentence")
        if self._audible < (1 - SILENT_SHARE) * self._frames:
            raise ContentFailure("silent", "the voice made hardly more than silence of a sentence")
        if self._audible * FRAME_SECONDS < self._shortest:
            raise ContentFailure(
                "too_short",
                f"the voice spoke for {self._audible * FRAME_SECONDS:.1f} s, and the sentence takes "
                f"{self._shortest:.1f} s at least",
            )

    def _levels_of(self, raw: bytes, frame: int | None = None) -> np.ndarray:
        """dBFS of each frame."""
        frames = np.frombuffer(raw, dtype="<i2").reshape(-1, frame or self._frame).astype(np.float32) / 32768
        levels: np.ndarray = 10 * np.log10(np.square(frames).mean(axis=1) + 1e-12)
        return levels

    def _count(self, level: float) -> None:
        self._frames += 1
        self._levels.append(level)
        if level >= SILENT_BELOW:
            self._audible += 1
            self._gap = 0
        else:
            self._gap += 1
        if not self._audible and self._gap * FRAME_SECONDS >= LONGEST_START:
            raise ContentFailure("silent", f"the voice was silent for its first {LONGEST_START:g} s")
        if self._gap * FRAME_SECONDS >= LONGEST_GAP:
            raise ContentFailure("silent_gap", f"the voice fell silent for {LONGEST_GAP:g} s in a sentence")
        if self._speaks_for(level) > self._longest:
            raise ContentFailure(
                "too_long",
                f"the voice speaks on after {self._longest:.1f} s, more than the sentence can take",
            )

    def _speaks_for(self, level: float) -> float:
        """Seconds since it began, if it speaks in this frame."""
        self._loudest = max(self._loudest, level)
        least = max(SILENT_BELOW, self._loudest - SPEAKS_ABOVE)
        if level < least:
            return 0.0
        while self._levels[self._began] < least:
            self._began += 1
        return (self._frames - self._began) * FRAME_SECONDS

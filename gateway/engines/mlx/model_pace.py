"""How fast a worker is, measured sentence by sentence, and what that lets one predict."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

NEWEST = 0.2
"""How much the newest sentence counts in a running mean"""
KEPT = 50
"""First sounds of a voice, of which the 95th percentile is taken"""
VOICES = 64
"""Voices that are told apart; the one not heard for longest is forgotten"""
SECONDS_A_BYTE = 0.07
"""Of audio for a byte of text, until it is measured: slow English speech"""


@dataclass(slots=True)
class VoicePace:
    """Of one voice. Seconds."""

    first_audio: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """From when the worker begins on a sentence to its first sound"""
    seconds_a_byte: float = SECONDS_A_BYTE


class Pace:
    """Of one model's worker; wall time by audio time is the real-time factor."""

    def __init__(self) -> None:
        self.real_time_factor = 1.0
        self.first_audio = 1.0
        """Seconds, of any voice"""
        self.prepare = 1.0
        """Seconds to encode a reference that is new to the worker"""
        self._voices: OrderedDict[str, VoicePace] = OrderedDict()
        self._measured = False

    def warmed_up(self, first_audio: float, real_time_factor: float) -> None:
        """What the worker found while warming up, where it could tell."""
        if first_audio:
            self.first_audio, self.real_time_factor = first_audio, real_time_factor or self.real_time_factor

    def prepared(self, seconds: float) -> None:
        self.prepare += (seconds - self.prepare) * NEWEST

    def spoke(self, voice: str, text: str, *, first_audio: float, audio: float, wall: float) -> None:
        """A sentence that came to its end."""
        of = self._of(voice)
        of.first_audio.append(first_audio)
        self.first_audio += (first_audio - self.first_audio) * NEWEST
        if audio:
            weight = NEWEST if self._measured else 1.0
            self.real_time_factor += (wall / audio - self.real_time_factor) * weight
            of.seconds_a_byte += (audio / max(1, len(text.encode())) - of.seconds_a_byte) * weight
            self._measured = True

    def first_audio_p95(self, voice: str) -> float:
        """Seconds from when the worker begins; the mean of all voices while there is nothing of this one."""
        known = self._voices.get(voice)
        if not known or not known.first_audio:
            return self.first_audio
        ordered = sorted(known.first_audio)
        return ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]

    def wall_of(self, voice: str, text: str) -> float:
        """Seconds the worker will be at this sentence."""
        known = self._voices.get(voice)
        seconds_a_byte = known.seconds_a_byte if known else SECONDS_A_BYTE
        return self.first_audio_p95(voice) + len(text.encode()) * seconds_a_byte * self.real_time_factor

    def _of(self, voice: str) -> VoicePace:
        pace = self._voices.setdefault(voice, VoicePace())
        self._voices.move_to_end(voice)
        if len(self._voices) > VOICES:
            self._voices.popitem(last=False)
        return pace

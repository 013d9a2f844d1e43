"""How much sound is held back before it is played, so that a source that hesitates leaves no gap.

It is learned: more after an underrun, slowly less again, and more from a source that makes its sound hardly
faster than it is heard.
"""

LEAST, MOST = 0.1, 0.35
"""Seconds of sound, as underruns teach it"""
GROWS, SHRINKS = 1.5, 0.01
"""By how much an underrun multiplies it, and what a sentence without one takes away, in seconds"""
MOST_IN_ALL = 1.0
"""Seconds of sound, with what a slow source needs besides"""
SENTENCE = 3.0
"""Seconds that a sentence is expected to have"""
SWING = 1.1
"""How many times as long as it was measured to take a source may take next time"""
MOST_SOURCES = 16
"""Whose pace is remembered; a gateway may name as many engines as it likes"""


class PreBuffer:
    """What is known of one loudspeaker and of those who are heard on it. It outlives texts."""

    def __init__(self) -> None:
        self.learned = LEAST
        """Seconds of sound"""
        self.underruns = 0
        """How often the player had played all it had in the middle of a sentence"""
        self.gaps = 0.0
        """Seconds of silence that this made in all, by the clock"""
        self._pace: dict[str, float] = {}
        """Real-time factors, by source"""

    def wanted(self, source: str) -> float:
        """Seconds of sound to hold back, so that a source which gets no slower than SWING leaves no gap."""
        pace = self._pace.get(source, 0.0) * SWING
        slow = SENTENCE * (1 - 1 / pace) if pace > 1 else 0.0
        return min(self.learned + slow, MOST_IN_ALL)

    def underrun(self, gap: float) -> None:
        """An underrun of `gap` seconds."""
        self.underruns += 1
        self.gaps += gap
        self.learned = min(self.learned * GROWS, MOST)

    def played_through(self) -> None:
        """A sentence that came while it was played has come to its end without an underrun."""
        self.learned = max(self.learned - SHRINKS, LEAST)

    def measured(self, source: str, pace: float) -> None:
        """The real-time factor of a sentence: wall time over audio time."""
        before = self._pace.pop(source, pace)
        self._pace[source] = (before + pace) / 2
        if len(self._pace) > MOST_SOURCES:
            del self._pace[next(iter(self._pace))]

"""How much of a text each entry of a chain reads."""

from collections.abc import Sequence

from robotvoice.languages import CANNOT_READ
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason

EVERYTHING = 1000
"""More scripts than there are"""


def lost(read: Legible) -> int:
    """How many scripts of a sentence are left out."""
    return len(read.left_out) if read.text else EVERYTHING


class Legibility:
    """Of one sentence, or of all that are to be in one voice."""

    def __init__(
        self, engines: Sequence[str], by_entry: Sequence[Sequence[Legible]], *, one_voice: bool = False
    ) -> None:
        """By entry, the name of its engine, and what it would say of each sentence."""
        self._engines = engines
        self._by_entry = by_entry
        self._one_voice = one_voice
        self.lost = [sum(map(lost, each)) for each in by_entry]
        some = filter(self.is_read_by, range(len(by_entry)))
        self.ranked: Sequence[int] = sorted(some, key=lambda entry: self.lost[entry])
        """Who reads all of it, then who reads some, in the order of the chain; without who reads nothing"""

    def order(self, position: int | None) -> Sequence[int]:
        """Who may speak if all that come before this entry may not; None: everybody may."""
        if position is None:
            return self.ranked
        if self._one_voice and position in self.ranked:
            return self.ranked[self.ranked.index(position) :]
        return [entry for entry in self.ranked if entry >= position]

    def is_read_by(self, entry: int) -> bool:
        """Whether it would say anything."""
        return any(read.text for read in self._by_entry[entry])

    def is_surpassed(self, entry: int) -> bool:
        """Whether another one reads more, or it reads nothing."""
        return not self.is_read_by(entry) or self.lost[entry] > min(self.lost)

    def why_not(self, entry: int) -> Reason:
        """Why another one is to speak than this one."""
        names = dict.fromkeys(name for read in self._by_entry[entry] for name in read.left_out)
        return Reason(CANNOT_READ, f"{self._engines[entry]} does not read {' and '.join(names)}")

"""Texts and voices that come out wrong though their engine is well: always, sometimes, or for a while."""

import enum
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from proofs.faults.simulation.sound import FORMAT, pcm_of

TEXTS, SOMETIMES = 0.01, 0.02
"""Shares of all texts, the latter of those of one voice"""
BABBLES_FOR = 40.0
"""Seconds; nobody listens for so long"""


class Kind(enum.StrEnum):
    """What is to blame."""

    TEXT = "content_text"
    """No voice can say it, with whatever dice"""
    DICE = "content_dice"
    """One take of two comes out wrong"""
    VOICE = "content_voice"
    """Nothing can be said with it until somebody gives it another clip"""


class How(enum.Enum):
    """What comes of it."""

    BABBLE, SILENT, SHORT, NOTHING = range(4)


class Content:
    """All of it from one seed."""

    def __init__(self, seed: int, seconds: float, personas: Sequence[str]) -> None:
        """`personas`: those whose clips are changed, from a good one to a bad one and back."""
        self._seed = seed
        rng = random.Random(f"{seed} content")
        self._changes = {persona: list(_changes(rng, seconds)) for persona in personas}
        self._met: set[tuple[Kind, str, str]] = set()
        self._hits: Counter[Kind] = Counter()

    def voice(self, persona: str, now: float) -> str:
        """The name of this persona's voice as it is now; after a change of the clip it is another one."""
        number = sum(change <= now for change in self._changes.get(persona, ()))
        return f"{persona} {number}"

    def made(self, voice: str, text: str, dice: int) -> bytes:
        """PCM of this take: the sentence, or what comes in its place; whoever asks meets it.

        What comes in its place never comes to the sentence's end.
        """
        kind, pcm = self.kind(voice, text), pcm_of(text)
        if kind is None or (kind is Kind.DICE and self._draw(voice, text, str(dice)) < 0.5):
            return pcm
        this = (kind, voice, "" if kind is Kind.VOICE else text)
        if this not in self._met:
            self._met.add(this)
            self._hits[kind] += 1
        match How(int(4 * self._draw(voice, text, "how"))):
            case How.BABBLE:
                return pcm[:-2] + pcm[-4:-2] * round(BABBLES_FOR * FORMAT.sample_rate)
            case How.SILENT:
                return bytes(max(len(pcm) - 2, 4 * FORMAT.sample_rate))
            case How.SHORT:
                return pcm[: (len(pcm) - 2) // 5 // 2 * 2]
            case How.NOTHING:
                return b""

    def kind(self, voice: str, text: str) -> Kind | None:
        """The same without meeting it."""
        if self.is_bad(voice):
            return Kind.VOICE
        if self._draw(text) < TEXTS:
            return Kind.TEXT
        return Kind.DICE if self._draw(voice, text) < SOMETIMES else None

    def is_bad(self, voice: str) -> bool:
        """Every second clip is."""
        return voice.rpartition(" ")[2] in map(str, range(1, 1000, 2))

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """By kind: those that came along or were scheduled, and those that somebody met."""
        scheduled = {**self._hits, Kind.VOICE: sum(map(len, self._changes.values())) // 2}
        return {kind.value: {"scheduled": scheduled.get(kind, 0), "hit": self._hits[kind]} for kind in Kind}

    def _draw(self, *what: str) -> float:
        return zlib.crc32(" ".join((str(self._seed), *what)).encode()) / 2**32


def _changes(rng: random.Random, seconds: float) -> Iterator[float]:
    """When it becomes a bad one, a good one, and so on: somebody hears the bad one and mends it."""
    now = 60.0
    while True:
        now += rng.expovariate(1 / 360.0)
        lasts = rng.uniform(20.0, 90.0)
        if now + lasts >= seconds:
            return
        yield from (now, now + lasts)
        now += lasts

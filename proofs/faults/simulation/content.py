"""Texts and voices that come out wrong though their engine is well: always, sometimes, or for a while."""

import enum
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from proofs.faults.simulation.sound import FORMAT, PIECE, pieces_of

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

    def wrong(self, voice: str, text: str, dice: int) -> How | None:
        """What comes of this take in place of the sentence; whoever asks meets it."""
        kind = self.kind(voice, text)
        if kind is None or (kind is Kind.DICE and self._draw(voice, text, str(dice)) < 0.5):
            return None
        this = (kind, voice, "" if kind is Kind.VOICE else text)
        if this not in self._met:
            self._met.add(this)
            self._hits[kind] += 1
        return How(int(4 * self._draw(voice, text, "how")))

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


def pieces_gone_wrong(text: str, how: How) -> Sequence[bytes]:
    """As `pieces_of`; none of it comes to the sentence's end."""
    step = 2 * round(PIECE * FORMAT.sample_rate)
    pcm = b"".join(pieces_of(text))[:-2]
    match how:
        case How.BABBLE:
            pcm += pcm[-2:] * round(BABBLES_FOR * FORMAT.sample_rate)
        case How.SILENT:
            pcm = bytes(max(len(pcm), 4 * FORMAT.sample_rate))
        case How.SHORT:
            pcm = pcm[: len(pcm) // 5 // 2 * 2]
        case How.NOTHING:
            pcm = b""
    return [pcm[at : at + step] for at in range(0, len(pcm), step)]


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

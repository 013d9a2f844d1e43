"""What of a request was not followed: a few sentences that travel with its answer, through whatever door."""

from collections.abc import Iterator

MOST = 8
"""Warnings of one answer; what comes on top is left out"""
LONGEST = 160
"""Characters of one"""
BETWEEN = "; "
"""Stands between two in a header, and in none of them"""


class VoiceWarnings:
    """Of one answer. Each sentence is told once, in printable ASCII, whoever adds it and how often."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        """What it is about, by the sentence"""

    def add(self, about: str, sentence: str) -> None:
        """`about` is the field of the request, such as `speed`, or another word that a log may hold.

        A sentence holds nothing that is spoken: it goes to the caller, and to nobody else.
        """
        plain = _plain(sentence)
        if plain and len(self._told) < MOST:
            self._told.setdefault(plain, about)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._told))

    def __len__(self) -> int:
        return len(self._told)

    @property
    def about(self) -> tuple[str, ...]:
        """What was not followed, each once; never a value."""
        return tuple(dict.fromkeys(self._told.values()))

    @property
    def header(self) -> str:
        """All of them on one line."""
        return BETWEEN.join(self._told)


class _ToNobody(VoiceWarnings):
    def add(self, about: str, sentence: str) -> None:
        """Nobody waits for the answer, or it has no place for them."""


IGNORED: VoiceWarnings = _ToNobody()


def _plain(sentence: str) -> str:
    kept = "".join(each if " " <= each <= "~" else "?" for each in " ".join(sentence.split()))
    kept = kept.replace(BETWEEN, ", ")
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 3].rstrip() + "..."

"""A loudspeaker that cannot be had at the moment: why, since when, and what its owner can do."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from edge_client.playback.devices.device_names import card_named
from edge_client.playback.devices.sound_cards import Card
from robotvoice.errors import PlayerFailed

SOUND_SERVERS = {"pulseaudio", "pipewire", "pipewire-pulse", "wireplumber"}
MOST_NAMED = 3
"""Cards that a message names"""


class Kind(enum.Enum):
    """What waiting may help against. Of several players' complaints the first of these counts."""

    BUSY = "busy"
    MISSING = "missing"
    DOWN = "down"
    """A sound server or a headset that is not up, or not yet"""


_WORDS = {
    Kind.BUSY: ("resource busy",),
    Kind.DOWN: (
        "host is down", "connection refused", "connection failure", "connection terminated",
        "connection reset", "not connected", "timed out",
    ),
    Kind.MISSING: (
        "no such device", "cannot find card", "cannot get card index", "invalid value for card",
        "no soundcards found", "no such entity",
    ),
}  # fmt: skip
"""Of players and of the system, in small letters"""


class LoudspeakerAway(PlayerFailed):
    """Nothing can be heard now; later perhaps."""

    def __init__(self, why: str) -> None:
        super().__init__(f"nothing was said, as {why}")
        self.why = why
        self.sentence: int | None = None
        """The first one that may not have been heard to its end; None: nothing was heard at all"""


@dataclass(frozen=True, slots=True)
class Away:
    """Times are in seconds of whoever made it."""

    kind: Kind
    since: float
    reason: str
    """In the players' own words"""
    holder: str | None = None
    """The program that has it"""
    advice: str = ""
    """What to do, beside waiting"""
    is_a_voice: bool = False
    """Whether it is only one of ours that speaks"""

    def told(self, now: float) -> str:
        """Behind "the loudspeaker is"."""
        seconds = round(now - self.since)
        since = f" since {seconds} s" if seconds > 0 else ""
        if self.kind is Kind.BUSY:
            who = f" ({self.holder})" if self.holder else ""
            return f"{'taken' if self.is_a_voice else 'held'} by another program{who}{since}"
        what = "not up yet" if self.kind is Kind.DOWN else "missing"
        return f"{what}{since} ({self.reason})"

    def error(self, now: float) -> LoudspeakerAway:
        """For a line that cannot wait any longer."""
        return LoudspeakerAway(f"the loudspeaker is {self.told(now)}: {self.advice}")


def kind_of(words: str) -> Kind | None:
    """What a player that failed complained of; None: something that waiting does not mend."""
    said = words.lower()
    for kind, known in _WORDS.items():
        if any(each in said for each in known):
            return kind
    # That of a PCM which is nowhere defined is a wrong name, and stays one.
    gone = "no such file or directory" in said and "unknown pcm" not in said
    return Kind.MISSING if gone else None


def advice(kind: Kind, holder: str | None, device: str | None, cards: Sequence[Card]) -> str:
    """What the owner can do."""
    if kind is Kind.BUSY and holder in SOUND_SERVERS:
        return "it is a sound server: play through it, without the setting device"
    if kind is Kind.BUSY:
        return "end it, choose another device, or write a file instead"
    if kind is Kind.DOWN:
        return "switch it on or connect it, or choose another device"
    return which_cards(device, cards)


def which_cards(device: str | None, cards: Sequence[Card]) -> str:
    """The cards there are, by names that stay true, the likeliest first."""
    if not cards:
        return (
            "no sound card is here: plug it in, or switch it on; aplay -L lists names that stay, such as "
            'device = "plughw:CARD=Device"'
        )
    ordered = sorted(cards, key=lambda card: card.is_hdmi)
    named = " or ".join(
        f'device = "plughw:CARD={card.id}" for {card.name}{" (the screen)" if card.is_hdmi else ""}'
        for card in ordered[:MOST_NAMED]
    )
    wrong = card_named(device)
    there = f"there is no card {wrong}; " if wrong else ""
    return f"{there}write {named}"

"""What stands between a player that works and an ear: the mixer's volume, and the default sink."""

import re
import shutil
from contextlib import suppress
from dataclasses import dataclass

from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import output_of

WITHIN = 1.0
"""Seconds for a program that only tells something"""
PREFERRED = ("Master", "PCM", "Speaker", "Headphone", "Digital", "HDMI")
"""Which of several controls the owner means by the volume"""
SOFT = 20
"""Percent below which somebody may hear nothing"""
_CONTROL = re.compile(r"Simple mixer control '([^']*)',\d+")
_PERCENT = re.compile(r"Playback.*?\[(\d+)%\]")
_SWITCH = re.compile(r"Playback.*?\[(on|off)\]")


@dataclass(frozen=True, slots=True)
class Mixer:
    """One control that playing goes through."""

    control: str
    percent: int | None
    """As alsamixer shows it; None: it has a switch only"""
    muted: bool

    @property
    def label(self) -> str:
        volume = [] if self.percent is None else [f"{self.percent} %"]
        return " ".join((self.control, *volume, *(["muted"] if self.muted else [])))

    @property
    def is_soft(self) -> bool:
        return self.percent is not None and self.percent < SOFT


async def mixer_of(card: int | None) -> Mixer | None:
    """Of that card, or of ALSA's default; None: it has none, or nobody can tell."""
    if not shutil.which("amixer"):
        return None
    which = [] if card is None else ["-c", str(card)]
    with suppress(ChildFailed):
        return read_controls(await output_of("amixer", ["-M", *which, "scontents"], WITHIN))
    return None


def read_controls(told: str) -> Mixer | None:
    """The one that is meant by the volume, of all that amixer tells of."""
    found: dict[str, Mixer] = {}
    names = _CONTROL.split(told)[1:]
    for name, text in zip(names[::2], names[1::2], strict=True):
        percent, switch = _PERCENT.search(text), _SWITCH.search(text)
        if percent or switch:
            off = switch is not None and switch[1] == "off"
            found.setdefault(name, Mixer(name, int(percent[1]) if percent else None, off))
    first = next((name for name in PREFERRED if name in found), next(iter(found), None))
    return found[first] if first else None


async def default_sink() -> str | None:
    """Of the sound server, if there is one that tells."""
    if not shutil.which("pactl"):
        return None
    with suppress(ChildFailed):
        return (await output_of("pactl", ["get-default-sink"], WITHIN)).strip() or None
    return None

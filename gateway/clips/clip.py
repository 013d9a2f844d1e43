"""A reference clip as a model takes it, and what is found in a recording."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

Level = Literal["problem", "warning", "remark"]
"""It cannot be used · it can, and sounds worse for it · nothing has to be done"""


@dataclass(frozen=True, slots=True)
class ClipFinding:
    """What was found and what to do about it."""

    code: str
    level: Level
    text: str


def of_level(findings: Iterable[ClipFinding], level: Level) -> tuple[str, ...]:
    """Their sentences."""
    return tuple(finding.text for finding in findings if finding.level == level)


if TYPE_CHECKING:
    from gateway.clips.measures import Measures

CLIP_RATE = 24_000
"""Hz of every clip"""
TRAILING_SILENCE = 0.5
"""Seconds after the clip's end, without which a model speaks on where the clip stopped"""


@dataclass(frozen=True, slots=True)
class Clip:
    """The voice that is to be cloned: mono, 24 kHz."""

    samples: bytes
    """float32 little-endian, TRAILING_SILENCE included"""
    seconds: float
    """Without that silence"""
    key: str
    """SHA-256 of `samples` in hex"""


@dataclass(frozen=True, slots=True)
class CheckedClip:
    """A clip that can be used, and what was found in it."""

    clip: Clip
    findings: tuple[ClipFinding, ...] = ()
    heard: "Measures | None" = field(default=None, compare=False, repr=False)
    """What its transcript is compared with"""
    cut: bool = False
    """Whether words at its end were left out, so that no transcript fits it any more"""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What would make it better, one line each."""
        return of_level(self.findings, "warning")

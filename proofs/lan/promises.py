"""What must hold in every trial: each line is heard, once, to its end, and by one voice at a time."""

import itertools
from collections import Counter
from dataclasses import dataclass

from proofs.lan.ear import Sound
from proofs.lan.trial import Trial

SAME_MOMENT = 0.002
"""Seconds by which the times of two plays may be wrong"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How often something was so in one trial."""

    lost: int = 0
    """Lines that were not heard to their end"""
    twice: int = 0
    """Lines that were heard again although they had been heard whole"""
    repeated: int = 0
    """Lines that were begun again after a cut, as they should be"""
    overlaps: int = 0
    """Pairs of voices at once"""
    wrong: int = 0
    """Heard from who cannot have said it, or heard and never asked for"""


def judge(trial: Trial) -> Verdict:
    sounds = [sound for sound in trial.sounds if sound.text is not None]
    asked = Counter(line.text for line in trial.lines)
    may_be_cut = {line.text for line in trial.lines if line.cut}
    whole = Counter(sound.text for sound in sounds if sound.whole)
    begun = Counter(sound.text for sound in sounds if not sound.whole)
    unasked = sum(1 for sound in trial.sounds if sound.text not in asked)
    return Verdict(
        lost=sum(max(0, count - whole[text]) for text, count in asked.items() if text not in may_be_cut),
        twice=sum(max(0, whole[text] - count) for text, count in asked.items()),
        repeated=sum(min(begun[text], whole[text]) for text in asked),
        overlaps=overlaps(trial.sounds),
        wrong=len(trial.wrong) + unasked,
    )


def overlaps(sounds: list[Sound]) -> int:
    """Sounds that begin before all those before them have ended."""
    ordered = sorted(sounds, key=lambda sound: sound.began)
    quiet = itertools.accumulate((sound.ended for sound in ordered), max)
    return sum(after.began < until - SAME_MOMENT for until, after in zip(quiet, ordered[1:], strict=False))

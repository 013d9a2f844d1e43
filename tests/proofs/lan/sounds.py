"""Sounds and trials as a run leaves them, made by hand."""

from array import array
from typing import cast

from proofs.lan.ear import Sound, Who
from proofs.lan.sink import Play
from proofs.lan.trial import Line, Trial
from proofs.lan.world import World

RATE = 8000


def played(samples: "array[int]", rate: int, began: float = 100.0) -> Play:
    """All of it, in one run."""
    return Play(1, rate, began, samples, [(0, began)], len(samples), ended=began + len(samples) / rate)


def sound(text: str | None, began: float, seconds: float, who: Who = "robot", *, whole: bool = True) -> Sound:
    return Sound(played(array("h"), RATE, began), who, text, began, began + seconds, whole)


def trial(*sounds: Sound, asked: tuple[str, ...] = ("a", "b"), row: str = "link cut") -> Trial:
    """In which these lines were asked for and this was heard."""
    made = Trial("some", row, 0, cast(World, None), began=100.0, ended=110.0)
    made.lines = [Line(text, 100.0) for text in asked]
    made.sounds = list(sounds)
    return made

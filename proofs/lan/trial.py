"""One trial: what was asked, what was done to the gateway, what was heard, and how long that took."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from proofs.lan.ear import Sound
from proofs.lan.sink import Play
from proofs.lan.texts import SENTENCES
from proofs.lan.world import World
from proofs.rig.program import RunBroken, until

NEXT = "next line while away"
BACK = "gateway back, its voice heard"
"""Rows of the report that several scenarios are for"""
BACK_WITHIN = 20.0
"""Seconds after which a voice that has not come back never will"""
_texts = itertools.cycle(SENTENCES)


@dataclass(slots=True)
class Line:
    """A sentence that somebody asked for."""

    text: str
    at: float
    cut: bool = False
    """On purpose: then it need not be heard to its end"""


@dataclass(slots=True)
class Trial:
    """Times are in seconds of `time.monotonic`."""

    scenario: str
    row: str
    """Of the report: the one that it is for"""
    number: int
    world: World
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    lines: list[Line] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)
    """When the gateway could not be reached, or had nothing to say"""
    measured: list[tuple[str, float]] = field(default_factory=list)
    """By row of the report: seconds"""
    sounds: list[Sound] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What broke the promise, each in a sentence"""
    hung: str | None = None
    """Why it did not come to its end"""
    _down: float | None = None

    def say(self, text: str | None = None, **more: Any) -> Line:
        """Another sentence each time unless one is given."""
        text = next(_texts) if text is None else text
        line = Line(text, self.world.say(text, **more))
        self.lines.append(line)
        return line

    def different(self, number: int) -> list[str]:
        """So many sentences."""
        return list(itertools.islice(_texts, number))

    def heard(self, line: Line) -> Sound:
        """Its last sound, when all was said."""
        self.world.settle()
        found = [sound for sound in self.world.sounds(self.began) if sound.text == line.text]
        if not found:
            raise RunBroken(f"{line.text!r} was not heard")
        return found[-1]

    def by_the_robot(self, row: str, line: Line, since: float = 0.0) -> Sound:
        """Waits for its end; from the asking, or `since` if that is later, to what can be heard."""
        sound = self.heard(line)
        if sound.who != "robot":
            self.wrong.append(f"{line.text!r} was spoken by the {sound.who}, which was away")
        self.measured.append((row, sound.began - max(line.at, since)))
        return sound

    def by_the_gateway(self, row: str, since: float) -> None:
        """One line after the other, until the gateway's voice is heard; the time of its first sound."""
        deadline = time.monotonic() + BACK_WITHIN
        while time.monotonic() < deadline:
            sound = self.heard(self.say())
            if sound.who == "gateway":
                self.measured.append((row, max(0.0, sound.began - since)))
                return
        raise RunBroken(f"the gateway's voice has not come back within {BACK_WITHIN:g} s")

    def down(self, moment: float) -> None:
        """From then on there is no gateway."""
        self._down = moment

    def up(self, moment: float) -> None:
        """There is one again."""
        assert self._down is not None, "it was away"
        self.away.append((self._down, moment))
        self._down = None

    def wait_for_sound(self, seconds: float) -> None:
        """Until so much of what is being played was heard. Raises RunBroken."""

        def sounds() -> bool:
            plays = [play for play in self.world.loudspeaker.plays if play.runs_now and play.ended is None]
            return any(_heard_of_now(play, self.began) > seconds for play in plays)

        until(sounds, "nothing was heard", BACK_WITHIN, every=0.002)

    def end(self) -> None:
        """Nothing is done any more: now it is listened to all of it."""
        self.ended = time.monotonic()
        if self._down is not None:
            self.up(self.ended)
        self.sounds = self.world.sounds(self.began)


def _heard_of_now(play: Play, since: float) -> float:
    """Seconds of what is being played, if it began after that."""
    first, began = play.runs[-1]
    return (play.heard - first) / play.rate if began > since else 0.0

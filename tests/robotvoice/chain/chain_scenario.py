"""What may happen to a chain: engines, their doors, scripts and deadlines, and what a caller asks for."""

import math
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from robotvoice.chain.breaker import State
from robotvoice.errors import ContentFailure, EngineFailure, EngineForbidden, EngineUnavailable
from robotvoice.text.writing.characters import is_speakable
from robotvoice.text.writing.scripts import Legible
from tests.fakes.scripted_engine import FOREVER, Script

TICK = 1 / 64
"""Seconds. Sums of it are exact."""
STALL, PATIENCE = 0.5, 3.0
RATE = 24_000
QUARTER = RATE // 4
"""Samples of a quarter of a second"""


@dataclass(frozen=True, slots=True)
class Actor:
    """An engine: how it will behave, and the breaker before it."""

    scripts: tuple[Script, ...]
    ready: bool = True
    door: State = State.CLOSED
    failures: int = 3
    """In a row, that open its breaker"""
    cap: float = 2.0
    estimate: float = 0.0
    factor: float = 0.0
    signs: bool = False
    reads: str = "λж"
    """Of the letters that not everybody reads"""

    def legible(self, text: str) -> Legible:
        if text.isascii():
            return Legible(text)
        left_out = [letter for letter in "λж" if letter in text and letter not in self.reads]
        for letter in left_out:
            text = text.replace(letter, "")
        return Legible(text if is_speakable(text) else "", tuple(left_out))


@dataclass(frozen=True, slots=True)
class Scenario:
    """Times in seconds."""

    actors: tuple[Actor, ...]
    entries: tuple[int, ...]
    """Which actor each entry of the chain is"""
    recalls: bool
    """Whether the first entry holds some of the voice of the second"""
    texts: tuple[str, ...]
    first_audio: float = math.inf
    whole: float = math.inf
    last_resort: bool = True
    repeat_heard: bool = True
    start_at: int | None = None


def ticks(least: int, most: int) -> st.SearchStrategy[float]:
    return st.integers(least, most).map(lambda number: number * TICK)


BREAKS: list[float | BaseException] = [
    EngineFailure("died", "it died"),
    EngineFailure("died", "it died"),
    ContentFailure("too_long", "it babbles"),
    ContentFailure("too_long", "it babbles"),
    EngineUnavailable("busy", "it is busy"),
    EngineForbidden("key_refused", "it refuses the key"),
    ValueError("a bug"),
    FOREVER,
]
SOUND = st.sampled_from([10, QUARTER, 4 * QUARTER])
STEPS = st.one_of(SOUND, SOUND, ticks(1, 40), ticks(20, 200), st.sampled_from([0, *BREAKS]))
GOOD = st.tuples(ticks(1, 30), SOUND, SOUND)
LATE = st.tuples(ticks(30, 150), SOUND, ticks(1, 60), SOUND)
BAD = st.tuples(st.sampled_from(BREAKS))
BROKEN = st.tuples(SOUND, st.sampled_from(BREAKS))
ALIVE = st.lists(st.sampled_from([0, 0.25, 0.5, 0.75]), min_size=1, max_size=8).map(
    lambda steps: (*steps, 10)
)
"""A script that gives signs of life until it sounds"""
SCRIPTS: st.SearchStrategy[Script] = st.one_of(
    GOOD, GOOD, LATE, LATE, BAD, BROKEN, ALIVE, st.just(()), st.lists(STEPS, max_size=5).map(tuple)
)
TEXTS = st.sampled_from(["One.", "x" * 30, "One.", "x" * 30, "Two.", "Three."])
SOMEBODY_READS = ("λ", "ж")
"""And not everybody"""
LETTERS = st.sampled_from(["One.", "x" * 30, "Two λ.", *SOMEBODY_READS, *SOMEBODY_READS, "λ and ж."])
DOORS = [State.CLOSED] * 6 + [*State]
ACTORS = st.builds(
    Actor,
    scripts=st.lists(SCRIPTS, min_size=1, max_size=4).map(tuple),
    ready=st.sampled_from([True, True, True, False]),
    door=st.sampled_from(DOORS),
    failures=st.integers(1, 3),
    cap=ticks(10, 150) | st.just(10.0),
    estimate=st.just(0.0) | ticks(0, 20) | ticks(20, 100),
    factor=st.sampled_from([0.0, 0.5, 1.0]),
    signs=st.booleans(),
    reads=st.sampled_from(["", "λ", "ж", "λж"]),
)


@st.composite
def scenarios(draw: st.DrawFn, *, timed: bool = True) -> Scenario:
    """With `timed` false nobody waits for anything: no budget."""
    texts = draw(st.sampled_from([TEXTS, LETTERS]))
    entries = draw(
        st.sampled_from([(0,), (0, 1), (0, 1), (0, 0), (0, 1, 2), (0, 1, 2), (0, 1, 1), (0, 0, 1)])
    )
    budget = st.just(math.inf) | ticks(10, 200)
    whole = st.just(math.inf) | ticks(60, 700)
    actors = [draw(ACTORS) for _ in range(max(entries) + 1)]
    recalls = len(entries) > 1 and entries[0] != entries[1] and draw(st.integers(0, 3)) == 0
    if recalls:
        # What is held was made by that voice.
        actors[0] = replace(actors[0], reads=actors[1].reads)
    return Scenario(
        actors=tuple(actors),
        entries=entries,
        recalls=recalls,
        texts=tuple(draw(texts) for _ in range(draw(st.integers(1, 4)))),
        first_audio=draw(budget) if timed else math.inf,
        whole=draw(whole) if timed else math.inf,
        last_resort=draw(st.sampled_from([True, True, False])),
        repeat_heard=draw(st.sampled_from([True, True, True, False])),
        start_at=draw(st.sampled_from([None, None, 0, len(entries) - 1])) if timed else None,
    )


_SPEAKS, _DIES = Actor(((10,),)), Actor(((BREAKS[0],),))
RARE = [
    # Late, although it was given a good deal more than it had promised to need.
    Scenario((Actor(((1.5, 10),), cap=10.0, estimate=0.75), _SPEAKS), (0, 1), False, ("One.",), 1.26),
    # It promises to begin when it would be only just in time.
    Scenario((Actor(((10,),), estimate=0.9), _SPEAKS), (0, 1), False, ("One.",), 1.26),
    # Sound enough in time, though more comes later.
    Scenario((Actor(((10, 0.375) * 6,)), _SPEAKS), (0, 1), False, ("One.",), 1.26),
    # What came out wrong would be just in time once more, had it not taken so long.
    Scenario((Actor(((0.75, BREAKS[2]),), estimate=0.5), _SPEAKS), (0, 1), False, ("One.",), 1.26),
    # What was heard is repeated by the one after the next.
    Scenario((Actor(((10, BREAKS[0]),)), _DIES, _SPEAKS), (0, 1, 2), False, ("One.",)),
    # Who reads the second text stops, and reads the third one again, with others.
    Scenario(
        (
            Actor(((1.5, QUARTER, 0.0625, 4 * QUARTER),), failures=2, cap=10.0, signs=True, reads="ж"),
            Actor(
                ((0.328125, QUARTER, 4 * QUARTER), (), (10, BREAKS[2]), ()),
                failures=2,
                cap=10.0,
                estimate=1.125,
                reads="λ",
            ),
        ),
        (0, 1, 1),
        False,
        ("One.", "λ", "λ and ж."),
    ),
]
"""What random worlds seldom hold"""
RARE_FILES = [
    # Who reads most of it would be too late; the other one reads some.
    Scenario(
        (Actor(((10,),), factor=1.0, reads="λ"), Actor(((10,),), reads="ж")),
        (0, 1),
        False,
        ("ж", "λ", "λ"),
        whole=0.4,
    ),
    # Nobody reads all of what begins in the middle, and who would read it breaks.
    Scenario(
        (
            Actor(
                (
                    (QUARTER, BREAKS[6]),
                    (0.21875, QUARTER, 4 * QUARTER),
                    (4 * QUARTER, BREAKS[6]),
                    (BREAKS[0],),
                ),
                failures=1,
                cap=10.0,
                factor=0.5,
                reads="ж",
            ),
            Actor(
                ((0.5, QUARTER, 0.65625, 4 * QUARTER), (0, 0.25, 0.5, 10), (0.25, 0.25, 0, 10)),
                door=State.FORCED_CLOSED,
                failures=1,
                cap=10.0,
                factor=1.0,
                signs=True,
                reads="",
            ),
        ),
        (0, 1),
        False,
        ("Two λ.", "λ and ж.", "One.", "λ"),
        2.5,
        1.703125,
        last_resort=False,
        start_at=1,
    ),
    # A file begins again when little of its time is left.
    Scenario(
        (
            Actor(
                ((0.234375, QUARTER, 4 * QUARTER), ()),
                door=State.FORCED_CLOSED,
                failures=2,
                cap=0.40625,
                signs=True,
                reads="ж",
            ),
            Actor(
                ((0.1875, QUARTER, 4 * QUARTER),),
                door=State.FORCED_CLOSED,
                failures=1,
                cap=10.0,
                reads="ж",
            ),
        ),
        (0, 1, 1),
        False,
        ("Two λ.", "x" * 30),
        2.359375,
        0.9375,
    ),
]

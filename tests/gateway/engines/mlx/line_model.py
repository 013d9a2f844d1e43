"""The line before a worker and the pace that is measured of it, told a second time and played at random."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st

from gateway.engines.mlx.worker_messages import Speak
from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.errors import EngineUnavailable
from robotvoice.utterance import Priority, RequestOptions

LIMIT, EACH, PATIENCE = 3, 2, 10.0
CLIENTS = ["", "a", "b", "c", "d", "e", "f"]

Move = tuple[Any, ...]
Wait = tuple[str, int, float, float]
"""Client, priority, until when its sound is of use, when it came"""


CLIENT = st.sampled_from(CLIENTS)
PRIORITY = st.sampled_from([Priority.DIALOGUE] * 4 + [*Priority])
MOVES: st.SearchStrategy[list[Move]] = st.lists(
    st.one_of(
        st.tuples(st.just("put"), CLIENT, PRIORITY, st.sampled_from([1e9] * 4 + [0.75, 3.25])),
        st.tuples(st.just("put"), CLIENT, PRIORITY, st.just(1e9)),
        st.tuples(st.just("serve"), CLIENT),
        st.tuples(st.just("pop")),
        st.tuples(st.just("leave"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([0.5, 2.0, 9.0])),
        st.tuples(st.just("ahead"), PRIORITY),
        st.sampled_from([("pop",), ("pop",), ("pop",), ("refuse_all",)]),
    ),
    min_size=5,
    max_size=40,
)


@dataclass
class Line:
    """Who waits, in the order they came, and in which order clients had their last turns."""

    now: float = 0.0
    waiting: dict[int, Wait] = field(default_factory=dict)
    served: list[str] = field(default_factory=list)
    told: dict[int, str] = field(default_factory=dict)
    """By number of the turn: why it was given back"""

    def put(self, number: int, client: str, priority: int, start_by: float) -> str:
        mine = [each for each in self.waiting.values() if each[0] == client and each[1] != 0]
        if priority != 0 and client and len(mine) >= EACH:
            return "client_busy"
        if len(self.waiting) >= LIMIT:
            least = max(urgency for _, urgency, *_ in self.waiting.values())
            if least <= priority:
                return "busy"
            last = [each for each, (_, urgency, *_) in self.waiting.items() if urgency == least][-1]
            self.give_back(last, "busy")
        self.waiting[number] = (client, priority, start_by, self.now)
        return "waits"

    def give_back(self, number: int, reason: str) -> None:
        del self.waiting[number]
        self.told[number] = reason

    def pop(self) -> int | None:
        for number, (_, _, start_by, came) in list(self.waiting.items()):
            if self.now > start_by:
                self.give_back(number, "too_late")
            elif self.now > came + PATIENCE:
                self.give_back(number, "busy")
        if not self.waiting:
            return None
        most = min(urgency for _, urgency, *_ in self.waiting.values())
        urgent = [number for number, (_, urgency, *_) in self.waiting.items() if urgency == most]
        new = [number for number in urgent if self.waiting[number][0] not in self.served]
        longest_ago = [
            number for whose in self.served for number in urgent if self.waiting[number][0] == whose
        ]
        chosen = [*new, *longest_ago][0]
        client = self.waiting.pop(chosen)[0]
        self.served = [*(each for each in self.served if each != client), client][-LIMIT - 1 :]
        return chosen


async def play_line(scheduler: Any, game: list[Move]) -> None:
    """Does the same to both and compares all that can be seen."""
    line, turns = Line(), list[WorkerSentence]()
    clock = asyncio.get_running_loop().time

    def put(client: str, priority: Priority, soon: float) -> None:
        turn = WorkerSentence(
            Speak(len(turns), "Hi."), None, RequestOptions(client, priority, clock() + soon)
        )
        turns.append(turn)
        expected = line.put(len(turns) - 1, client, int(priority), clock() + soon)
        try:
            scheduler.put(turn)
            assert expected == "waits"
        except EngineUnavailable as refused:
            assert refused.reason == expected
            assert refused.retry_after

    async def pop() -> None:
        chosen = line.pop()
        assert scheduler.pop() is (None if chosen is None else turns[chosen])
        if chosen is None:
            filled = asyncio.ensure_future(scheduler.filled())
            await asyncio.sleep(0.001)
            assert not filled.done()
            filled.cancel()

    for what, *how in game:
        line.now = clock()
        if what == "put":
            put(*how)
        elif what == "serve":
            put(how[0], Priority.URGENT, 1e9)
            await pop()
        elif what == "pop":
            await pop()
        elif what == "leave":
            number = len(turns) - 1 - how[0]
            if number >= 0:
                line.waiting.pop(number, None)
                scheduler.remove(turns[number])
        elif what == "wait":
            await asyncio.sleep(how[0])
        elif what == "ahead":
            before = [number for number, (_, urgency, *_) in line.waiting.items() if urgency <= how[0]]
            assert list(scheduler.ahead_of(how[0])) == [turns[number] for number in before]
        else:
            for number in list(line.waiting):
                line.give_back(number, "restarting")
            scheduler.refuse_all(EngineUnavailable("restarting", "the worker ended"))
        assert len(scheduler) == len(line.waiting)
        assert len(scheduler._served) <= LIMIT + 1
        if line.waiting:
            await asyncio.wait_for(scheduler.filled(), 1.0)
    for number, turn in enumerate(turns):
        told = None if turn.pieces.empty() else turn.pieces.get_nowait()
        assert getattr(told, "reason", None) == line.told.get(number)
        assert turn.pieces.empty(), "told once"


VOICES = ["nova", "shimmer", *(f"voice {number}" for number in range(80))]
TENTHS = st.integers(1, 30).map(lambda number: number / 10)
MEASURED = st.lists(
    st.one_of(
        st.tuples(st.just("warmed_up"), st.just(0.0) | TENTHS, st.just(0.0) | TENTHS),
        st.tuples(st.just("prepared"), TENTHS),
        st.tuples(
            st.just("spoke"),
            st.sampled_from(VOICES[:2]),
            st.sampled_from(["", "Hi.", "Größe", "x" * 90]),
            *(TENTHS, st.just(0.0) | TENTHS, TENTHS),
        ),
        st.tuples(st.just("many"), st.integers(2, 40)),
        st.tuples(st.just("often"), TENTHS),
    ),
    min_size=1,
    max_size=12,
)


def play_pace(pace: Any, measured: list[Move]) -> None:
    factor = first = prepare = 1.0
    known: dict[str, tuple[list[float], float]] = {}
    started = False

    def spoke(voice: str, text: str, first_audio: float, audio: float, wall: float) -> None:
        nonlocal factor, first, started
        firsts, seconds_a_byte = known.pop(voice, ([], 0.07))
        first = 0.8 * first + 0.2 * first_audio
        if audio:
            new = 0.2 if started else 1.0
            started = True
            factor = (1 - new) * factor + new * wall / audio
            bytes_of = len(text.encode()) or 1
            seconds_a_byte = (1 - new) * seconds_a_byte + new * audio / bytes_of
        known[voice] = ([*firsts, first_audio][-50:], seconds_a_byte)
        if len(known) > 64:
            del known[next(iter(known))]
        pace.spoke(voice, text, first_audio=first_audio, audio=audio, wall=wall)

    for what, *how in measured:
        if what == "warmed_up":
            if how[0]:
                first, factor = how[0], how[1] or factor
            pace.warmed_up(*how)
        elif what == "prepared":
            prepare = 0.8 * prepare + 0.2 * how[0]
            pace.prepared(*how)
        elif what == "spoke":
            spoke(*how)
        elif what == "many":
            for voice in VOICES[how[0] : how[0] + 40]:
                spoke(voice, "Hi.", 0.5, 1.0, 1.0)
        else:
            for number in range(45):
                spoke("nova", "Hi.", how[0] * (number % 9), 1.0, 1.0)
        assert (pace.real_time_factor, pace.prepare) == pytest.approx((factor, prepare))
        for voice in VOICES[:3]:
            firsts, seconds_a_byte = known.get(voice, ([], 0.07))
            late = (len(firsts) + 19) // 20 if firsts else 0
            p95 = sorted(firsts)[-late] if firsts else first
            assert pace.first_audio_p95(voice) == pytest.approx(p95)
            assert pace.wall_of(voice, "Größe") == pytest.approx(p95 + 7 * seconds_a_byte * factor)

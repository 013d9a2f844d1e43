"""Whose turn it is at the loudspeaker.

Urgent lines cut what is being said; stories and what is in the background yield between two sentences. Who
was cut or yielded goes on afterwards, with the first sentence that was not heard to its end. While the
loudspeaker is not there, nobody has a turn: all wait, the most urgent first.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from edge_client.daemon.daemon_errors import DaemonGone, Stopped, TooLate
from edge_client.daemon.job import Line
from edge_client.playback.devices.away import Away, LoudspeakerAway
from edge_client.playback.player_session import UNHEARD, Begins
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import PlayerFailed, RobotVoiceError, SpokenInPart, TooManyRequests
from robotvoice.ground.changed import Changed
from robotvoice.utterance import Priority

log = logging.getLogger(__name__)

MOST_WAITING = 64
URGENT_ROOM = 8
"""Urgent lines that fit into a full queue"""
PATIENCE = 60.0
"""Seconds that a line without a deadline waits for a loudspeaker; what is said still later helps nobody"""
MOST_SETBACKS = 3
"""How often a loudspeaker may be lost in the same sentence"""

Speak = Callable[[Line, Begins], Coroutine[Any, Any, int]]
"""Says a line from its position on; returns the position after it. Raises RobotVoiceError."""


class Tell(Protocol):
    """Is told what happens to a line: queued, started, sentence, spoken, dropped, cut, failed."""

    def __call__(self, event: str, line: Line, sentence: SentenceStarted | None = None) -> None: ...


class WaitedFor(Protocol):
    """A loudspeaker that may not be there."""

    @property
    def away(self) -> Away | None: ...

    @property
    def problem(self) -> str | None: ...

    async def attempt(self) -> Away | None:
        """Tries whether it is there; None: it is. Takes its time. Raises PlayerFailed."""
        ...

    def waited(self, asked_at: float) -> float:
        """Seconds that something asked for then has waited for it."""
        ...


class _Turn:
    """A line while it has the loudspeaker."""

    def __init__(self, line: Line, speaking: Coroutine[Any, Any, int]) -> None:
        self.line = line
        self.task = asyncio.create_task(speaking, name="a turn at the loudspeaker")
        self.why: RobotVoiceError | None = None
        """Why it is ended for good"""
        self.left_at: int | None = None
        """The sentence before which it made room"""
        self.begins_it = line.begun_at is None
        """Whether the line has not begun before"""
        self._handed: deque[tuple[int, float]] = deque(maxlen=8)
        """Sentences handed to the player, and when"""

    def hand(self, sentence: int, now: float) -> None:
        self._handed.append((sentence, now))

    def is_between(self, sentence: int) -> bool:
        """Whether another sentence has been handed over before this one."""
        return bool(self._handed) and self._handed[-1][0] != sentence

    def unheard(self, now: float) -> int:
        """The first sentence that may not have been heard to its end, as the player has some in its pipe."""
        heard = [sentence for sentence, handed in self._handed if handed <= now - UNHEARD]
        return heard[-1] if heard else self._handed[0][0] if self._handed else self.line.position

    def cut(self, why: RobotVoiceError | None) -> None:
        self.why = self.why or why
        self.task.cancel()


class Speaker:
    """A bounded queue before the one loudspeaker. `run` is to be kept running by its owner."""

    def __init__(
        self,
        speak: Speak,
        tell: Tell,
        loudspeaker: WaitedFor | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._speak, self._tell, self._loudspeaker = speak, tell, loudspeaker
        self._clock, self._most = clock, most_waiting
        self._waiting: list[Line] = []
        self._turn: _Turn | None = None
        self._numbers = 0
        self._closed = False
        self._news = Changed()

    @property
    def now(self) -> Line | None:
        """Who is speaking."""
        return self._turn.line if self._turn else None

    @property
    def waiting(self) -> tuple[Line, ...]:
        """In the order in which they will speak."""
        return tuple(self._waiting)

    def add(self, line: Line) -> None:
        """Raises TooManyRequests when the queue is full, and DaemonGone when nobody speaks any more."""
        if self._closed:
            raise DaemonGone("the daemon is ending; say it again when it is back")
        urgent = line.priority is Priority.URGENT
        if len(self._waiting) >= self._most + urgent * URGENT_ROOM:
            raise TooManyRequests(
                f"{len(self._waiting)} lines wait to be spoken: say it later, or end them: robotvoice stop"
            )
        self._numbers += 1
        line.number = self._numbers
        self._tell("queued", line)
        self._enqueue(line)
        if urgent and self._turn and self._turn.line.priority is not Priority.URGENT:
            self._turn.cut(None)

    def stop(self, line_id: str | None = None) -> list[str]:
        """Ends that line, or all; returns the ids of those that were ended."""
        lines = [line for line in (self.now, *self._waiting) if line and line_id in (None, line.id)]
        for line in lines:
            self.end(line, Stopped("it was stopped"))
        return [line.id for line in lines]

    def end(self, line: Line, why: RobotVoiceError) -> None:
        """It is not wanted any more. What is being said is cut; nothing happens to what has ended."""
        if self._turn and self._turn.line is line:
            self._turn.cut(why)
        elif line in self._waiting:
            self._waiting.remove(line)
            self._settle(line, "dropped", why)

    async def run(self) -> None:
        """Speaks until cancelled; then nobody waits any more, and nothing sounds."""
        self._closed = False
        try:
            while True:
                while not self._waiting:
                    await self._news.wait()
                if not await self._can_be_heard() or not self._waiting:
                    continue
                line = self._waiting.pop(0)
                if line.begun_at is None and self._clock() > line.begin_by:
                    self._settle(line, "dropped", self._too_late())
                else:
                    await self._give_turn(line)
        finally:
            self._closed = True
            while self._waiting:
                self.end(self._waiting[0], DaemonGone("the daemon ended before it was said"))

    async def drop_late(self) -> None:
        """Ends each line whose deadline passes before it begins, until cancelled."""
        while True:
            lines = [line for line in (self.now, *self._waiting) if line and line.begun_at is None]
            for line in lines:
                if self._clock() > line.begin_by:
                    self.end(line, self._too_late())
            next_one = min((line.begin_by for line in lines if not line.ended), default=float("inf"))
            left = next_one - self._clock()
            try:
                async with asyncio.timeout(max(left, 0.01) if left < float("inf") else None):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _can_be_heard(self) -> bool:
        """Whether there is a loudspeaker. Ends lines that have waited too long for it."""
        if not self._loudspeaker:
            return True
        try:
            away = await self._loudspeaker.attempt()
        except PlayerFailed:
            return True  # waiting does not help: whose turn it is will be told why
        if not away:
            return True
        for line in tuple(self._waiting):
            has_its_own_limit = line.begun_at is None and line.begin_by < math.inf
            if not has_its_own_limit and self._loudspeaker.waited(line.asked_at) > PATIENCE:
                self.end(line, self._not_heard(line, away))
        return False

    async def _give_turn(self, line: Line) -> None:
        self._turn = turn = _Turn(line, self._speak(line, self._begins))
        try:
            await asyncio.wait({turn.task})
        finally:
            turn.task.cancel()
            await asyncio.wait({turn.task})
            self._turn = None
            self._after(turn)

    def _begins(self, started: SentenceStarted) -> bool:
        """The next sentence may go to the player, unless somebody else's turn comes first."""
        turn, now = self._turn, self._clock()
        assert turn is not None, "only who has the turn speaks"
        line = turn.line
        if line.begun_at is None and now > line.begin_by:
            turn.why = self._too_late()
        elif not turn.is_between(started.sentence) or not self._must_yield(line):
            turn.hand(started.sentence, now)
            if line.begun_at is None:
                line.begun_at = now
                self._tell("started", line)
            self._tell("sentence", line, started)
            return True
        turn.left_at = started.sentence
        return False

    def _must_yield(self, line: Line) -> bool:
        return bool(self._waiting) and self._waiting[0].priority < line.priority

    def _after(self, turn: _Turn) -> None:
        line, task = turn.line, turn.task
        if task.cancelled() and turn.why is None:
            line.position = turn.unheard(self._clock())
            self._tell("cut", line)
            self._enqueue(line)
        elif task.cancelled() or turn.left_at == line.position:
            self._settle(line, "dropped" if line.begun_at is None else "cut", turn.why)
        elif isinstance(broken := task.exception(), LoudspeakerAway) and line.setbacks < MOST_SETBACKS:
            self._lost_the_loudspeaker(turn, broken)
        elif broken:
            self._settle(line, "failed", _error(broken))
        else:
            line.position = task.result() if turn.left_at is None else turn.left_at
            if line.position < len(line.sentences):
                self._enqueue(line)
            else:
                self._settle(line, "spoken", None)

    def _lost_the_loudspeaker(self, turn: _Turn, away: LoudspeakerAway) -> None:
        """It goes on when there is one again, with the first sentence that may not have been heard."""
        line = turn.line
        line.setbacks += 1
        if away.sentence is not None:
            if away.sentence > line.position:
                line.position, line.setbacks = away.sentence, 1
            self._tell("cut", line)
        elif turn.begins_it:
            line.begun_at = None  # nothing of it was heard, so that its deadline still counts
        self._enqueue(line)

    def _settle(self, line: Line, event: str, error: RobotVoiceError | None) -> None:
        line.end(error)
        self._tell(event, line)

    def _enqueue(self, line: Line) -> None:
        self._waiting.append(line)
        self._waiting.sort(key=lambda each: each.rank)
        self._news.tell()

    def _too_late(self) -> TooLate:
        problem = self._loudspeaker.problem if self._loudspeaker and self._loudspeaker.away else None
        why = f", as the loudspeaker is {problem}" if problem else ""
        return TooLate(f"it could not begin before its deadline, so nothing was said{why}")

    def _not_heard(self, line: Line, away: Away) -> RobotVoiceError:
        error = away.error(self._clock())
        return error if line.begun_at is None else SpokenInPart(f"only its beginning was played: {error.why}")


def _error(broken: BaseException) -> RobotVoiceError:
    if isinstance(broken, RobotVoiceError):
        return broken
    log.error("a line broke", exc_info=broken)
    return RobotVoiceError("something broke in the daemon; see its log")

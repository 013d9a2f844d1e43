"""Whose turn it is at the loudspeaker.

Urgent jobs cut what is being said; stories and what is in the background yield between two sentences. Who
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
from edge_client.daemon.job import Job
from edge_client.playback.devices.device_problem import Away, LoudspeakerAway
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.utterance_playback import UNHEARD, Begins
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import PlayerFailed, RobotVoiceError, SpokenInPart, TooManyRequests
from robotvoice.ground.changes import Changed
from robotvoice.utterance import Priority

log = logging.getLogger(__name__)

MOST_WAITING = 64
URGENT_ROOM = 8
"""Urgent jobs that fit into a full queue"""
LOUDSPEAKER_WITHIN = 60.0
"""Seconds that a job without a deadline waits for a loudspeaker; what is said still later helps nobody"""
MOST_SETBACKS = 3
"""How often a loudspeaker may be lost in the same sentence"""

Speak = Callable[[Job, Begins], Coroutine[Any, Any, int]]
"""Says a job from its position on; returns the position after it. Raises RobotVoiceError."""


class Report(Protocol):
    """Is told what happens to a job: queued, started, sentence, spoken, dropped, cut, failed."""

    def __call__(self, event: str, job: Job, sentence: SentenceStarted | None = None) -> None: ...


class _Turn:
    """A job while it has the loudspeaker."""

    def __init__(self, job: Job, speaking: Coroutine[Any, Any, int]) -> None:
        self.job = job
        self.task = asyncio.create_task(speaking, name="a turn at the loudspeaker")
        self.why: RobotVoiceError | None = None
        """Why it is ended for good"""
        self.left_at: int | None = None
        """The sentence before which it made room"""
        self.begins_it = job.begun_at is None
        """Whether the job has not begun before"""
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
        return heard[-1] if heard else self._handed[0][0] if self._handed else self.job.position

    def cut(self, why: RobotVoiceError | None) -> None:
        self.why = self.why or why
        self.task.cancel()


class Speaker:
    """A bounded queue before the one loudspeaker. `run` is to be kept running by its owner."""

    def __init__(
        self,
        speak: Speak,
        tell: Report,
        loudspeaker: Loudspeaker | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._speak, self._tell, self._loudspeaker = speak, tell, loudspeaker
        self._clock, self._most = clock, most_waiting
        self._waiting: list[Job] = []
        self._turn: _Turn | None = None
        self._numbers = 0
        self._closed = False
        self._news = Changed()

    @property
    def now(self) -> Job | None:
        """Who is speaking."""
        return self._turn.job if self._turn else None

    @property
    def waiting(self) -> tuple[Job, ...]:
        """In the order in which they will speak."""
        return tuple(self._waiting)

    def add(self, job: Job) -> None:
        """Raises TooManyRequests when the queue is full, and DaemonGone when nobody speaks any more."""
        if self._closed:
            raise DaemonGone("the daemon is ending; say it again when it is back")
        urgent = job.priority is Priority.URGENT
        if len(self._waiting) >= self._most + urgent * URGENT_ROOM:
            raise TooManyRequests(
                f"{len(self._waiting)} lines wait to be spoken: say it later, or end them: robotvoice stop"
            )
        self._numbers += 1
        job.number = self._numbers
        self._tell("queued", job)
        self._enqueue(job)
        if urgent and self._turn and self._turn.job.priority is not Priority.URGENT:
            self._turn.cut(None)

    def stop(self, job_id: str | None = None) -> list[str]:
        """Ends that job, or all; returns the ids of those that were ended."""
        jobs = [job for job in (self.now, *self._waiting) if job and job_id in (None, job.id)]
        for job in jobs:
            self.end(job, Stopped("it was stopped"))
        return [job.id for job in jobs]

    def end(self, job: Job, why: RobotVoiceError) -> None:
        """It is not wanted any more. What is being said is cut; nothing happens to what has ended."""
        if self._turn and self._turn.job is job:
            self._turn.cut(why)
        elif job in self._waiting:
            self._waiting.remove(job)
            self._settle(job, "dropped", why)

    async def run(self) -> None:
        """Speaks until cancelled; then nobody waits any more, and nothing sounds."""
        self._closed = False
        try:
            while True:
                while not self._waiting:
                    await self._news.wait()
                if not await self._can_be_heard() or not self._waiting:
                    continue
                job = self._waiting.pop(0)
                if job.begun_at is None and self._clock() > job.begin_by:
                    self._settle(job, "dropped", self._too_late())
                else:
                    await self._give_turn(job)
        finally:
            self._closed = True
            while self._waiting:
                self.end(self._waiting[0], DaemonGone("the daemon ended before it was said"))

    async def drop_late(self) -> None:
        """Ends each job whose deadline passes before it begins, until cancelled."""
        while True:
            jobs = [job for job in (self.now, *self._waiting) if job and job.begun_at is None]
            for job in jobs:
                if self._clock() > job.begin_by:
                    self.end(job, self._too_late())
            next_one = min((job.begin_by for job in jobs if not job.ended), default=math.inf)
            left = next_one - self._clock()
            await self._news.wait(max(left, 0.01) if left < math.inf else None)

    async def _can_be_heard(self) -> bool:
        """Whether there is a loudspeaker. Ends jobs that have waited too long for it."""
        if not self._loudspeaker:
            return True
        try:
            away = await self._loudspeaker.attempt()
        except PlayerFailed:
            return True  # waiting does not help: whose turn it is will be told why
        if not away:
            return True
        for job in tuple(self._waiting):
            has_its_own_limit = job.begun_at is None and job.begin_by < math.inf
            if not has_its_own_limit and self._loudspeaker.waited(job.asked_at) > LOUDSPEAKER_WITHIN:
                self.end(job, self._not_heard(job, away))
        return False

    async def _give_turn(self, job: Job) -> None:
        self._turn = turn = _Turn(job, self._speak(job, self._begins))
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
        job = turn.job
        if job.begun_at is None and now > job.begin_by:
            turn.why = self._too_late()
        elif not turn.is_between(started.sentence) or not self._must_yield(job):
            turn.hand(started.sentence, now)
            if job.begun_at is None:
                job.begun_at = now
                self._tell("started", job)
            self._tell("sentence", job, started)
            return True
        turn.left_at = started.sentence
        return False

    def _must_yield(self, job: Job) -> bool:
        return bool(self._waiting) and self._waiting[0].priority < job.priority

    def _after(self, turn: _Turn) -> None:
        job, task = turn.job, turn.task
        if task.cancelled() and turn.why is None:
            job.position = turn.unheard(self._clock())
            self._tell("cut", job)
            self._enqueue(job)
        elif task.cancelled() or turn.left_at == job.position:
            self._settle(job, "dropped" if job.begun_at is None else "cut", turn.why)
        elif isinstance(broken := task.exception(), LoudspeakerAway) and job.setbacks < MOST_SETBACKS:
            self._lost_the_loudspeaker(turn, broken)
        elif broken:
            self._settle(job, "failed", _error(broken))
        else:
            job.position = task.result() if turn.left_at is None else turn.left_at
            if job.position < len(job.sentences):
                self._enqueue(job)
            else:
                self._settle(job, "spoken", None)

    def _lost_the_loudspeaker(self, turn: _Turn, away: LoudspeakerAway) -> None:
        """It goes on when there is one again, with the first sentence that may not have been heard."""
        job = turn.job
        job.setbacks += 1
        if away.sentence is not None:
            if away.sentence > job.position:
                job.position, job.setbacks = away.sentence, 1
            self._tell("cut", job)
        elif turn.begins_it:
            job.begun_at = None  # nothing of it was heard, so that its deadline still counts
        self._enqueue(job)

    def _settle(self, job: Job, event: str, error: RobotVoiceError | None) -> None:
        job.end(error)
        self._tell(event, job)

    def _enqueue(self, job: Job) -> None:
        self._waiting.append(job)
        self._waiting.sort(key=lambda each: each.rank)
        self._news.tell()

    def _too_late(self) -> TooLate:
        problem = self._loudspeaker.problem if self._loudspeaker and self._loudspeaker.away else None
        why = f", as the loudspeaker is {problem}" if problem else ""
        return TooLate(f"it could not begin before its deadline, so nothing was said{why}")

    def _not_heard(self, job: Job, away: Away) -> RobotVoiceError:
        error = away.error(self._clock())
        return error if job.begun_at is None else SpokenInPart(f"only its beginning was played: {error.why}")


def _error(broken: BaseException) -> RobotVoiceError:
    if isinstance(broken, RobotVoiceError):
        return broken
    log.error("a line broke", exc_info=broken)
    return RobotVoiceError("something broke in the daemon; see its log")

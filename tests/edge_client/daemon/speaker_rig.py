"""A speaker whose sentences last as long as the test wants, and a loudspeaker that is away as long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from edge_client.daemon.job import Job
from edge_client.daemon.speaker import Speaker
from edge_client.personas.known_personas import KnownPersona
from edge_client.playback.devices.device_problem import Away, Kind, LoudspeakerAway
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.utterance_playback import Begins, Heard
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import PlayerFailed, RobotVoiceError
from robotvoice.sound.pcm import WIRE_FORMAT, Origin
from robotvoice.utterance import Priority, Sentence
from tests.edge_client.rig import SOON

VIXEN = KnownPersona("vixen", "Vixen", "en", "1")
ORIGIN = Origin("test", "voice")


class Unplugged(Loudspeaker):
    """A loudspeaker that is away until the test says otherwise, since the beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.away: Away | None = Away(Kind.BUSY, 0.0, "busy", "mpv", "end it")
        self.breaks: PlayerFailed | None = None

    @property
    def problem(self) -> str | None:
        return self.away.told(self._now()) if self.away else None

    async def attempt(self) -> Away | None:
        await asyncio.sleep(0.001)
        if self.breaks:
            raise self.breaks
        return self.away

    def waited(self, asked_at: float) -> float:
        return self._now() - asked_at


class Stage:
    """A speaker whose sentences last until the test lets them go on."""

    def __init__(self, loudspeaker: "Unplugged | None" = None, **how: int) -> None:
        self.now = 0.0
        self.heard: list[str] = []
        """Each sentence that began, as `line:sentence`"""
        self.told: list[str] = []
        self.fail: RobotVoiceError | None = None
        self.lost: list[LoudspeakerAway] = []
        """The turns that meet no loudspeaker"""
        self._go_on = asyncio.Semaphore(0)
        self.speaker = Speaker(self._speak, self._tell, loudspeaker, clock=lambda: self.now, **how)
        self._lines = 0

    async def _speak(self, job: Job, begins: Begins) -> int:
        if self.fail:
            raise self.fail
        if self.lost:
            begins(SentenceStarted(job.position, 0, ORIGIN, WIRE_FORMAT, None))
            raise self.lost.pop(0)
        for sentence in job.sentences[job.position :]:
            if not begins(SentenceStarted(sentence.index, 0, ORIGIN, WIRE_FORMAT, None)):
                break
            self.heard.append(f"{job.id}:{sentence.index}")
            await self._go_on.acquire()
        job.heard = Heard(0, ORIGIN, None, 0.0)
        return len(job.sentences)

    def _tell(self, event: str, job: Job, sentence: SentenceStarted | None = None) -> None:
        if not sentence:
            self.told.append(f"{event} {job.id}")

    def job(self, name: str, priority: Priority, sentences: int = 1, begin_by: float = 1e9) -> Job:
        pieces = tuple(Sentence(number, "Hello.") for number in range(sentences))
        return Job(name, VIXEN, None, pieces, priority, self.now, begin_by)

    def add(self, name: str, priority: Priority, sentences: int = 1, begin_by: float = 1e9) -> Job:
        job = self.job(name, priority, sentences, begin_by)
        self.speaker.add(job)
        return job

    async def until(self, *heard: str) -> None:
        """Waits until exactly these sentences have begun, in this order."""
        await until(lambda: self.heard == list(heard), f"{heard}, not {self.heard}")

    def next(self, sentences: int = 1) -> None:
        """So many sentences come to their end, each a second later."""
        for _ in range(sentences):
            self.now += 1.0
            self._go_on.release()


async def until(happened: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(SOON):
            while not happened():  # noqa: ASYNC110 - what happens tells nobody
                await asyncio.sleep(0.001)
    except TimeoutError:
        pytest.fail(what)


@asynccontextmanager
async def running(stage: Stage) -> AsyncIterator[Stage]:
    """Nothing of it is left afterwards."""
    tasks = [asyncio.create_task(stage.speaker.run()), asyncio.create_task(stage.speaker.drop_late())]
    yield stage
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"

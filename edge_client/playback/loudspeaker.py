"""The one loudspeaker of a robot: whoever speaks takes it, and what is known of it is told."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from edge_client.playback.devices.device_names import device_for
from edge_client.playback.devices.device_problem import Away, Kind, advice
from edge_client.playback.devices.output_device import OutputDevice
from edge_client.playback.devices.sound_cards import PROC
from edge_client.playback.loudspeaker_lock import PAUSE, LoudspeakerLock
from edge_client.playback.players.lead_in import BeforePlaying, woken
from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.players.player import Played, Player
from edge_client.playback.players.player_choice import NoSound, open_player
from edge_client.playback.pre_buffer import PreBuffer
from edge_client.settings.settings import Settings
from robotvoice.errors import PlayerFailed
from robotvoice.ground.changes import set_within
from robotvoice.sound.pcm import AudioChunk, pcm_of, samples_of

log = logging.getLogger(__name__)

RETRY = 0.25
"""Seconds between two attempts while a line waits"""
LOOK_AGAIN = 10.0
"""Seconds between two attempts while none waits"""
NOTICE = 1.0
"""Seconds after which whoever waits is told for whom"""
WAIT = 30.0
"""Seconds that somebody waits who has no queue"""

FULL = 100
"""Percent"""
PIECE = 2048
"""Samples that are changed at a time: an instant's work, also of a recording that comes as one chunk"""

WaitLimit = Callable[[Away], float]
"""Seconds to wait for it in all"""


class Loudspeaker:
    """Players stay open for `rest` seconds after a text if it `keeps` them; then `run` is to be kept running.

    `on_wait` is told why nothing is heard yet, once. To be closed.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        keeps: bool = False,
        play_out: PlaybackClock | None = None,
        on_wait: Callable[[str], object] = lambda told: None,
        proc: Path = PROC,
    ) -> None:
        self.settings, self._clock, self._keeps, self._on_wait = settings, clock, keeps, on_wait
        self.play_out = play_out or PlaybackClock(clock, settings.rest)
        self.pre_buffer = PreBuffer()
        self.place = OutputDevice(settings, clock, proc)
        self.away: Away | None = None
        """Why it cannot be had now; None: as far as is known, it can"""
        self._out_since = -math.inf
        """When it was not there for the first time"""
        self._broken: str | None = None
        """Why nothing can be heard, if waiting does not help"""
        self._player: Player | None = None
        self._before = BeforePlaying(settings.before, settings.before_timeout) if settings.before else None
        self._lock = LoudspeakerLock(settings.voice_lock, proc=proc)
        self._mine = asyncio.Lock()
        self._news = asyncio.Event()
        self._tried = self._was_there = False
        self._tried_at = -math.inf
        self._earcons = 0
        self._hushing: asyncio.Future[None] | None = None

    @asynccontextmanager
    async def taken(self, patience: WaitLimit | None = None) -> AsyncGenerator[Self, None]:
        """Nobody else on this machine speaks during the block, in which `play` works.

        Raises LoudspeakerAway when `patience` is at its end, and PlayerFailed at once where waiting does not
        help. Without `patience` it waits as a program does that has no queue.
        """
        async with self._mine:
            try:
                await self._wait(patience or self._own_patience)
                signs = asyncio.create_task(self._lock.give_signs(self._hush), name="signs of who speaks")
                try:
                    yield self
                finally:
                    signs.cancel()
                    await asyncio.wait({signs})
                    self._lock.give_back()
            finally:
                self._news.set()

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        """As a player's `play`, the way the settings want it. After a failure another player is opened."""
        player = self._player
        assert player is not None, "only who has taken it plays"
        lead_in = self.place.lead_in
        try:
            async with aclosing(softer(chunks, self.settings.volume)) as soft:
                sound = soft if self.settings.volume < FULL else chunks
                async with aclosing(woken(sound, self.play_out, lead_in, self._before)) as all_of_it:
                    played = await player.play(all_of_it)
        except PlayerFailed as failure:
            self.play_out.lost()
            self._player, self._broken = None, failure.message
            raise
        except BaseException:
            self.play_out.cut()
            raise
        self.play_out.cut()
        return played

    async def attempt(self) -> Away | None:
        """Tries whether it can be had again, not more often than makes sense. None: it can.

        Raises PlayerFailed when something else is wrong now.
        """
        if self.away is None:
            return None
        await asyncio.sleep(min(RETRY, self._tried_at + RETRY - self._clock()))
        async with self._mine:
            if not (away := await self._attempt()):
                self._lock.give_back()
            return away

    def waited(self, asked_at: float) -> float:
        """Seconds that something asked for then has waited for it."""
        return self._clock() - max(asked_at, self._out_since) if self.away else 0.0

    async def prove(self) -> None:
        """Plays a moment of silence. Its failure is told by `problem`."""
        try:
            async with self.taken(lambda away: WAIT if away.is_a_voice else 0.0):
                pass
        except PlayerFailed:
            pass
        self._tried = True

    async def run(self) -> None:
        """Ends players that are not needed any more, and looks at times whether it is there again."""
        try:
            while True:
                limit = self._next_look()
                if await set_within(self._news, None if limit == math.inf else limit):
                    self._news.clear()
                    continue
                async with self._mine:
                    await self._look()
        finally:
            await self.close(hurry=True)

    async def close(self, *, hurry: bool = False) -> None:
        """In a `hurry`, what has not been played yet is cut."""
        if self._player:
            await self._player.close(hurry=hurry)
        self._lock.close()

    def tell_of_an_earcon(self) -> None:
        """One is played."""
        self._earcons += 1

    @property
    def problem(self) -> str | None:
        """Why nothing can be heard; None: as far as is known, it can."""
        return self.away.told(self._clock()) if self.away else self._broken

    @property
    def complaint(self) -> str:
        """The problem and what to do about it."""
        if self.away:
            return f"no sound can be played: the loudspeaker is {self.problem}: {self.away.advice}"
        return self._broken or ""

    def as_json(self) -> dict[str, Any]:
        """What `status` tells."""
        return {
            "player": self._player.name if self._player else self.settings.player,
            "device": device_for(self._player.name, self.place.device) if self._player else self.place.device,
            **self.place.as_json(),
            "problem": self.problem,
            "held_by": self.away.holder if self.away else None,
            "what_to_do": self.away.advice if self.away else None,
            "before": self._before.problem if self._before else None,
            "tried": self._tried,
            "volume": self.settings.volume,
            "rest_s": self.settings.rest,
            "pre_buffer_ms": round(self.pre_buffer.learned * 1000),
            "underruns": self.pre_buffer.underruns,
            "gaps_ms": round(self.pre_buffer.gaps * 1000),
            "earcons": self._earcons,
        }

    def _hush(self) -> None:
        """This process slept in the middle of a text, and somebody else speaks by now."""
        log.warning("another voice speaks by now, so this one does not go on")
        self._hushing = asyncio.ensure_future(self._player.close(hurry=True)) if self._player else None

    def _own_patience(self, away: Away) -> float:
        """What was never there is more likely called wrongly than late."""
        return 0.0 if away.kind is Kind.MISSING and not self._was_there else WAIT

    async def _wait(self, patience: WaitLimit) -> None:
        """Returns when this process has it."""
        began, told = self._clock(), False
        while away := await self._attempt():
            waited = self._clock() - began
            over, due = waited >= patience(away), waited >= NOTICE and not told
            if away.is_a_voice and (over or due):
                away = replace(away, since=began, holder=self._lock.holder())
            if over:
                if not self.away:
                    self._out_since = began
                self.away = away
                raise away.error(self._clock())
            if due:
                told = True
                self._on_wait(away.told(self._clock()))
            await asyncio.sleep(PAUSE if away.is_a_voice else RETRY)

    async def _attempt(self) -> Away | None:
        """Takes it if it can be had, and gives nothing back then."""
        if not self._lock.take():
            return self._away(Kind.BUSY, "somebody speaks", None, is_a_voice=True)
        self._tried_at = self._clock()
        try:
            if self._player is None:
                self._player = await self._open()
        except NoSound as failure:
            self._lock.give_back()
            if failure.kind is None:
                self.away, self._broken = None, failure.message
                raise
            if failure.kind is Kind.MISSING:
                await self.place.look_closer()
            holder = await self.place.holder() if failure.kind is Kind.BUSY else None
            if not self.away:
                self._out_since = self._clock()
            self.away = self._away(failure.kind, failure.reasons, holder)
            return self.away
        except BaseException as failure:
            self._lock.give_back()
            if isinstance(failure, PlayerFailed):
                self.away, self._broken = None, failure.message
            raise
        self.away = self._broken = None
        self._was_there = True
        return None

    async def _open(self) -> Player:
        self.place.look()
        player = await open_player(
            self.settings,
            clock=self._clock,
            keeps=self._keeps,
            holds=self.place.buffers_of,
            device=self.place.device,
        )
        self.place.works(await self.place.find_sink())
        return player

    def _away(self, kind: Kind, reason: str, holder: str | None, *, is_a_voice: bool = False) -> Away:
        same = self.away and self.away.kind is kind
        since = self.away.since if self.away and same else self._clock()
        what_to_do = advice(kind, holder, self.settings.device, self.place.cards)
        return Away(kind, since, reason, holder, what_to_do, is_a_voice)

    def _next_look(self) -> float:
        """In how many seconds there may be something to do."""
        if self._mine.locked():
            return math.inf
        if self._player and self._player.is_open:
            return self.play_out.sleeps_in
        return LOOK_AGAIN if self.away else math.inf

    async def _look(self) -> None:
        if self._player and self._player.is_open:
            if not self.play_out.sleeps_in:
                await self._player.close()
                if device_for(self._player.name, self.place.device) != self.place.device:
                    self._player = None  # it plays somewhere else, and the wanted device may be back
        elif self.away:
            try:
                if not await self._attempt():
                    self._lock.give_back()
            except PlayerFailed:
                pass  # it is told by `problem`


async def softer(chunks: AsyncIterator[AudioChunk], percent: int) -> AsyncGenerator[AudioChunk, None]:
    """The same chunks, or parts of them, with so many percent of their amplitude: aplay has no volume."""
    async for chunk in chunks:
        step = PIECE * chunk.format.frame_bytes
        for start in range(0, len(chunk.pcm), step):
            samples = samples_of(chunk.pcm[start : start + step])
            yield replace(chunk, pcm=pcm_of(sample * percent // FULL for sample in samples))

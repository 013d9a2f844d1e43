"""Which player is used: the one that is named, or the first that proves itself with a moment of silence."""

import asyncio
import logging
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from functools import partial

from edge_client.playback.before_playing import held_back
from edge_client.playback.child_process import ChildFailed
from edge_client.playback.player import Clock, FilePlayer, NullPlayer, PipePlayer, Played, Player
from edge_client.playback.player_commands import PACKAGES, player_arguments
from edge_client.playback.volume import FULL, softer
from edge_client.settings import Settings
from speech.audio import WIRE_FORMAT, AudioChunk, Origin
from speech.errors import PlayerFailed

log = logging.getLogger(__name__)

PROOF_LIMIT = 4.0
"""Seconds a player may need for 20 ms of silence"""
BUSY_LIMIT = 5.0
"""Seconds another program may keep the loudspeaker"""
BUSY_PAUSE = 0.2


class _Prepared:
    """A player before which the owner's command is run."""

    def __init__(self, player: Player, command: Sequence[str], within: float) -> None:
        self.name = player.name
        self._player, self._command, self._within = player, command, within
        self.problem: str | None = None
        """Why the command failed when it was run last"""

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        async with held_back(chunks, self._command, self._within, self._ended) as later:
            return await self._player.play(later)

    def _ended(self, problem: str | None) -> None:
        self.problem = problem


class _Softer:
    """A player at less than full volume."""

    def __init__(self, player: Player, percent: int) -> None:
        self.name = player.name
        self._player, self._percent = player, percent

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        async with aclosing(softer(chunks, self._percent)) as softened:
            return await self._player.play(softened)


class ProvenPlayer:
    """The player that worked last: proving one costs a start and its silence, which every line would pay."""

    def __init__(self) -> None:
        self._player: Player | None = None

    @property
    def name(self) -> str | None:
        """None: none is proven at the moment."""
        return self._player.name if self._player else None

    @property
    def problem_before(self) -> str | None:
        """Why the owner's command failed when it was run last."""
        return self._player.problem if isinstance(self._player, _Prepared) else None

    async def open(self, settings: Settings, *, clock: Clock) -> Player:
        """As `open_player`, which is asked only at first and after a failure."""
        if self._player is None:
            self._player = await open_player(settings, clock=clock)
        return self._player

    def failed(self) -> None:
        """The next one proves itself again."""
        self._player = None


def plays_files(settings: Settings) -> bool:
    """Whether the player takes all of a text at once: then nobody knows what of it was heard."""
    return settings.player == "afplay" or (settings.player, sys.platform) == ("auto", "darwin")


async def open_player(settings: Settings, *, clock: Clock) -> Player:
    """The player that is named, or the first that works; each proves itself with a moment of silence.

    Waits BUSY_LIMIT for a loudspeaker that another program has. Raises PlayerFailed that says what was tried,
    why it did not work and what to do.
    """
    if settings.player == "none":
        return NullPlayer(clock)
    names: tuple[str, ...] = (settings.player,)
    if settings.player == "auto":
        names = ("afplay",) if sys.platform == "darwin" else ("aplay", "pw-play", "paplay")
    installed = [name for name in names if shutil.which(name)]
    if not installed:
        raise PlayerFailed(
            f"no sound can be played: {' or '.join(names)} is not installed{_how_to_install(names[0])}"
        )
    until = clock() + BUSY_LIMIT
    while True:
        failures = []
        for name in installed:
            try:
                player = await _proved(name, settings.device, clock)
            except ChildFailed as failure:
                failures.append(failure)
                continue
            if settings.volume < FULL:
                player = _Softer(player, settings.volume)
            if settings.before:
                player = _Prepared(player, settings.before, settings.before_timeout)
            return player
        busy = any(failure.busy for failure in failures)
        if not busy or clock() > until:
            raise _no_sound(failures, busy)
        await asyncio.sleep(BUSY_PAUSE)


def _how_to_install(name: str) -> str:
    return f"; type: sudo apt install {PACKAGES[name]}" if name in PACKAGES else ""


def _no_sound(failures: Sequence[ChildFailed], busy: bool) -> PlayerFailed:
    if busy:
        return PlayerFailed(
            "another program has had the loudspeaker for more than "
            f"{BUSY_LIMIT:.0f} s: end it, choose another device, or write a file instead"
        )
    reasons = "; ".join(f"{failure.name}: {failure.reason:.80}" for failure in failures)
    return PlayerFailed(
        f"no sound can be played ({reasons}): "
        "check the loudspeaker and the player and device settings, or write a file instead"
    )


async def _proved(name: str, device: str | None, clock: Clock) -> Player:
    if name == "afplay":
        if device is not None:
            log.warning("afplay plays on the system's output: the device setting has no effect")
        return await _prove(FilePlayer(name, clock))
    arguments = partial(player_arguments, name, device=device)
    try:
        return await _prove(PipePlayer(name, arguments, clock))
    except ChildFailed as failure:
        if name != "pw-play" or "--raw" not in failure.reason:
            raise
    return await _prove(PipePlayer(name, partial(arguments, raw_option=False), clock))


async def _prove(player: PipePlayer | FilePlayer) -> Player:
    async def silence() -> AsyncGenerator[AudioChunk, None]:
        yield AudioChunk(bytes(960), WIRE_FORMAT, Origin("player", "silence"))

    try:
        async with asyncio.timeout(PROOF_LIMIT), aclosing(silence()) as chunks:
            await player.play(chunks)
    except TimeoutError:
        raise ChildFailed(player.name, f"20 ms of silence took longer than {PROOF_LIMIT:.0f} s") from None
    return player

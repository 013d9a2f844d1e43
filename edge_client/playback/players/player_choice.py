"""Which player is used: the one that is named, or the first that proves itself with a moment of silence."""

import asyncio
import logging
import shutil
import sys
from collections.abc import Sequence
from functools import partial

from edge_client.playback.devices.device_names import device_for
from edge_client.playback.devices.device_problem import Kind, kind_of
from edge_client.playback.devices.player_commands import PACKAGES, player_arguments
from edge_client.playback.players.file_player import FilePlayer
from edge_client.playback.players.lead_in import SILENCE
from edge_client.playback.players.pipe_player import Holds, PipePlayer
from edge_client.playback.players.player import Clock, NullPlayer, Player, each_of
from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.settings.settings import Settings
from robotvoice.errors import PlayerFailed
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk

log = logging.getLogger(__name__)

PROOF_LIMIT = 4.0
"""Seconds a player may need for 20 ms of silence"""


class NoSound(PlayerFailed):
    """No player works: what was tried, why it did not work, and what to do."""

    def __init__(self, failures: Sequence[ChildFailed]) -> None:
        self.reasons = "; ".join(f"{failure.name}: {failure.reason:.80}" for failure in failures)
        super().__init__(
            f"no sound can be played ({self.reasons}): "
            "check the loudspeaker and the player and device settings, or write a file instead"
        )
        kinds = {kind_of(failure.words) for failure in failures}
        self.kind = next((kind for kind in Kind if kind in kinds), None)
        """None: it is nothing that waiting may help against"""


def plays_files(settings: Settings) -> bool:
    """Whether the player takes all of a text at once: then nobody knows what of it was heard."""
    return settings.player == "afplay" or (settings.player, sys.platform) == ("auto", "darwin")


async def open_player(
    settings: Settings,
    *,
    clock: Clock,
    keeps: bool = False,
    holds: Holds = lambda pid: None,
    device: str | None = None,
) -> Player:
    """The player that is named, or the first that works; each proves itself with a moment of silence.

    `keeps` and `holds` are PipePlayer's; `device` comes before that of the settings. Raises NoSound, and
    PlayerFailed if none is installed.
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
    failures = []
    for name in installed:
        wanted = device or settings.device
        target = device_for(name, wanted)
        kept = partial(PipePlayer, clock=clock, keeps=keeps, holds=holds)
        try:
            player = await _proved(name, target, clock, kept)
        except ChildFailed as failure:
            failures.append(failure)
            continue
        if target != wanted:
            log.warning("%s plays on its own default: %s is no name of its devices", name, wanted)
        return player
    raise NoSound(failures)


def _how_to_install(name: str) -> str:
    return f"; type: sudo apt install {PACKAGES[name]}" if name in PACKAGES else ""


async def _proved(name: str, device: str | None, clock: Clock, kept: "partial[PipePlayer]") -> Player:
    if name == "afplay":
        return await _prove(FilePlayer(name, clock))
    arguments = partial(player_arguments, name, device=device)
    try:
        await _prove(PipePlayer(name, arguments, clock))
    except ChildFailed as failure:
        if name != "pw-play" or "--raw" not in failure.reason:
            raise
        arguments = partial(arguments, raw_option=False)
        await _prove(PipePlayer(name, arguments, clock))
    return kept(name, arguments)


async def _prove(player: PipePlayer | FilePlayer) -> Player:
    try:
        async with asyncio.timeout(PROOF_LIMIT):
            await player.play(each_of([AudioChunk(bytes(960), WIRE_FORMAT, SILENCE)]))
    except TimeoutError:
        raise ChildFailed(player.name, f"20 ms of silence took longer than {PROOF_LIMIT:.0f} s") from None
    return player

"""A text spoken aloud by engines that follow a script, through players that keep time."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.utterance_playback import Heard, play_chain
from edge_client.settings.settings import Settings
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence, Utterance
from tests.edge_client.rig import SOON
from tests.fakes.scripted_engine import ScriptedEngine

PACED_APLAY = Path(__file__).parents[2] / "fakes/paced_aplay.py"
PROOF = bytes(960)
"""The silence by which a player proves itself"""


class PacedPlayers:
    """The `aplay` that is first on PATH."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "aplay").write_text(f"#!{sys.executable} -ES\n{PACED_APLAY.read_text()}")
        (folder / "aplay").chmod(0o755)

    @property
    def path(self) -> str:
        return f"{self._folder}:{os.environ['PATH']}"

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own."""
        return {"ROBOTVOICE_PLAYER": "aplay", "PATH": self.path}

    def started(self) -> list[int]:
        """Their processes."""
        players = self._folder / "players"
        return [int(line.split()[0]) for line in players.read_text().splitlines()] if players.exists() else []

    def heard(self) -> bytes:
        """All that came out, whoever played it."""
        return (self._folder / "heard").read_bytes()

    def says(self, words: str | None, german: str | None = None) -> None:
        """Why it cannot be opened any more; None: it can. `german` is for who does not ask in English."""
        if words is None:
            (self._folder / "says").unlink()
            (self._folder / "says.de").unlink(missing_ok=True)
        else:
            (self._folder / "says").write_text(words)
        if german is not None:
            (self._folder / "says.de").write_text(german)

    def sleeps(self, swallows: float, after: float) -> None:
        """It swallows so many seconds after so many without sound."""
        (self._folder / "sleeps").write_text(f"{swallows} {after}")

    def unplug(self) -> None:
        """Also while it plays."""
        (self._folder / "unplugged").touch()
        self.says("audio open error: No such device")

    def plug_in(self) -> None:
        self.says(None)
        (self._folder / "unplugged").unlink()

    def given(self) -> list[tuple[int, int, bytes]]:
        """Process, rate and what it was given, without those that only proved themselves."""
        found = []
        for process in self.started():
            for record in self._folder.glob(f"{process}.*.raw"):
                if (pcm := record.read_bytes()) and pcm != PROOF[: len(pcm)]:
                    found.append((int(process), int(record.name.split(".")[1]), pcm))
        return found

    async def until_given(self, number: int, pcm_bytes: int) -> int:
        """The process of the player with this number, once it has so many bytes."""
        async with asyncio.timeout(SOON):
            while len(given := self.given()) <= number or len(given[number][2]) < pcm_bytes:  # noqa: ASYNC110 - files
                await asyncio.sleep(0.01)
        return given[number][0]


async def aloud(
    settings: Settings,
    *engines: ScriptedEngine,
    sentences: int = 1,
    loudspeaker: Loudspeaker | None = None,
    play: bool = True,
    **how: Any,
) -> Heard | None:
    """Spoken by the first of the engines that can, on a loudspeaker of its own unless one is given."""
    entries = [ChainEntry(GuardedEngine(engine), VoiceSpec(engine.name, "voice")) for engine in engines]
    pieces = tuple(Sentence(number, f"Sentence {number}.") for number in range(sentences))
    return await play_chain(
        FallbackChain(entries, stall=SOON),
        Utterance("1", "vixen", "en", pieces),
        (loudspeaker or Loudspeaker(settings)) if play else None,
        **how,
    )

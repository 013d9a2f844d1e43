"""Every contestant does every trial in turn, several times over."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clone.answers import Answer, Answers, wrong
from benchmarks.clone.contestants import Contestant, caching_gateway, gateway_dialect, running
from benchmarks.clone.load import ask
from benchmarks.clone.material import ONE, TEXTS, Material, Text, make_material
from benchmarks.clone.summary import Race, Row
from benchmarks.report import BenchmarkBroken, Progress
from speech.errors import RobotVoiceError
from tiny_voice import CheckpointFailed

CLIENTS = (1, 4, 8)
ALONE = 4
"""How often a client that is alone asks in a round; of several, each asks once"""
CACHED = 200
"""Answers from the cache that are timed"""


@dataclass(frozen=True, slots=True)
class Trial:
    text: Text
    clients: int

    @property
    def each(self) -> int:
        return ALONE if self.clients == 1 else 1


TRIALS = tuple(Trial(text, clients) for text in TEXTS for clients in CLIENTS)


def measure(progress: Progress, *, rounds: int = 3) -> Race:
    """Takes some minutes. Raises BenchmarkBroken."""
    with tempfile.TemporaryDirectory(prefix="robotvoice-bench-") as name:
        folder = Path(name)
        try:
            progress("clone: making the model")
            material = make_material(folder)
        except (CheckpointFailed, RobotVoiceError) as error:
            raise BenchmarkBroken(str(error)) from error
        return asyncio.run(_measured(progress, folder, material, rounds))


async def _measured(progress: Progress, folder: Path, material: Material, rounds: int) -> Race:
    progress("clone: starting four processes")
    async with running(folder, material) as contestants:
        rows = await _race(progress, contestants, rounds)
    progress("clone: answers from the cache")
    async with caching_gateway(folder, material) as gateway:
        dialect = gateway_dialect()
        await ask(gateway.url, dialect, 1, 1, ONE)
        cached = await ask(gateway.url, dialect, 1, CACHED, ONE)
    return Race(tuple(rows), tuple(answer.first * 1000 for answer in cached.answers))


async def _race(progress: Progress, contestants: Sequence[Contestant], rounds: int) -> list[Row]:
    firsts = await _first_answers(progress, contestants)
    runs: dict[tuple[str, Trial], list[Answers]] = defaultdict(list)
    rss: dict[tuple[str, Trial], int] = {}
    for round_ in range(rounds):
        for number, trial in enumerate(TRIALS):
            # Nobody is always the first, or always after the same one.
            turn = (round_ + number) % len(contestants)
            for contestant in (*contestants[turn:], *contestants[:turn]):
                step = f"{contestant.name}, {trial.text.name}, clients: {trial.clients}"
                progress(f"clone: round {round_ + 1} of {rounds}: {step}")
                key = contestant.name, trial
                runs[key].append(await contestant.run(trial.clients, trial.each, trial.text))
                rss[key] = contestant.child.rss()
    return [
        _row(contestant, trial, runs[contestant.name, trial], rss[contestant.name, trial], firsts)
        for trial in TRIALS
        for contestant in contestants
    ]


async def _first_answers(
    progress: Progress, contestants: Sequence[Contestant]
) -> dict[tuple[str, str], Answer]:
    """What each says to one client at first, by its name and the text's; warms it up too."""
    firsts = {}
    for contestant in contestants:
        progress(f"clone: first answers of {contestant.name}")
        for text in TEXTS:
            run = await contestant.run(1, 1, text)
            firsts[contestant.name, text.name] = run.answers[0]
    return firsts


def _row(
    contestant: Contestant,
    trial: Trial,
    runs: Sequence[Answers],
    rss: int,
    firsts: dict[tuple[str, str], Answer],
) -> Row:
    answers = [answer for run in runs for answer in run.answers]
    alike = firsts[contestant.name, trial.text.name] if contestant.seeded else None
    # The generator's own is the first that was asked.
    length = next(iter(firsts[key] for key in firsts if key[1] == trial.text.name)).samples
    return Row(
        contestant.name,
        trial.text.name,
        trial.clients,
        first=tuple(answer.first * 1000 for answer in answers),
        samples=sum(answer.samples for answer in answers),
        wall=sum(run.wall for run in runs),
        lost=sum(answer.lost for answer in answers),
        wrong=sum(wrong(answer, alike=alike, length=length) for answer in answers),
        rss=rss,
    )

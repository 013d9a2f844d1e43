"""Every contestant does every trial in turn, several times over."""

import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from proofs.benchmarks.clone.answers import Answer, Answers, wrong
from proofs.benchmarks.clone.contestants import Contestant, caching_gateway, memory_of, running
from proofs.benchmarks.clone.material import ONE, TEXTS, Material, Text, make_material
from proofs.benchmarks.clone.plan import GATEWAY, GENERATOR, Plan, Trial
from proofs.benchmarks.clone.summary import Race, Row
from proofs.rig.figures import Progress
from proofs.rig.program import RunBroken
from proofs.tiny_voice import CheckpointFailed
from robotvoice.errors import RobotVoiceError

FirstAnswers = dict[tuple[str, str], Answer]
"""What each says when it is warm, by its letter and the text's name"""


def measure(progress: Progress, plan: Plan) -> Race:
    """Takes minutes. Raises RunBroken."""
    until = time.monotonic() + plan.seconds
    with tempfile.TemporaryDirectory(prefix="robotvoice-bench-") as name:
        folder = Path(name)
        try:
            progress("clone: making the model")
            material = make_material(folder)
        except (CheckpointFailed, RobotVoiceError) as error:
            raise RunBroken(str(error)) from error
        return asyncio.run(_measured(progress, folder, material, plan, until))


async def _measured(progress: Progress, folder: Path, material: Material, plan: Plan, until: float) -> Race:
    firsts: FirstAnswers = {}
    progress("clone: answers from the cache")
    async with caching_gateway(folder, material) as cached:
        firsts |= await _first_answers(cached, (ONE,))
        runs = [await cached.run(1, ONE) for _ in range(plan.cached)]
        rss = memory_of(cached.program)
    progress("clone: starting the contestants")
    async with running(folder, material, plan.letters) as contestants:
        for contestant in contestants:
            progress(f"clone: first answers of {contestant.entry.name}")
            firsts |= await _first_answers(contestant, TEXTS)
        rows = await _race(progress, contestants, firsts, plan, until)
        gateways = [each.program for each in contestants if each.entry.letter == GATEWAY]
        warnings = tuple(line for gateway in gateways for line in gateway.logged(" WARNING | ERROR "))
    rows.append(_row(cached, Trial(ONE, 1), runs, rss, firsts))
    return Race(tuple(sorted(rows, key=lambda row: (row.text, row.clients, row.letter))), warnings)


async def _first_answers(contestant: Contestant, texts: tuple[Text, ...]) -> FirstAnswers:
    """Warms it up."""
    entry = contestant.entry
    return {
        (entry.letter, text.name): (await contestant.run(1, text)).answers[0]
        for text in texts * entry.warm_up
    }


async def _race(
    progress: Progress,
    contestants: Sequence[Contestant],
    firsts: FirstAnswers,
    plan: Plan,
    until: float,
) -> list[Row]:
    trials = list(plan.trials())
    passes: Counter[Trial] = Counter()
    runs: dict[tuple[str, Trial], list[Answers]] = defaultdict(list)
    rss: dict[tuple[str, Trial], int] = {}
    for number, trial in enumerate(trials):
        if time.monotonic() > until and passes.keys() == set(trials):
            break
        # Nobody is always the first, or always after the same one.
        turn = number % len(contestants)
        for contestant in (*contestants[turn:], *contestants[:turn]):
            entry = contestant.entry
            if passes[trial] % entry.every or (trial.clients > 1 and not entry.crowds):
                continue
            step = f"{entry.name}, {trial.text.name}, clients: {trial.clients}"
            progress(f"clone: pass {number + 1} of {len(trials)}: {step}")
            key = entry.letter, trial
            runs[key].append(await contestant.run(trial.clients, trial.text))
            rss[key] = memory_of(contestant.program)
        passes[trial] += 1
    return [
        _row(contestant, trial, runs[key], rss[key], firsts)
        for trial in passes
        for contestant in contestants
        if (key := (contestant.entry.letter, trial)) in runs
    ]


def _row(
    contestant: Contestant,
    trial: Trial,
    runs: Sequence[Answers],
    rss: int,
    firsts: FirstAnswers,
) -> Row:
    entry = contestant.entry
    answers = [answer for run in runs for answer in run.answers]
    alike = firsts[entry.letter, trial.text.name] if entry.seeded else None
    length = firsts[GENERATOR, trial.text.name].samples
    return Row(
        entry.letter,
        entry.name,
        trial.text.name,
        trial.clients,
        first=tuple(answer.first * 1000 for answer in answers),
        made=tuple(run.audio_per_second for run in runs),
        lost=sum(answer.lost for answer in answers),
        wrong=sum(wrong(answer, alike=alike, length=length) for answer in answers),
        rss=rss,
    )

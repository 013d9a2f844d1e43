"""What a run says of itself: figures, as a table and as JSON, and which promises were broken."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields

from proofs.faults.answers import Book, Outage, Recovery, first_audio
from proofs.faults.checker import balance, check
from proofs.rig.figures import finite, percentile
from robotvoice.console import tables
from robotvoice.utterance import Outcome

SPENT_AT_MOST = 3
LOOK_LIKE_CONTENT = {"empty", "silent", "truncated", "nan", "flap"}
"""Outages in which an engine answers, and wrongly: what one voice does may well be its own fault"""
VOICES = 2
"""Of an engine"""
SHARE_AT_LEAST, SHARE_OF_CONTENT = 0.9, 0.95
"""The latter where texts and voices come out wrong, and nothing else breaks"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run left behind, whatever it ran on."""

    name: str
    seed: int
    book: Book
    faults: Mapping[str, Mapping[str, int]]
    """By kind: how many were `scheduled`, how many `hit` somebody"""
    outages: Sequence[Outage] = ()
    recoveries: Sequence[Recovery] = ()
    probes: int = 0
    leaked: Mapping[str, int] = field(default_factory=dict)
    """Tasks, open sentences, processes, files: what was left when all had ended"""
    own_voice_share: float | None = None
    """Of what an oracle who knows all faults speaks in the cloned voice; None: not compared"""


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of the report. Milliseconds are infinite where something was lost."""

    name: str
    seed: int
    sent: int
    spoken: int
    cancelled: int
    refused: int
    lost: int
    first_audio_p50_ms: float
    first_audio_p95_ms: float
    first_audio_p99_ms: float
    first_audio_worst_ms: float
    urgent_worst_ms: float
    whole_worst_ms: float
    """Of answers in one file, until the file is there"""
    longest_gap_ms: float
    longest_gap_between_ms: float
    takeovers: int
    repeats: int
    spent_worst: int
    spent_beside_worst: int
    probes: int
    recoveries: int
    recovery_worst_ms: float
    recovery_late_ms: float
    own_voice_share: float | None
    faults: Mapping[str, Mapping[str, int]]
    sentences: Mapping[str, int]
    leaked: Mapping[str, int]
    broken: Sequence[str]
    """The promises that were not kept, each in a sentence"""


def figures_of(evidence: Evidence) -> Figures:
    """Judges a run."""
    book = evidence.book
    count = balance(book)
    answers = [answer for several in book.answers.values() for answer in several]
    complete = [answer for answer in answers if answer.outcome is Outcome.COMPLETE]
    waits = _waits(book)
    return Figures(
        name=evidence.name,
        seed=evidence.seed,
        **asdict(count),
        faults=evidence.faults,
        first_audio_p50_ms=_ms(percentile(waits, 50)),
        first_audio_p95_ms=_ms(percentile(waits, 95)),
        first_audio_p99_ms=_ms(percentile(waits, 99)),
        first_audio_worst_ms=_ms(percentile(waits, 100)),
        urgent_worst_ms=_ms(max(_waits(book, urgent=True), default=0.0)),
        whole_worst_ms=_ms(max(_waits(book, whole=True), default=0.0)),
        sentences=dict(sorted(Counter(row.engine for each in complete for row in each.ledger).items())),
        takeovers=sum(answer.takeovers for answer in answers),
        repeats=sum(row.repeated for answer in answers for row in answer.ledger),
        longest_gap_ms=_ms(max((answer.gap for answer in answers), default=0.0)),
        longest_gap_between_ms=_ms(max((answer.gap_between for answer in answers), default=0.0)),
        spent_worst=max((outage.spent for outage in evidence.outages), default=0),
        spent_beside_worst=max((outage.beside for outage in evidence.outages), default=0),
        probes=evidence.probes,
        recoveries=len(evidence.recoveries),
        recovery_late_ms=_ms(max((each.late for each in evidence.recoveries), default=0.0)),
        recovery_worst_ms=_ms(max((each.closed - each.healthy for each in evidence.recoveries), default=0.0)),
        leaked=evidence.leaked,
        own_voice_share=evidence.own_voice_share,
        broken=broken_promises(evidence),
    )


def broken_promises(evidence: Evidence) -> list[str]:
    """Each with the first place where it was broken."""
    broken = [
        f"{kind} was never met"
        for kind, count in evidence.faults.items()
        if count["scheduled"] and not count["hit"]
    ]
    if not balance(evidence.book).exact:
        broken.append("sent is not spoken + cancelled + refused + lost")
    problems = check(evidence.book)
    counts = Counter(problem.code for problem in problems)
    for code, count in counts.items():
        first = next(problem for problem in problems if problem.code == code)
        broken.append(f"{code}: {count}, first {first.request}: {first.text}")
    for outage in evidence.outages:
        if outage.spent > SPENT_AT_MOST * (VOICES if outage.kind in LOOK_LIKE_CONTENT else 1):
            broken.append(
                f"{outage.engine}, {outage.kind} at {outage.began:.1f}: {outage.spent} sentences spent"
            )
    for recovery in evidence.recoveries:
        if recovery.late:
            broken.append(
                f"{recovery.engine}, well at {recovery.healthy:.1f}: back {recovery.late:.2f} s late"
            )
    broken += [f"{count} {what} left" for what, count in evidence.leaked.items() if count]
    return broken


def too_few(runs: Sequence[Figures], least: float = SHARE_AT_LEAST) -> str | None:
    """If over all runs too little was spoken in the cloned voice; a single run is ruled by chance."""
    shares = [run.own_voice_share for run in runs if run.own_voice_share is not None]
    mean = sum(shares) / len(shares) if shares else 1.0
    return f"{mean:.0%} of the possible in the cloned voice" if mean < least else None


def as_json(run: Figures) -> dict[str, object]:
    return {name: finite(value) for name, value in asdict(run).items()}


def table(runs: Sequence[Figures], width: int | None = None) -> str:
    """A column for each run, a line for each figure."""
    numbers = [each.name for each in fields(Figures) if each.type in (int, float, float | None)]
    rows = [[name, *(_cell(getattr(run, name)) for run in runs)] for name in numbers]
    for kind in runs[0].faults:
        counts = (run.faults[kind] for run in runs)
        rows.append([f"fault {kind}", *(f"{count['hit']}/{count['scheduled']}" for count in counts)])
    engines = sorted({engine for run in runs for engine in run.sentences})
    rows += [[f"by {engine}", *(str(run.sentences.get(engine, 0)) for run in runs)] for engine in engines]
    rows.append(["left behind", *(str(sum(run.leaked.values())) for run in runs)])
    rows.append(["promises broken", *(str(len(run.broken)) for run in runs)])
    return tables.table(rows, width, right=range(1, len(rows[0]))).replace("_", " ")


def _waits(book: Book, *, urgent: bool = False, whole: bool = False) -> list[float]:
    """Seconds to the first sound; of answers that sound while they are made, or of those in one file."""
    found = []
    for id, request in book.sent.items():
        if request.whole is whole and (request.urgent or not urgent):
            answers = book.answers.get(id)
            wait = first_audio(request, answers[0] if answers else None)
            if wait is not None:
                found.append(wait)
    return found


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1) if math.isfinite(seconds) else math.inf


def _cell(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3g}" if isinstance(value, float) and value < 10 else f"{value:.0f}"

"""A seed's run, beside that of an oracle who knows its faults."""

from dataclasses import replace

from proofs.faults.report import Evidence, Figures, figures_of
from proofs.faults.simulation.engines import CLONE
from proofs.faults.simulation.world import simulate


def judged(seed: int, hours: float) -> Figures:
    """Runs both."""
    found = simulate(seed, hours).evidence
    best = simulate(seed, hours, "oracle").evidence
    return figures_of(replace(found, own_voice_share=share(found) / share(best)))


def judged_content(seed: int, hours: float) -> Figures:
    """Texts and voices that come out wrong, and nothing else."""
    found = simulate(seed, hours, "content").evidence
    best = simulate(seed, hours, "oracle of content").evidence
    return figures_of(replace(found, own_voice_share=share(found) / share(best)))


def share(evidence: Evidence) -> float:
    """Of all sentences that were spoken, those in the cloned voice."""
    engines = [row.engine for several in evidence.book.answers.values() for row in several[0].ledger]
    return engines.count(CLONE) / len(engines)

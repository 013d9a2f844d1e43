"""Reads what clients saw and says what of the promise was broken. It knows nothing of how it was made.

The promise: each sentence of every text that was not cancelled or refused is spoken exactly once, in order,
by an entry of its persona; a sentence is begun again only where it broke off to be heard. What is spoken
while it is made sounds within its budget.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from proofs.faults.answers import Answer, Book, Rendition, Request, first_audio
from robotvoice.utterance import Outcome


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken promise: a stable code, and a sentence for a person."""

    request: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Balance:
    """Every text that was sent is in exactly one of the others."""

    sent: int
    spoken: int
    cancelled: int
    refused: int
    lost: int

    @property
    def exact(self) -> bool:
        return self.sent == self.spoken + self.cancelled + self.refused + self.lost


def balance(book: Book) -> Balance:
    """Each is counted by itself. An answer too many, or to nobody, makes it inexact."""
    every = [(id, answer) for id, answers in book.answers.items() for answer in answers]
    outcomes = [answer.outcome for _, answer in every]
    unanswered = sum(id not in book.answers for id in book.sent)
    failed = outcomes.count(Outcome.INCOMPLETE) + outcomes.count(Outcome.ERROR)
    return Balance(
        sent=len(book.sent),
        spoken=outcomes.count(Outcome.COMPLETE),
        cancelled=outcomes.count(Outcome.CANCELLED),
        refused=outcomes.count(Outcome.REFUSED),
        lost=failed + unanswered,
    )


def check(book: Book) -> list[Problem]:
    """All that is wrong, request by request."""
    problems: list[Problem] = []
    for id, request in book.sent.items():
        answers = book.answers.get(id, [])
        if len(answers) != 1:
            problems.append(Problem(id, "answers", f"{len(answers)} answers came"))
        for answer in answers:
            problems += [Problem(id, code, text) for code, text in _check(request, answer)]
    strangers = book.answers.keys() - book.sent.keys()
    return problems + [Problem(id, "answers", "it was never asked for") for id in sorted(strangers)]


Finding = tuple[str, str]


def _check(request: Request, answer: Answer) -> Iterator[Finding]:
    for row in answer.ledger:
        if row.engine not in request.engines:
            yield "foreign_engine", f"sentence {row.sentence} was spoken by {row.engine}"
    match answer.outcome:
        case Outcome.COMPLETE:
            yield from _is_whole(request, answer)
        case Outcome.INCOMPLETE | Outcome.ERROR:
            yield "lost", f"it ended {answer.outcome.value}: {answer.why or 'nobody said why'}"
        case Outcome.REFUSED if answer.ledger or answer.heard:
            yield "refused_late", "something was heard of what was refused"
        case _:
            pass
    if answer.heard is not None:
        yield from _in_order(request, answer.heard)
    waited = first_audio(request, answer)
    if waited is not None and waited > request.budget and not request.whole:
        yield "late", f"the first sound took {waited:.2f} s of {request.budget:g}"


def _is_whole(request: Request, answer: Answer) -> Iterator[Finding]:
    rows = [row.sentence for row in answer.ledger]
    if rows != list(range(request.sentences)):
        yield "ledger", f"the ledger holds the sentences {rows} of {request.sentences}"
    if any(row.samples <= 0 for row in answer.ledger):
        yield "ledger", "a sentence of no sound is in the ledger"
    if answer.heard is None:
        return
    whole = [piece for piece in answer.heard if piece.whole]
    spoken = [piece.sentence for piece in whole]
    if spoken != list(range(request.sentences)):
        yield "spoken", f"what was heard whole were the sentences {spoken} of {request.sentences}"
    said = [(row.sentence, row.engine, row.samples) for row in answer.ledger]
    if said != [(piece.sentence, piece.engine, piece.samples) for piece in whole]:
        yield "ledger", "the ledger tells something else than what was heard"
    again = {piece.sentence for piece in answer.heard if not piece.whole and piece.samples}
    if again != {row.sentence for row in answer.ledger if row.repeated}:
        yield "repeated", f"the sentences {sorted(again)} were heard twice, and the ledger tells otherwise"


def _in_order(request: Request, heard: tuple[Rendition, ...]) -> Iterator[Finding]:
    before: Rendition | None = None
    for piece in heard:
        if piece.engine not in request.engines:
            yield "foreign_engine", f"{piece.engine} was heard"
        expected = 0 if before is None else before.sentence + before.whole
        if piece.sentence != expected:
            yield "order", f"sentence {piece.sentence} was heard where {expected} belongs"
        before = piece

"""The checker is not blind: it finds each way in which a promise can be broken, and nothing where none is."""

import math
from dataclasses import replace

import pytest

from proofs.faults.answers import Answer, Book, Outage, Recovery, Rendition, Request, first_audio, spent_on
from proofs.faults.checker import balance, check
from proofs.faults.report import Evidence, broken_promises, figures_of
from proofs.rig.figures import percentile
from robotvoice.utterance import Outcome, Spoken

REQUEST = Request("a", 3, frozenset({"clone", "espeak"}), at=100.0, budget=2.0)
LEDGER = tuple(Spoken(index, "clone", "vixen", samples=10) for index in range(3))
HEARD = tuple(Rendition(index, "clone", 10, whole=True) for index in range(3))
GOOD = Answer(Outcome.COMPLETE, 110.0, 100.5, LEDGER, HEARD)
BROKE_OFF = Rendition(1, "clone", 4, whole=False)
TAKEN_OVER = replace(
    GOOD,
    ledger=(LEDGER[0], replace(LEDGER[1], engine="espeak", repeated=True), LEDGER[2]),
    heard=(HEARD[0], BROKE_OFF, replace(HEARD[1], engine="espeak"), HEARD[2]),
)


def found(*answers: Answer) -> set[str]:
    return {problem.code for problem in check(book_of(*answers))}


def book_of(*answers: Answer) -> Book:
    book = Book()
    book.send(REQUEST)
    for answer in answers:
        book.end(REQUEST.id, answer)
    return book


@pytest.mark.parametrize("answer", [GOOD, TAKEN_OVER, replace(GOOD, heard=None)])
def test_what_was_spoken_as_promised_is_no_problem(answer: Answer) -> None:
    assert found(answer) == set()


def rows(*order: int) -> tuple[Spoken, ...]:
    return tuple(LEDGER[index] for index in order)


def sounds(*order: int) -> tuple[Rendition, ...]:
    return tuple(HEARD[index] for index in order)


@pytest.mark.parametrize("order", [(0, 2), (0, 1, 1, 2), (0, 2, 1), (0, 1)], ids=str)
def test_a_sentence_that_is_missing_doubled_or_misplaced_is_found_in_ledger_and_sound(
    order: tuple[int, ...],
) -> None:
    assert "ledger" in found(replace(GOOD, ledger=rows(*order), heard=None))
    assert {"ledger", "spoken"} <= found(replace(GOOD, heard=sounds(*order)))


@pytest.mark.parametrize(
    ("doctored", "code"),
    [
        (replace(GOOD, ledger=(replace(LEDGER[0], engine="stranger"), *LEDGER[1:])), "foreign_engine"),
        (replace(GOOD, heard=(replace(HEARD[0], engine="stranger"), *HEARD[1:])), "foreign_engine"),
        (replace(GOOD, heard=(HEARD[0], replace(HEARD[1], sentence=-1), HEARD[2])), "order"),
        (replace(GOOD, ledger=(replace(LEDGER[0], samples=0), *LEDGER[1:])), "ledger"),
        (replace(GOOD, ledger=(replace(LEDGER[0], samples=9), *LEDGER[1:])), "ledger"),
        (replace(TAKEN_OVER, ledger=LEDGER), "repeated"),
        (replace(GOOD, first_voiced=None), "late"),
        (replace(GOOD, first_voiced=102.1), "late"),
        (replace(GOOD, outcome=Outcome.INCOMPLETE), "lost"),
        (replace(GOOD, outcome=Outcome.ERROR), "lost"),
        (replace(GOOD, outcome=Outcome.REFUSED), "refused_late"),
        (Answer(Outcome.CANCELLED, 103.0), "late"),
    ],
)
def test_a_doctored_answer_is_found(doctored: Answer, code: str) -> None:
    assert code in found(doctored)


def test_no_answer_and_two_answers_are_found_and_make_the_balance_inexact() -> None:
    assert found() == {"answers"}
    assert (balance(book_of()).lost, balance(book_of()).exact) == (1, True)
    assert "answers" in found(GOOD, GOOD)
    assert not balance(book_of(GOOD, GOOD)).exact
    stranger = Book(answers={"b": [GOOD]})
    assert check(stranger) and not balance(stranger).exact


def test_a_lost_request_is_infinitely_late_and_one_that_left_in_time_is_not_counted() -> None:
    assert first_audio(REQUEST, None) == math.inf
    assert first_audio(REQUEST, replace(GOOD, outcome=Outcome.INCOMPLETE)) == math.inf
    assert first_audio(REQUEST, GOOD) == 0.5
    assert first_audio(REQUEST, Answer(Outcome.CANCELLED, 101.0)) is None
    assert percentile([0.1, math.inf], 99) == math.inf


def test_who_was_on_their_way_when_it_was_known_is_told_apart() -> None:
    assert spent_on([(0.0, 1.0), (0.1, 1.1)]) == (2, 0)
    assert spent_on([(0.0, 1.0), (0.1, 1.1), (0.2, 1.2), (0.3, 1.3), (5.0, 6.0)]) == (4, 1)


def evidence(**changes: object) -> Evidence:
    kept = Evidence("doctored", 1, book_of(GOOD), {"crash": {"scheduled": 1, "hit": 1}})
    return replace(kept, **changes)  # type: ignore[arg-type]  # any of its fields


@pytest.mark.parametrize(
    "changes",
    [
        {"faults": {"crash": {"scheduled": 1, "hit": 0}}},
        {"outages": (Outage("clone", "crash", 1.0, 4),)},
        {"recoveries": (Recovery("clone", 10.0, 12.0, 14.0, probes=1.0),)},
        {"leaked": {"tasks": 1}},
        {"book": book_of()},
    ],
)
def test_a_broken_promise_of_a_run_is_told(changes: dict[str, object]) -> None:
    assert broken_promises(evidence()) == []
    assert len(figures_of(evidence(**changes)).broken) == 1

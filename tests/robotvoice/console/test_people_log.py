"""Whoever watches a program in a terminal reads one short line for each thing that happened."""

import logging
import re
import sys

import pytest

from robotvoice.console.people_log import PLAIN, ForPeople


@pytest.fixture
def log() -> logging.Logger:
    log = logging.Logger("test")
    log.addHandler(ForPeople())
    return log


def test_a_sentence_for_people_stands_in_place_of_the_message(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    log.info("spoken", extra={"request": "1", PLAIN: "gremlin, 1.5 s, eSpeak"})
    log.info("line queued", extra={PLAIN: ""})
    log.info("persona %s is new", "captain")
    log.warning("breaker of %s: open", "mlx", extra={"reason": "died"})
    log.error("a\x1b[2Jb")
    lines = capsys.readouterr().err.splitlines()
    assert all(re.match(r"[0-9]{2}:[0-9]{2} ", line) for line in lines)
    assert [line[6:] for line in lines] == [
        "gremlin, 1.5 s, eSpeak",
        "persona captain is new",
        "warning: breaker of mlx: open (reason: died)",
        "error: a?[2Jb",
    ]


def test_long_lines_are_wrapped_between_words(
    log: logging.Logger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    log.warning("the model of this persona cannot be loaded; type: robotvoice-gateway models pull a/Model")
    *said, typed = capsys.readouterr().err.splitlines()
    assert max(map(len, said)) <= 40
    assert typed == "  type: robotvoice-gateway models pull a/Model"


def test_an_exception_is_told_as_its_program_wants_it(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("test")
    log.addHandler(ForPeople(lambda info: f"it was a {info[0].__name__ if info[0] else None}"))
    try:
        raise ValueError("a secret")
    except ValueError:
        log.exception("it broke", exc_info=sys.exc_info())
    told = capsys.readouterr().err
    assert "error: it broke" in told and "it was a ValueError" in told and "secret" not in told

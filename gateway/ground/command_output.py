"""What the owner's commands print: whole lines, wrapped as the terminal needs it, whoever reads them."""

import json
import sys

from robotvoice.console.output import columns, write


class NotShown(Exception):
    """The result cannot be written to standard output; the message says why."""


def show(text: str, *, fold: bool = True) -> None:
    """On standard output; a reader that left early has seen enough. Raises NotShown.

    `fold`: whether long lines are wrapped on a terminal.
    """
    problem = write(text, sys.stdout, fold=fold)
    if problem and not isinstance(problem, BrokenPipeError):
        raise NotShown(f"the result cannot be written to standard output ({problem.strerror})")


def show_json(value: object) -> None:
    """For a program. Raises NotShown."""
    show(json.dumps(value, indent=1), fold=False)


def width() -> int | None:
    """Columns that a table may have; None: no terminal shows it."""
    return columns(sys.stdout)


def complain(message: str) -> None:
    """On standard error, each line of it by itself."""
    from gateway.ground.problems import one_line

    for line in message.splitlines():
        write(f"robotvoice-gateway: {one_line(line)}", sys.stderr)

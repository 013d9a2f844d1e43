"""Runs a supervisor's commands."""

import subprocess
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from robotvoice.service.service import Command, InstallFailed

LIMIT = 60.0
"""Seconds for one command; stopping a service may take ten"""
PAUSE = 0.5


class Result(NamedTuple):
    """What became of a command."""

    code: int
    told: str


Run = Callable[[tuple[str, ...]], Result]


def run(words: tuple[str, ...]) -> Result:
    """Runs to its end. Raises InstallFailed if it cannot be started or does not end."""
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=LIMIT
        )
    except OSError as error:
        raise InstallFailed(
            f"{words[0]} cannot be run ({error.strerror}); without it nothing is started at boot here"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"{words[0]} did not end within {LIMIT:.0f} s; try it again") from error
    return Result(done.returncode, (done.stderr.strip() or done.stdout.strip()))


def succeed(commands: Iterable[Command], run: Run) -> bool:
    """Whether all of these questions are answered with yes."""
    return all(run(command.words).code == 0 for command in commands)


def carry_out(command: Command, run: Run) -> None:
    """Raises InstallFailed if it fails and must not."""
    until = time.monotonic() + command.patience
    while True:
        code, told = run(command.words)
        if code == 0 or command.may_fail:
            return
        if time.monotonic() >= until:
            break
        time.sleep(PAUSE)
    raise InstallFailed(f"`{command}` failed ({told or f'exit code {code}'}); mend that and type this again")

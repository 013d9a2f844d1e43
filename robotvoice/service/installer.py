"""Puts a service in place and takes it away again, once, and never over what its owner wrote."""

import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from robotvoice.ground.state_files import write_whole
from robotvoice.service.service import Command, InstallFailed, Supervisor, intact

LIMIT = 60.0
"""Seconds for one command; stopping a service may take ten"""
PAUSE = 0.5
TODO = "mend that and type this again"


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
    raise InstallFailed(f"`{command}` failed ({told or f'exit code {code}'}); {TODO}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What is changed on this machine, told step by step. With `dry_run` it is only told."""

    tell: Callable[[str], None] = print
    dry_run: bool = False

    def do(self, what: str, action: Callable[[], object], todo: str = TODO) -> None:
        """`todo`: what helps if it cannot be done. Raises InstallFailed."""
        if self.dry_run:
            self.tell(f"would {what}")
            return
        self.tell(what)
        try:
            action()
        except OSError as error:
            raise InstallFailed(f"cannot {what} ({error.strerror}); {todo}") from error

    def write(self, path: Path, content: bytes, todo: str = TODO) -> None:
        """In one step, readable for everybody as launchd wants it. Raises InstallFailed."""
        if self.dry_run:
            self.tell(f"would write {path}:\n{content.decode()}")
        else:
            self.do(f"write {path}", lambda: _replace(path, content), todo)


@dataclass(frozen=True, slots=True)
class Installation(Steps):
    """A service on this machine."""

    supervisor: Supervisor
    run: Run = run
    force: bool = False

    def install(self) -> None:
        """Raises InstallFailed."""
        path, content = self.supervisor.path, self.supervisor.content
        there = read_there(path)
        self._reach()
        running = succeed(self.supervisor.running, self.run)
        if there == content and running:
            self.tell(f"{path} is in place and in use: nothing was changed")
        else:
            if there != content:
                if there is not None and not intact(there):
                    self._may_move(path)
                    self._move_aside(path)
                self.write(path, content)
            self._carry_out(self.supervisor.start(running=running))
        for advice in self.supervisor.advice():
            self.tell(advice)

    def uninstall(self) -> None:
        """Raises InstallFailed."""
        path = self.supervisor.path
        there = read_there(path)
        if there is None:
            self.tell(f"there is no {path}: nothing was changed")
            return
        ours = intact(there)
        if not ours:
            self._may_move(path)
        self._reach()
        self._carry_out(self.supervisor.stop(running=succeed(self.supervisor.running, self.run)))
        if ours:
            self.do(f"remove {path}", path.unlink)
        else:
            self._move_aside(path)
        self._carry_out(self.supervisor.forget())

    def _reach(self) -> None:
        """Before anything is changed: whether that can be done at all."""
        code, told = self.run(self.supervisor.there.words)
        if code:
            missing = f"{self.supervisor.how_to_reach}{f' ({told})' if told else ''}"
            if not self.dry_run:
                raise InstallFailed(f"{missing}; nothing was changed")
            self.tell(f"this could not be done now: {missing}")

    def _may_move(self, path: Path) -> None:
        if not self.force:
            raise InstallFailed(
                f"{path} is not as robotvoice wrote it, so it stays as it is; "
                "with --force it is kept beside it under another name"
            )

    def _move_aside(self, path: Path) -> None:
        other = _free(path)
        self.do(f"move {path} to {other}", lambda: path.rename(other))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        for command in commands:
            self.do(f"run {command}", partial(carry_out, command, self.run))


def read_there(path: Path) -> bytes | None:
    """None: nothing is there. Raises InstallFailed if it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InstallFailed(f"{path} cannot be read ({error.strerror}); make it readable") from error


def _free(path: Path) -> Path:
    """A name beside it that no supervisor looks at."""
    names = (path.with_name(f"{path.name}.bak{number or ''}") for number in count())
    return next(name for name in names if not name.exists())


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content, mode=0o644)

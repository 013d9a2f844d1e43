"""A process of a run's own: its start, what it says, its log with the times, its children, its sure end."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

import psutil

ROOT = Path(__file__).parents[2]
START_WITHIN = 60.0
"""Seconds; several may start at once on a slow machine"""
END_WITHIN = 20.0
LOOK_EVERY = 0.01
READ_WITHIN = 1.0
"""Seconds for the rest of its log once it has ended; a child that outlives it may hold that open"""
LAST_WORDS = 2000
"""Characters of a log that are told when its program broke"""
OWNERS = ("ROBOTVOICE_", "XDG_", "HF_", "PYTHON", "COLUMNS")
"""What the variables begin with that no process of ours inherits"""


class RunBroken(Exception):
    """The run itself could not be done; the message says why."""


class Line(str):
    """Of a log."""

    at = 0.0
    """When it was read: seconds of `time.monotonic`, which is an event loop's clock, too"""


def environment(home: Path, *settings: str, **variables: str) -> dict[str, str]:
    """Of a user who has nothing but this folder: no state, no personas, no models but those that are here.

    `settings` are lines of the gateway's settings file, `variables` are added.
    """
    home.mkdir(parents=True, exist_ok=True)
    for name, lines in (("gateway.toml", settings), ("robot.toml", ())):
        content = "\n".join(lines)
        if not (home / name).exists() or lines:  # whoever reads it now must not think that it changed
            (home / name).write_text(content, encoding="utf-8")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(OWNERS)},
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "ROBOTVOICE_CONFIG": str(home / "gateway.toml"),
        "ROBOTVOICE_ROBOT_CONFIG": str(home / "robot.toml"),
        "ROBOTVOICE_STATE_DIR": str(home / "state"),
        "ROBOTVOICE_VOICE_LOCK": str(home / "voice.lock"),
        # On a CPU each kernel of a model would have a C++ compiler run, for seconds.
        **({"MLX_DISABLE_COMPILE": "1"} if sys.platform == "linux" else {}),
        **variables,
    }


def until(
    happened: Callable[[], object], what: str, within: float = START_WITHIN, every: float = LOOK_EVERY
) -> None:
    """Waits for it. Raises RunBroken, with `what` has not happened."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            raise RunBroken(f"{what} within {within:g} s")
        time.sleep(every)


class Program:
    """It runs. Given to a `with` or an `async with`, nothing of it is left, however the block ends."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        cwd: Path = ROOT,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.PIPE,
    ) -> None:
        """What it says is read unless it goes to another `stdout`. Raises OSError."""
        self.name = name
        self.said: list[str] = []
        """The lines on its standard output"""
        self.log: list[Line] = []
        self._heard = 0
        self._silent = stdout != subprocess.PIPE
        self._news = threading.Condition()
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=cwd,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._readers = [
            threading.Thread(target=read, args=(stream,), name=f"{name}'s output")
            for stream, read in ((self.process.stdout, self._listen), (self.process.stderr, self._keep_log))
            if stream
        ]
        for reader in self._readers:
            reader.start()

    def next_line(self, within: float = START_WITHIN) -> str:
        """The next line that it says. Raises RunBroken."""
        with self._news:
            self._news.wait_for(lambda: len(self.said) > self._heard or self._silent, within)
            if len(self.said) > self._heard:
                self._heard += 1
                return self.said[self._heard - 1]
        raise RunBroken(f"{self.name} did not say what it should; its log ends so:\n{self.last_words()}")

    def until_says(self, pattern: str, within: float = START_WITHIN) -> re.Match[str]:
        """Passes over the lines in which this is not found. Ends it, and raises RunBroken, if none comes."""
        deadline = time.monotonic() + within
        with self.closed_on_failure():
            while not (found := re.search(pattern, self.next_line(max(0.0, deadline - time.monotonic())))):
                pass
        return found

    def pass_over(self) -> None:
        """What it has said so far is nobody's next line."""
        self._heard = len(self.said)

    def tell(self, line: str) -> None:
        """To one that was given a pipe as its standard input."""
        assert self.process.stdin is not None
        print(line, file=self.process.stdin, flush=True)

    def logged(self, pattern: str, since: float = 0.0, before: float = float("inf")) -> list[Line]:
        """The lines of its log in which this is found."""
        return [line for line in self.log if since <= line.at <= before and re.search(pattern, line)]

    def last_words(self) -> str:
        if self._silent:
            self._readers[-1].join(READ_WITHIN)
        return "\n".join(self.log)[-LAST_WORDS:]

    @property
    def found(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    def children(self, of: str = "") -> list[psutil.Process]:
        """Those of theirs too, that live and whose command line holds this."""
        found = []
        with suppress(psutil.NoSuchProcess):
            for child in self.found.children(recursive=True):
                with suppress(psutil.Error):
                    if not of or any(of in word for word in child.cmdline()):
                        found.append(child)
        return found

    def send(self, number: int) -> float:
        """Returns when that was."""
        self.process.send_signal(number)
        return time.monotonic()

    def freeze(self) -> float:
        """Its kernel goes on accepting connections; nothing else is alive. Returns when it was told to."""
        moment = self.send(signal.SIGSTOP)
        stopped = psutil.STATUS_STOPPED
        until(lambda: self.found.status() == stopped, f"{self.name} was not stopped", every=0.001)
        return moment

    def wake(self) -> float:
        """Returns when that was."""
        return self.send(signal.SIGCONT)

    def end(self, number: int = signal.SIGTERM, within: float = END_WITHIN) -> int:
        """Its exit code once it is gone: by itself, or with all its children by force."""
        self._tell_to_end(number, within)
        self._read_the_rest()
        return self.process.wait()

    def end_in_order(self) -> None:
        """As `end`. Raises RunBroken if it did not end by itself."""
        if self.end() == -signal.SIGKILL:
            raise RunBroken(f"{self.name} did not end when it was told to")

    def close(self, number: int = signal.SIGTERM) -> None:
        """As `end`, and no child of it is left, whatever state all of them were in."""
        children = self.children()
        try:
            self._tell_to_end(number, END_WITHIN)
        finally:
            self._end_by_force(children)
            self._read_the_rest()

    @contextmanager
    def closed_on_failure(self) -> Iterator[None]:
        """For what is waited for before anybody holds it in a block."""
        try:
            yield
        except BaseException:
            self.close(signal.SIGKILL)
            raise

    def _tell_to_end(self, number: int, within: float) -> None:
        children = self.children()
        try:
            if self.process.poll() is None:
                self.process.send_signal(number)
                self.process.send_signal(signal.SIGCONT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(within)
        finally:
            if self.process.poll() is None:
                self._end_by_force(children)

    def _end_by_force(self, children: Sequence[psutil.Process]) -> None:
        self.process.kill()
        self.process.wait()
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()

    def _read_the_rest(self) -> None:
        deadline = time.monotonic() + READ_WITHIN
        for reader in self._readers:
            reader.join(max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await asyncio.to_thread(self.close)
        except asyncio.CancelledError:
            self._end_by_force(self.children())
            raise

    def _listen(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                with self._news:
                    self.said.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()

    def _keep_log(self, stderr: IO[str]) -> None:
        with stderr:
            for text in stderr:
                line = Line(text.rstrip("\n"))
                line.at = time.monotonic()
                self.log.append(line)

"""A loudspeaker that keeps time: it takes sound at the pace at which it is played, and writes both down.

A script called `aplay` tells this process that it was started, and this process takes over its standard
input. So a player costs no more time to start than the real one. It does what `aplay --buffer-time=100000
--period-time=20000` does with a sound card: the card begins when the buffer is full or the input has ended,
stands still when it runs out, plays whole periods, and falls silent when its player is killed. If it is told
to, it falls asleep after a rest and swallows what comes first, or cannot be opened.
"""

import ctypes
import itertools
import math
import os
import select
import threading
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

BUFFER, PERIOD = 0.1, 0.02
"""Seconds"""
LOOK_EVERY = 0.5
_PIDFD_GETFD = 438
"""The same number on all machines"""
SEAM = 0.04
"""Seconds of silence that stand behind a text and before it is known that there is no more"""
APLAY = """#!/bin/sh
PATH=/usr/bin:/bin
[ ! -e "{folder}/says" ] || {{ cat "{folder}/says" >&2; exit 1; }}
mkfifo "{folder}/$$" || exit 1
echo "$$ $*" > "{folder}/players"
read -r _ < "{folder}/$$"
"""


@dataclass(slots=True, eq=False)
class Play:
    """One player, from its start to its end. Times are in seconds of `time.monotonic`."""

    pid: int
    rate: int
    asked: float
    """When the player had been started"""
    samples: "array[int]" = field(default_factory=lambda: array("h"))
    runs: list[tuple[int, float]] = field(default_factory=list)
    """A number of a sample and when it was played; those after it follow, up to the next of these"""
    heard: int = 0
    """Samples that were played"""
    runs_now: bool = False
    swallowed: list[tuple[int, int]] = field(default_factory=list)
    """Samples, from and to, that a loudspeaker did not bring out as it was waking up"""
    ended: float | None = None
    """When it fell silent; None: it plays"""
    killed: bool = False

    def at(self, sample: int) -> float:
        """When this one was played."""
        first, began = next(run for run in reversed(self.runs) if run[0] <= sample)
        return began + (sample - first) / self.rate

    @property
    def quiet_since(self) -> float:
        """When the last of it so far was played."""
        return self.at(self.heard - 1) if self.heard else -math.inf

    def texts(self) -> Iterator[tuple[int, int, bool]]:
        """Of a player that stays open: samples, from and to, and whether there is no more of it."""
        starts = [first for first, _ in self.runs if first == 0 or not any(self._before(first))]
        over = self.ended is not None or not self.runs_now
        yield from ((start, end, True) for start, end in itertools.pairwise(starts))
        if starts:
            yield starts[-1], self.heard, over

    def _before(self, sample: int) -> "array[int]":
        return self.samples[max(0, sample - round(SEAM * self.rate)) : sample]


class Loudspeaker:
    """`folder` is its own: what is in `bin` goes on PATH. To be closed."""

    def __init__(self, folder: Path) -> None:
        self.plays: list[Play] = []
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        aplay = self.bin / "aplay"
        aplay.write_text(APLAY.format(folder=folder), encoding="utf-8")
        aplay.chmod(0o755)
        self._folder = folder
        self._swallows, self._after = 0.0, math.inf
        os.mkfifo(folder / "players")
        self._players = os.open(folder / "players", os.O_RDWR | os.O_NONBLOCK)
        self._closed = threading.Event()
        self._threads = [threading.Thread(target=self._listen, name="loudspeaker")]
        self._threads[0].start()

    def sleeps(self, swallows: float, after: float) -> None:
        """From now on it swallows so many seconds of sound after so many without."""
        self._swallows, self._after = swallows, after

    def says(self, words: str | None) -> None:
        """Why it cannot be opened; None: it can."""
        says = self._folder / "says"
        if words is None:
            says.unlink(missing_ok=True)
        else:
            says.write_text(f"aplay: main:831: audio open error: {words}\n", encoding="utf-8")

    def begins(self, play: Play) -> None:
        """It plays after a silence."""
        others = [each for each in self.plays if each is not play and each.runs]
        last = max((each.ended or each.quiet_since for each in others), default=-math.inf)
        last = max(last, play.quiet_since)
        if time.monotonic() - last > self._after:
            play.swallowed.append((play.heard, play.heard + round(self._swallows * play.rate)))

    def close(self) -> None:
        self._closed.set()
        for thread in tuple(self._threads):
            thread.join()
        os.close(self._players)

    def _listen(self) -> None:
        ready = select.poll()
        ready.register(self._players, select.POLLIN)
        rest = b""
        while not self._closed.is_set():
            if not ready.poll(LOOK_EVERY * 100):
                continue
            *lines, rest = (rest + os.read(self._players, 65536)).split(b"\n")
            for line in lines:
                pid, *options = line.decode().split()
                rate = int(options[options.index("-r") + 1]) if "-r" in options else 8000
                play = Play(int(pid), rate, time.monotonic())
                self.plays.append(play)
                thread = threading.Thread(target=self._play, args=(play,), name=f"player {pid}")
                thread.start()
                self._threads.append(thread)

    def _play(self, play: Play) -> None:
        opened: list[int] = []
        try:
            opened.append(os.pidfd_open(play.pid))
            opened.append(_of_another(opened[0], 0))
            _Card(self, play, opened[0], opened[1], self._closed).run()
            if not play.killed:
                opened.append(os.open(self._folder / str(play.pid), os.O_RDWR | os.O_NONBLOCK))
                os.write(opened[-1], b"\n")
                ready = select.poll()
                ready.register(opened[0], select.POLLIN)
                ready.poll(LOOK_EVERY * 1000)
        except ProcessLookupError:
            play.killed = True
        finally:
            play.ended = time.monotonic() if play.ended is None else play.ended
            for descriptor in opened:
                os.close(descriptor)
            with suppress(FileNotFoundError):
                (self._folder / str(play.pid)).unlink()


class _Card:
    """What plays for one player."""

    def __init__(
        self, speaker: Loudspeaker, play: Play, player: int, source: int, closed: threading.Event
    ) -> None:
        self._speaker, self._play = speaker, play
        self._player, self._source, self._closed = player, source, closed
        self._capacity, self._period = round(BUFFER * play.rate), round(PERIOD * play.rate)
        self._ended = False
        self._odd = b""

    def run(self) -> None:
        """Returns when all was played, or the player is gone."""
        play = self._play
        while not self._closed.is_set():
            now = time.monotonic()
            self._advance(now)
            waiting = len(play.samples) - play.heard
            if self._ended and not waiting:
                play.ended = self._whole_periods()
                time.sleep(max(0.0, play.ended - time.monotonic()))
                return
            if not play.runs_now and waiting and (self._ended or waiting >= self._capacity):
                self._speaker.begins(play)
                play.runs.append((play.heard, now))
                play.runs_now = True
            if self._waited(waiting):
                self._advance(time.monotonic())
                play.killed, play.ended = True, time.monotonic()
                return

    def _advance(self, now: float) -> None:
        """Plays what is to be heard by now."""
        play = self._play
        if not play.runs_now:
            return
        first, began = play.runs[-1]
        play.heard = min(len(play.samples), first + int((now - began) * play.rate))
        if play.heard == len(play.samples):
            play.runs_now = False

    def _waited(self, waiting: int) -> bool:
        """For sound, for room or for the end; whether the player is gone."""
        room = self._capacity - waiting
        ready = select.poll()
        ready.register(self._player, select.POLLIN)
        limit = LOOK_EVERY
        if self._play.runs_now:
            limit = waiting / self._play.rate
        if not self._ended and (room >= self._period or not self._play.runs_now):
            ready.register(self._source, select.POLLIN)
        elif not self._ended:
            limit = (self._period - room) / self._play.rate
        found = {descriptor for descriptor, _ in ready.poll(math.ceil(limit * 1000))}
        if self._source in found:
            self._take(os.read(self._source, 2 * room))
        return self._player in found

    def _take(self, sound: bytes) -> None:
        self._ended = not sound
        sound = self._odd + sound
        whole = len(sound) // 2 * 2
        self._play.samples.frombytes(sound[:whole])
        self._odd = sound[whole:]

    def _whole_periods(self) -> float:
        play = self._play
        if not play.runs:
            return time.monotonic()
        first, began = play.runs[-1]
        periods = math.ceil((len(play.samples) - first) / self._period)
        return began + periods * self._period / play.rate


def _of_another(process: int, descriptor: int) -> int:
    """A file that another process has open. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    found = int(library.syscall(_PIDFD_GETFD, process, descriptor, 0))
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return found

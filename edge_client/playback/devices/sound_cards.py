"""The sound cards of this machine and who plays on them, as the kernel tells it in /proc."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge_client.playback.devices.player_commands import Buffers

PROC = Path("/proc")
MOST_PARENTS = 16
"""That are looked at"""
_CARD = re.compile(r"\s*(\d+)\s+\[(\S+)\s*\]:\s*(.*?)\s+-\s+(.*)")
_PLAYBACK = re.compile(r"card(\d+)/pcm(\d+)p/sub\d+/status$")
_DEVICE_FILE = re.compile(r"/dev/snd/pcmC(\d+)D(\d+)p$")
_PYTHON = re.compile(r"python[\d.]*$")


@dataclass(frozen=True, slots=True)
class Card:
    """A card that can play."""

    number: int | None
    """Which may be another one after the next start, or when it is plugged in again; None: nobody knows"""
    id: str
    """Which stays"""
    name: str

    @property
    def is_hdmi(self) -> bool:
        return "hdmi" in f"{self.id} {self.name}".lower()

    @property
    def label(self) -> str:
        return f"{self.name}, {self.id}" if self.number is None else f"card {self.number}, {self.name}"


@dataclass(frozen=True, slots=True)
class Use:
    """Somebody has a card's device open for playing."""

    card: int
    device: int
    pid: int
    buffers: Buffers | None = None
    """Of the device, with a period that is on its way; None: nobody knows"""


def cards(proc: Path = PROC) -> tuple[Card, ...] | None:
    """Those that can play; None: the kernel does not tell."""
    with suppress(OSError):
        text = (proc / "asound" / "cards").read_text(errors="replace")
        found = (match for line in text.splitlines() if (match := _CARD.match(line)))
        every = (Card(int(match[1]), match[2], match[4].strip()) for match in found)
        return tuple(card for card in every if any((proc / "asound").glob(f"card{card.number}/pcm*p")))
    return None


def uses(proc: Path = PROC) -> tuple[Use, ...]:
    """Who plays on which card. Where the kernel does not tell, only root sees programs of other users."""
    told = tuple((proc / "asound").glob("card*/pcm*p/sub*/status"))
    if told:
        return tuple(use for status in told if (use := _use(status)))
    processes = proc.glob("[0-9]*")
    return tuple(use for process in processes if (use := _open_file(process)))


def use_of(pid: int, proc: Path = PROC) -> Use | None:
    """What this player has open itself; None: nothing, as one that plays through a sound server."""
    told = (_use(status) for status in (proc / "asound").glob("card*/pcm*p/sub*/status"))
    return next((use for use in told if use and use.pid == pid), None) or _open_file(proc / str(pid))


def program(pid: int, proc: Path = PROC) -> str | None:
    """What its owner would call it. Of a thread, the program it is of."""
    try:
        process = proc / _fields(proc / str(pid) / "status").get("Tgid", str(pid))
        name = (process / "comm").read_text(errors="replace").strip()
        words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return None
    if not _PYTHON.match(name):
        return name or None
    # What is of interest is the script, or the module behind -m; behind -c stands a whole program.
    words = words[1 : words.index("-c") if "-c" in words else None]
    script = next((word for word in words if word and not word.startswith("-")), name)
    return "robotvoice" if script == "edge_client" else Path(script).name


def lock_holder(path: Path, proc: Path = PROC) -> int | None:
    """The process that has this file locked by `flock`."""
    with suppress(OSError, ValueError):
        told = path.stat()
        place = f"{os.major(told.st_dev):02x}:{os.minor(told.st_dev):02x}:{told.st_ino}"
        for line in (proc / "locks").read_text().splitlines():
            words = line.split()
            if "->" not in words and words[1] == "FLOCK" and words[5] == place:
                return int(words[4]) or None
    return None


def plays(pid: int, proc: Path = PROC) -> bool:
    """Whether it has a card open, or one of its children has."""
    parents = (use.pid for use in uses(proc))
    return any(pid in _with_parents(each, proc) for each in parents)


def _with_parents(pid: int, proc: Path) -> list[int]:
    found = [pid]
    while found[-1] > 1 and len(found) < MOST_PARENTS:
        try:
            found.append(int(_fields(proc / str(found[-1]) / "status")["PPid"]))
        except (OSError, KeyError, ValueError):
            break
    return found


def _use(status: Path) -> Use | None:
    with suppress(OSError):
        told = _fields(status)
        place = _PLAYBACK.search(status.as_posix())
        if place and told.get("owner_pid", "").isdigit():
            return Use(int(place[1]), int(place[2]), int(told["owner_pid"]), _buffers(status))
    return None


def _buffers(status: Path) -> Buffers | None:
    with suppress(OSError, ValueError, KeyError, ZeroDivisionError):
        told = _fields(status.with_name("hw_params"))
        buffer, period, rate = (int(told[each].split()[0]) for each in ("buffer_size", "period_size", "rate"))
        return Buffers((buffer + period) / rate, period / rate)
    return None


def _fields(file: Path) -> dict[str, str]:
    lines = (line.partition(":") for line in file.read_text(errors="replace").splitlines())
    return {name.strip(): value.strip() for name, _, value in lines}


def _open_file(process: Path) -> Use | None:
    """The way of `fuser`, for kernels that do not tell it themselves."""
    with suppress(OSError):
        for descriptor in (process / "fd").iterdir():
            if place := _DEVICE_FILE.search(str(descriptor.readlink())):
                return Use(int(place[1]), int(place[2]), int(process.name))
    return None

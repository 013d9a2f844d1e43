"""What is started at boot, and what a supervisor (systemd, launchd) must know of it."""

import hashlib
import os
import re
import shlex
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from robotvoice.errors import RobotVoiceError
from robotvoice.ground.installation import shipped

TEMPLATES = shipped("deploy")
_SEAL = re.compile(rb"^.*robotvoice wrote this: ([0-9a-f]{64}).*\n", re.MULTILINE)


class InstallFailed(RobotVoiceError):
    """A service was not put in place or not removed; the message says why and what to do."""

    code = "install_failed"


@dataclass(frozen=True, slots=True)
class Service:
    """A program that runs for its user, from the start of the machine on."""

    name: str
    """Of the service, its command and its templates"""
    program: Path = Path()
    """Absolute; of no matter for one that is removed"""
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises InstallFailed for what no supervisor's file can hold."""
        for text in (str(self.program), *self.environment.values()):
            if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
                raise InstallFailed(
                    f"{text!r} holds characters that the file of a service cannot hold; rename that folder"
                )


@dataclass(frozen=True, slots=True)
class Command:
    """A command line of the supervisor's tool."""

    words: tuple[str, ...]
    may_fail: bool = False
    patience: float = 0.0
    """Seconds in which it is repeated until it succeeds"""

    def __str__(self) -> str:
        return shlex.join(self.words)


class Supervisor(Protocol):
    """Starts a service and keeps it running. Its commands are data, so that they can be shown."""

    @property
    def path(self) -> Path:
        """Of the file that describes the service"""

    @property
    def content(self) -> bytes:
        """Of that file"""

    @property
    def there(self) -> Command:
        """Changes nothing, and succeeds when the supervisor takes commands of this user."""

    @property
    def how_to_reach(self) -> str:
        """What is missing, and what to do, where it does not"""

    @property
    def running(self) -> tuple[Command, ...]:
        """These change nothing, and all succeed when the service is in use and starts at boot."""

    def start(self, *, running: bool) -> tuple[Command, ...]:
        """After the file was written; `running` is a former version of it, perhaps."""

    def stop(self, *, running: bool) -> tuple[Command, ...]:
        """Before the file is removed"""

    def forget(self) -> tuple[Command, ...]:
        """After the file was removed"""

    def advice(self) -> tuple[str, ...]:
        """What the owner should know, or type, once it is installed"""


def own_program(name: str) -> Path:
    """The command `name` of the very environment that runs this. Raises InstallFailed if there is none."""
    for file in (Path(sys.executable).with_name(name), Path(sys.argv[0]).absolute()):
        if file.name == name and os.access(file, os.X_OK):
            return file
    raise InstallFailed(
        f"there is no command {name} beside {sys.executable}; install robotvoice into that environment"
    )


def sealed(content: bytes, *, below: int = 0, comment: tuple[bytes, bytes] = (b"# ", b"")) -> bytes:
    """With a check sum in a comment after the first `below` lines: it is told from what its owner changed."""
    lines = content.splitlines(keepends=True)
    opened, closed = comment
    seal = b"robotvoice wrote this: " + hashlib.sha256(content).hexdigest().encode()
    return b"".join([*lines[:below], opened, seal, closed, b"\n", *lines[below:]])


def intact(content: bytes) -> bool:
    """Whether it is as it was written, by whichever version."""
    found = _SEAL.search(content)
    if found is None:
        return False
    rest = content[: found.start()] + content[found.end() :]
    return hashlib.sha256(rest).hexdigest().encode() == found[1]

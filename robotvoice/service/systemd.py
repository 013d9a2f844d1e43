"""systemd, in the instance of a user: it needs no root, and the sound server belongs to a user as well."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from string import Template

from robotvoice.service.service import TEMPLATES, Command, InstallFailed, Service, sealed

LINGER = Path("/var/lib/systemd/linger")
"""Holds a file for each user whose services run without a login"""


@dataclass(frozen=True, slots=True)
class Systemd:
    """A Supervisor on Linux."""

    service: Service
    folder: Path
    user: str
    linger: Path = LINGER

    @property
    def unit(self) -> str:
        return f"{self.service.name}.service"

    @property
    def path(self) -> Path:
        return self.folder / self.unit

    @property
    def content(self) -> bytes:
        """Raises InstallFailed for a program that systemd does not start."""
        program = str(self.service.program)
        if set(program) & set("\"'\\"):
            raise InstallFailed(f"systemd starts no program with a quote or backslash in its path: {program}")
        template = Template((TEMPLATES / "systemd" / self.unit).read_text("utf-8"))
        given = self.service.environment.items()
        lines = [f"\nEnvironment={quoted(f'{name}={value}')}" for name, value in given]
        text = template.substitute(program=quoted(program), environment="".join(lines))
        return sealed(text.encode())

    @property
    def there(self) -> Command:
        return _systemctl("show-environment")

    @property
    def how_to_reach(self) -> str:
        return (
            f"no systemd of this user here; log in as {self.user} itself, by ssh or on the screen and not by "
            "su or sudo, and type this again. Where nobody can log in, type once: "
            f"sudo loginctl enable-linger {self.user}; export XDG_RUNTIME_DIR=/run/user/$(id -u)"
        )

    @property
    def running(self) -> tuple[Command, ...]:
        return tuple(_systemctl(ask, "--quiet", self.unit) for ask in ("is-enabled", "is-active"))

    def start(self, *, running: bool) -> tuple[Command, ...]:
        return (
            _systemctl("daemon-reload"),
            _systemctl("enable", self.unit),
            # One that crashed too often would not be started.
            _systemctl("reset-failed", self.unit, may_fail=True),
            _systemctl("restart", self.unit),
        )

    def stop(self, *, running: bool) -> tuple[Command, ...]:
        return (_systemctl("disable", "--now", self.unit),)

    def forget(self) -> tuple[Command, ...]:
        return _systemctl("daemon-reload"), _systemctl("reset-failed", self.unit, may_fail=True)

    def advice(self) -> tuple[str, ...]:
        log = f"its log: journalctl --user-unit {self.service.name} -f"
        if (self.linger / self.user).exists():
            return (log,)
        return (
            log,
            f"to start it at boot, before you log in, type once: sudo loginctl enable-linger {self.user}",
        )


def systemd_of_this_user(service: Service) -> Systemd:
    """Raises RuntimeError for a user without a home folder."""
    told = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    config = told if told.is_absolute() else Path.home() / ".config"
    return Systemd(service, config / "systemd" / "user", pwd.getpwuid(os.getuid()).pw_name)


def quoted(text: str) -> str:
    """One word of a unit's line; ExecStart must begin with a colon, else it looks for variables in it."""
    for special, escaped in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%")):
        text = text.replace(special, escaped)
    return f'"{text}"'


def _systemctl(*words: str, may_fail: bool = False) -> Command:
    return Command(("systemctl", "--user", *words), may_fail)

"""launchd, which starts an agent when its user logs in: that needs no root, and reaches the user's files."""

import os
import plistlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from robotvoice.service.service import TEMPLATES, Command, Service, sealed

UNTIL_ENDED = 20.0
"""Seconds: twice what a service has to end (ExitTimeOut); as long launchd takes no new version of it"""


@dataclass(frozen=True, slots=True)
class Launchd:
    """A Supervisor on a Mac."""

    service: Service
    home: Path
    uid: int

    @property
    def path(self) -> Path:
        return self.home / "Library" / "LaunchAgents" / f"{self.service.name}.plist"

    @property
    def log(self) -> Path:
        """launchd lets it grow; the program itself keeps it small."""
        return self.home / "Library" / "Logs" / f"{self.service.name}.log"

    @property
    def content(self) -> bytes:
        template = Template((TEMPLATES / "launchd" / self.path.name).read_text("utf-8"))
        given = {"program": escape(str(self.service.program)), "log": escape(str(self.log))}
        filled = plistlib.loads(template.substitute(given).encode())
        filled["EnvironmentVariables"].update(self.service.environment)
        # After the two lines of the head, where XML allows a comment.
        return sealed(plistlib.dumps(filled, sort_keys=False), below=2, comment=(b"<!-- ", b" -->"))

    @property
    def there(self) -> Command:
        return Command(("launchctl", "print", self._domain))

    @property
    def how_to_reach(self) -> str:
        return "no launchd for this user's programs here; log in on the Mac's own screen, and type this again"

    @property
    def running(self) -> tuple[Command, ...]:
        return (Command(("launchctl", "print", self._target)),)

    def start(self, *, running: bool) -> tuple[Command, ...]:
        return (
            *self.stop(running=running),
            Command(("launchctl", "enable", self._target)),
            Command(
                ("launchctl", "bootstrap", self._domain, str(self.path)),
                patience=UNTIL_ENDED if running else 0.0,
            ),
        )

    def stop(self, *, running: bool) -> tuple[Command, ...]:
        return (Command(("launchctl", "bootout", self._target)),) if running else ()

    def forget(self) -> tuple[Command, ...]:
        return ()

    def advice(self) -> tuple[str, ...]:
        return f"its log: {self.log}", "it runs while you are logged in on this Mac"

    @property
    def _domain(self) -> str:
        return f"gui/{self.uid}"

    @property
    def _target(self) -> str:
        return f"{self._domain}/{self.service.name}"


def launchd_of_this_user(service: Service) -> Launchd:
    """Raises RuntimeError for a user without a home folder."""
    return Launchd(service, Path.home(), os.getuid())

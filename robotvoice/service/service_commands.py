"""The commands `install` and `uninstall`, which both sides have."""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robotvoice.console.help_page import page_end
from robotvoice.console.output import write

if TYPE_CHECKING:  # The robot's command loads this for each `say`: it must stay light.
    from robotvoice.service.service import Supervisor

DONE, FAILED = 0, 1
EXIT_CODES = {
    DONE: "done, or nothing was to be done",
    FAILED: "it could not be done, and a line says why and what to do",
    2: "the command line or a setting cannot be used",
}
PREFIX = "ROBOTVOICE_"


def add_install_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", program: str, what: str, **layout: Any
) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Puts both among the program's commands; returns their parsers. `installs` tells them apart."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--dry-run", action="store_true", help="show each file and command, change nothing")
    common.add_argument(
        "--force", action="store_true", help="even if you changed the file; yours is kept as .bak"
    )
    install = commands.add_parser(
        "install",
        parents=[common],
        help=f"start {what} now, at boot and after a crash",
        epilog=page_end(
            {
                f"{program} install --dry-run": "show what it would write and type",
                f"{program} install": "do it",
                f"{program} uninstall": "undo it; settings and logs stay",
            },
            EXIT_CODES,
        ),
        **layout,
    )
    install.add_argument("--config", type=Path, metavar="FILE", help="the service's settings (TOML)")
    install.set_defaults(installs=True)
    uninstall = commands.add_parser(
        "uninstall",
        parents=[common],
        help=f"stop {what} for good",
        epilog=page_end(
            {
                f"{program} uninstall --dry-run": "show what it would remove and type",
                f"{program} uninstall": "do it; settings and logs stay",
            },
            EXIT_CODES,
        ),
        **layout,
    )
    uninstall.set_defaults(installs=False, config=None)
    return install, uninstall


def run_install_command(
    program: str,
    options: argparse.Namespace,
    supervisor: "Callable[[], Supervisor]",
    notes: Iterable[str] = (),
) -> int:
    """Returns the exit code; what cannot be done is told in a line. The notes are told after an installation.

    `supervisor` may raise InstallFailed, and RuntimeError for a user without a home folder.
    """
    from robotvoice.service.installer import Installation
    from robotvoice.service.service import InstallFailed

    try:
        _refuse_sudo(os.environ)
        installation = Installation(supervisor(), tell=_tell, force=options.force, dry_run=options.dry_run)
        if options.installs:
            installation.install()
            for note in notes:
                write(note, sys.stdout)
        else:
            installation.uninstall()
    except InstallFailed as error:
        return _failed(program, error.message)
    except RuntimeError as error:
        return _failed(program, f"this user has no home folder ({error}); set HOME")
    return DONE


def settings_variable(variable: str, config: Path | None) -> dict[str, str]:
    """The environment of a service that is to read the file named here or in ours; empty if none is."""
    named = str(config or os.environ.get(variable, ""))
    return {variable: str(Path(named).expanduser().absolute())} if named else {}


def not_passed_on(file: str, settings: Iterable[str]) -> list[str]:
    """A line about those of the program's settings that are in our environment, which no service gets."""
    names = [name for name in sorted(PREFIX + each.upper() for each in settings) if os.environ.get(name)]
    return [f"the service does not see {', '.join(names)}: write into {file} what it needs"] if names else []


def _refuse_sudo(environ: Mapping[str, str]) -> None:
    from robotvoice.service.service import InstallFailed

    if os.geteuid() == 0 and (user := environ.get("SUDO_USER", "root")) != "root":
        raise InstallFailed(f"the service is to be {user}'s own, not root's; type this without sudo")


def _tell(line: str) -> None:
    write(line, sys.stdout)


def _failed(program: str, message: str) -> int:
    write(f"{program}: {message}", sys.stderr)
    return FAILED

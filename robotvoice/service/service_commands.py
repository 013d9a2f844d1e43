"""The commands `install` and `uninstall`, which both sides have."""

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from robotvoice.console.command_line import CommandLine, Commands, Run, add_command
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


def add_install_commands(commands: Commands, program: str, what: str, run: Run) -> None:
    """Puts both among the program's commands, which run the same; `installs` tells them apart."""
    shared = CommandLine(add_help=False)
    shared.add_argument("--dry-run", action="store_true", help="show each file and command, change nothing")
    shared.add_argument(
        "--force", action="store_true", help="even if you changed the file; yours is kept as .bak"
    )
    about = f"start {what} now, at boot and after a crash"
    examples = {
        f"{program} install --dry-run": "show what it would write and type",
        f"{program} install": "do it",
        f"{program} uninstall": "undo it; settings and logs stay",
    }
    install = add_command(commands, "install", about, run, examples, EXIT_CODES, shared)
    install.add_argument("--config", type=Path, metavar="FILE", help="the service's settings (TOML)")
    install.set_defaults(installs=True)
    examples = {
        f"{program} uninstall --dry-run": "show what it would remove and type",
        f"{program} uninstall": "do it; settings and logs stay",
    }
    about = f"stop {what} for good"
    uninstall = add_command(commands, "uninstall", about, run, examples, EXIT_CODES, shared)
    uninstall.set_defaults(installs=False, config=None)


def run_install_command(
    program: str,
    options: argparse.Namespace,
    variable: str,
    notes: Iterable[str],
    platform: str,
    not_on_a_mac: str | None = None,
) -> int:
    """Returns the exit code; what cannot be done is told in a line. The notes are told after an installation.

    The service finds its settings by the `variable`. `not_on_a_mac`: why it cannot be installed there, if so.
    """
    from robotvoice.service.installer import Installation
    from robotvoice.service.service import InstallFailed

    try:
        _refuse_sudo(os.environ)
        if platform == "darwin" and not_on_a_mac:
            raise InstallFailed(not_on_a_mac)
        service = _supervisor(program, options, variable, platform)
        installation = Installation(service, tell=_tell, force=options.force, dry_run=options.dry_run)
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


def _supervisor(program: str, options: argparse.Namespace, variable: str, platform: str) -> "Supervisor":
    """Raises InstallFailed, and RuntimeError for a user without a home folder."""
    from robotvoice.service.launchd import launchd_of_this_user
    from robotvoice.service.service import Service, own_program
    from robotvoice.service.systemd import systemd_of_this_user

    of_this_user = launchd_of_this_user if platform == "darwin" else systemd_of_this_user
    if not options.installs:
        return of_this_user(Service(program))
    # The service reads the file that is named here or in our environment.
    named = str(options.config or os.environ.get(variable, ""))
    environment = {variable: str(Path(named).expanduser().absolute())} if named else {}
    return of_this_user(Service(program, own_program(program), environment))


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

"""`robotvoice python-path`: how scripts of the system's Python import what this environment has."""

import argparse
import os
import sys

from edge_client.commands import terminal
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, write
from robotvoice.service import service_commands

NAMES = ("robotvoice", "edge_client")
"""What scripts import"""
EXAMPLES = {
    "robotvoice python-path": "the folders, for PYTHONPATH",
    "PYTHONPATH=$(robotvoice python-path) python3 script.py": "one script, once",
    "sudo robotvoice python-path --install": "every script, by python3 and sudo python3",
}
EXIT_CODES = service_commands.EXIT_CODES


def add_to(commands: Commands) -> None:
    path = add_command(
        commands, "python-path", f"let scripts of python3 import {NAMES[0]}", run, EXAMPLES, EXIT_CODES
    )
    what = path.add_mutually_exclusive_group()
    what.add_argument("--install", action="store_true", help="write two files beside python3's own packages")
    what.add_argument("--uninstall", action="store_true", help="remove these files")
    path.add_argument("--dry-run", action="store_true", help="show what would be done, change nothing")


def _tell(line: str) -> None:
    write(line, sys.stdout, fold=False)


def run(options: argparse.Namespace) -> int:
    from robotvoice.service.service import InstallFailed
    from robotvoice.service.system_python import PythonPath

    paths = [PythonPath(name, tell=_tell, dry_run=options.dry_run) for name in NAMES]
    try:
        if not options.install and not options.uninstall:
            show(os.pathsep.join(paths[0].folders()), fold=False)
            return terminal.OK
        for path in paths:
            if options.install:
                path.install()
            else:
                path.uninstall()
    except InstallFailed as error:
        terminal.write_error(f"robotvoice: {error.message}")
        return service_commands.FAILED
    return terminal.OK

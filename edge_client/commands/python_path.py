"""`robotvoice python-path`: how scripts of the system's Python import what this environment has."""

import argparse
import os

from deploy import console
from edge_client import terminal
from edge_client.commands.options import Commands, Layout
from speech.help_page import page_end

NAME = __name__.partition(".")[0]
"""What scripts import"""
EXAMPLES = {
    "robotvoice python-path": "the folders, for PYTHONPATH",
    "PYTHONPATH=$(robotvoice python-path) python3 script.py": "one script, once",
    "sudo robotvoice python-path --install": "every script, by python3 and sudo python3",
}
EXIT_CODES = console.EXIT_CODES


def add_to(commands: Commands, layout: Layout) -> None:
    path = commands.add_parser(
        "python-path",
        help=f"let scripts of python3 import {NAME}",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        **layout,
    )
    what = path.add_mutually_exclusive_group()
    what.add_argument("--install", action="store_true", help="write one file beside python3's own packages")
    what.add_argument("--uninstall", action="store_true", help="remove that file")
    path.add_argument("--dry-run", action="store_true", help="show what would be done, change nothing")
    path.set_defaults(run=run)


def _tell(line: str) -> None:
    terminal.show(line, fold=False)


def run(options: argparse.Namespace) -> int:
    from deploy.python_path import PythonPath
    from deploy.service import InstallFailed

    path = PythonPath(NAME, tell=_tell, dry_run=options.dry_run)
    try:
        if options.install:
            path.install()
        elif options.uninstall:
            path.uninstall()
        else:
            return terminal.show(os.pathsep.join(path.folders()), fold=False)
    except InstallFailed as error:
        terminal.complain(f"robotvoice: {error.message}")
        return console.FAILED
    return terminal.OK

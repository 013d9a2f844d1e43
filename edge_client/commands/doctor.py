"""`robotvoice doctor`: why nothing is heard, or not all of it."""

import argparse
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from robotvoice.console.checks import any_failed, page
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json, width
from robotvoice.console.tables import sheet

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

EXAMPLES = {
    "robotvoice doctor": "looks at the loudspeaker, plays a test, asks what was heard",
    "robotvoice doctor --yes": "plays it without asking, also where there is no terminal",
    "robotvoice doctor --json": "what was found, for a program; plays nothing",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "nothing is wrong, as far as can be seen and was heard",
    terminal.NOT_PLAYED: "no sound can be played, or nobody heard any",
}


def add_to(commands: Commands) -> None:
    options = configured(player=True)
    doctor = add_command(
        commands,
        "doctor",
        "find out why nothing is heard, and play a test",
        run,
        EXAMPLES,
        EXIT_CODES,
        options,
    )
    doctor.add_argument("--yes", action="store_true", help="play the test without asking anything")


def run(options: argparse.Namespace) -> int:
    from edge_client.doctor.doctor_checks import findings

    settings = settings_of(options)
    found = terminal.run(findings(settings))
    failed = any_failed(found)
    if options.json:
        show_json([asdict(finding) for finding in found])
        return terminal.NOT_PLAYED if failed else terminal.OK
    show(page(found, width()))
    if any_failed([finding for finding in found if finding.name in ("player", "loudspeaker")]):
        return terminal.NOT_PLAYED
    heard = settings.player == "none" or _listened(options, settings)
    return terminal.OK if heard and not failed else terminal.NOT_PLAYED


def _listened(options: argparse.Namespace, settings: "Settings") -> bool:
    """Whether anything was heard, as far as somebody was asked."""
    from edge_client.doctor.hearing import ANSWERS, WHAT_IT_PLAYS, Hearing, count_aloud
    from edge_client.playback.devices.sound_cards import cards

    if not options.yes and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        show(f"\nNow the test: {WHAT_IT_PLAYS}.")
        if _ask("Begin? (Enter: yes, n: no) ").lower().startswith("n"):
            return True
        return Hearing(settings, list(cards() or ()), terminal.run, _ask, show).test()
    if options.yes:
        show(f"\nThe test: {WHAT_IT_PLAYS}.")
        terminal.run(count_aloud(replace(settings, lead_in=0.0), lambda spoken: None, terminal.write_error))
    else:
        show(f"\nIn a terminal, or with --yes, this plays a test: {WHAT_IT_PLAYS}.")
    show("\nWhat you heard, and what to write into the settings or to type:")
    show(sheet([(f"  {heard}", what) for heard, what in ANSWERS], width()))
    return True


def _ask(question: str) -> str:
    """What was typed; nothing where the terminal is gone."""
    try:
        return input(question).strip()
    except EOFError:
        return ""

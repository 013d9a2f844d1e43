"""`robotvoice doctor`: why nothing is heard, or not all of it."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from edge_client import terminal
from edge_client.commands.options import Commands, Layout, configured

if TYPE_CHECKING:
    from edge_client.settings import Settings

COLUMNS = 80


def add_to(commands: Commands, layout: Layout) -> None:
    doctor = commands.add_parser(
        "doctor", parents=[configured()], help="look at the loudspeaker, and let you hear it", **layout
    )
    doctor.add_argument("--yes", action="store_true", help="play the test without asking anything")
    doctor.add_argument("--player", metavar="NAME", help="auto, aplay, pw-play, paplay, afplay or none")
    doctor.add_argument("--device", metavar="NAME", help="the player's device")
    doctor.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Exit code 4: nothing can be heard, or nothing was."""
    from edge_client.doctor.finding import rows
    from edge_client.doctor.loudspeaker_findings import findings
    from edge_client.settings import load_settings

    settings = load_settings(config=options.config, player=options.player, device=options.device)
    found = terminal.run(findings(settings))
    failed = any(finding.state == "fail" for finding in found)
    if options.json:
        terminal.show(json.dumps([asdict(finding) for finding in found]))
        return terminal.NOT_PLAYED if failed else terminal.OK
    terminal.show("\n".join(rows(found)))
    if any(finding.state == "fail" and finding.name in ("player", "loudspeaker") for finding in found):
        return terminal.NOT_PLAYED
    heard = settings.player == "none" or _listened(options, settings)
    return terminal.OK if heard and not failed else terminal.NOT_PLAYED


def _listened(options: argparse.Namespace, settings: "Settings") -> bool:
    """Whether anything was heard, as far as somebody was asked."""
    from edge_client.doctor.hearing import ANSWERS, WHAT_IT_PLAYS, Hearing, count_aloud
    from edge_client.playback.sound_cards import cards

    if not options.yes and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        _show(f"Now the test: {WHAT_IT_PLAYS}.")
        if _ask("Begin? (Enter: yes, n: no) ").lower().startswith("n"):
            return True
        return Hearing(settings, list(cards() or ()), terminal.run, _ask, terminal.show).test()
    if options.yes:
        _show(f"The test: {WHAT_IT_PLAYS}.")
        terminal.run(count_aloud(replace(settings, lead_in=0.0), lambda spoken: None, terminal.complain))
    else:
        _show(f"In a terminal, or with --yes, this plays a test: {WHAT_IT_PLAYS}.")
    width = max(len(heard) for heard, _ in ANSWERS)
    terminal.show("What you heard, and what to write into the settings or to type:")
    terminal.show("\n".join(f"  {heard:<{width}}  {what}" for heard, what in ANSWERS))
    return True


def _show(paragraph: str) -> None:
    import textwrap

    terminal.show("\n" + textwrap.fill(paragraph, COLUMNS))


def _ask(question: str) -> str:
    """What was typed; nothing where the terminal is gone."""
    try:
        return input(question).strip()
    except EOFError:
        return ""

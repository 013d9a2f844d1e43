"""`robotvoice-gateway doctor [--clone]`: what is well on this machine, and what to do about the rest."""

import argparse
import asyncio
import logging
from dataclasses import asdict

from gateway.console.options import Load, with_personas
from robotvoice.console.checks import Check, any_failed, page
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json, width

EXAMPLES = {
    "robotvoice-gateway doctor": "a few seconds, and nothing is changed",
    "robotvoice-gateway doctor --clone": "each persona's model speaks, and is measured",
    "robotvoice-gateway doctor --json": "the same for a program",
}
EXIT_CODES = {
    0: "nothing fails",
    1: "something fails, such as a setting; the table says what to do",
    2: "the command line cannot be used",
}


def add_to(commands: Commands) -> None:
    about = "look at all that a gateway needs, and say what to do"
    doctor = add_command(commands, "doctor", about, run, EXAMPLES, EXIT_CODES, with_personas())
    doctor.add_argument("--port", type=int, help="the port the gateway is to listen on (7860)")
    doctor.add_argument(
        "--clone",
        action="store_true",
        help="also speak with each persona's model and measure it; takes a while",
    )
    doctor.add_argument("--persona", metavar="ID", help="with --clone: only this one")
    doctor.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace, load: Load) -> int:
    """Returns the exit code: 1 if a check failed. `load` may raise InvalidSettings, which is a check too."""
    # What the parts that are tried say to the log stands in the table.
    logging.disable()
    try:
        return asyncio.run(_looked(options, load))
    finally:
        logging.disable(logging.NOTSET)


async def _looked(options: argparse.Namespace, load: Load) -> int:
    from gateway.console.doctor_checks import everyday_checks
    from robotvoice.errors import InvalidSettings

    try:
        settings = load()
    except InvalidSettings as error:
        found = [Check("settings", "fail", error.message, "correct what is named")]
    else:
        found = await everyday_checks(settings, options.config)
        if options.clone or options.persona:
            from gateway.console.doctor_clone import clone_checks

            found += await clone_checks(settings, options.persona)
    if options.json:
        show_json([asdict(finding) for finding in found], indent=1)
    else:
        show(page(found, width()))
    return int(any_failed(found))

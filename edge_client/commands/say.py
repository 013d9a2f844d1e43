"""`robotvoice say`: by the daemon if there is one, else by this command itself."""

import argparse
import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import (
    OneName,
    configured,
    deadline,
    language,
    settings_of,
    wav_file,
)
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json, width
from robotvoice.utterance import PRIORITIES

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings
    from edge_client.speaking.result import Queued, Said

OWN_JOB = ("out", "play", "gateway", "no_mdns", "player", "device")
"""Options that say how this command is to do it; a daemon has settings of its own"""


EXAMPLES = {
    'robotvoice say "Hello." --persona vixen': "returns when it was spoken",
    "date | robotvoice say -": "reads standard input",
    'robotvoice say "Hello." --out hello.wav': "writes a file; --play plays it as well",
    'robotvoice say "Battery empty." --priority urgent --no-wait': "with a daemon",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "spoken, also when by a substitute: one line on standard error says so",
    terminal.BAD_INPUT: "the command line, the text, the persona or a setting cannot be used",
    terminal.NOTHING_SPOKE: "nothing could speak",
    terminal.NOT_PLAYED: "not played or not written: no player works, too many wait, too late, stopped, the "
    "daemon hangs",
    terminal.IN_PART: "only the beginning was spoken",
}


def add_to(commands: Commands) -> None:
    say = add_command(
        commands, "say", "speak a text", run, EXAMPLES, EXIT_CODES, configured(gateway=True, player=True)
    )
    say.add_argument("text", metavar="TEXT", help="what to say, in quotes; - reads it from standard input")
    say.add_argument("--persona", "--voice", action=OneName, metavar="NAME", help="the persona (spark)")
    say.add_argument(
        "--language", type=language, metavar="NAME", help="its language: de, German (the persona's)"
    )
    say.add_argument("--priority", choices=PRIORITIES, default="dialogue", help="how urgent (dialogue)")
    say.add_argument(
        "--deadline", type=deadline, metavar="S", help="say nothing if it has not begun within S seconds"
    )
    say.add_argument(
        "--wait",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="return when the text was spoken (the usual); or print the line's number at once",
    )
    say.add_argument("--out", type=wav_file, metavar="FILE", help="write a WAV file instead of playing")
    say.add_argument(
        "--dry-run", action="store_true", help="print what each engine would be given; speak nothing"
    )
    say.add_argument("--play", action="store_true", help="with --out: play it as well")


def run(options: argparse.Namespace) -> int:
    from edge_client.speaking.result import Queued, Said, as_row

    settings = settings_of(options)
    text = terminal.standard_input() if options.text == "-" else terminal.decodable(options.text)
    if options.dry_run:
        return _dry_run(text, options, settings)
    result = terminal.run(_say(text, options, settings))
    if isinstance(result, Said) and result.why:
        terminal.write_error(f"spoken by the robot: {result.why}")
    for warning in result.warnings:
        terminal.write_error(warning)
    if options.json:
        show_json(as_row(result))
    elif isinstance(result, Queued):
        show(result.id)
    return terminal.OK


def _dry_run(text: str, options: argparse.Namespace, settings: "Settings") -> int:
    from edge_client.speaking.dry_run import as_table, dry_run
    from robotvoice.errors import EmptyText

    persona = settings.persona if options.persona is None else options.persona
    told = terminal.run(
        dry_run(settings, text, persona, language=options.language, file=options.out is not None)
    )
    if options.json:
        show_json(asdict(told))
    else:
        show(as_table(told, width()), fold=False)
    if not told.sentences:
        raise EmptyText("There is nothing in the text that can be spoken; send words or numbers.")
    return terminal.OK


async def _say(text: str, options: argparse.Namespace, settings: "Settings") -> "Said | Queued":
    from edge_client.daemon.daemon_errors import NoDaemon
    from edge_client.door.daemon_or_self import SayRequest, by_itself, by_the_daemon

    asked_at = asyncio.get_running_loop().time()
    request = SayRequest(
        text,
        settings,
        options.persona,
        options.language,
        options.priority,
        options.deadline,
        options.wait,
        play=options.play or options.out is None,
        file=options.out,
        by_daemon=not any(getattr(options, name) for name in OWN_JOB),
    )
    try:
        return await by_the_daemon(request)
    except NoDaemon as absent:
        if request.by_daemon and not request.wait:
            terminal.write_error(f"this waits, as {absent.message}")
    return await by_itself(request, asked_at)

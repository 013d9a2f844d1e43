"""`robotvoice say`: by the daemon if there is one, else by this command itself."""

import argparse
import asyncio
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edge_client.commands import terminal
from edge_client.commands.options import (
    Commands,
    Layout,
    OneName,
    configured,
    deadline,
    language,
    wav_file,
    with_gateway,
)
from robotvoice.console.help_page import page_end

if TYPE_CHECKING:
    from edge_client.daemon.daemon_client import DaemonClient
    from edge_client.settings.settings import Settings

PRIORITIES = ("urgent", "dialogue", "story", "background")
NOTICE = 1.5
"""Seconds after which it is told if there is no loudspeaker; others may only be speaking"""
OWN_JOB = ("out", "play", "gateway", "no_mdns", "player", "device")
"""Options that say how this command is to do it; a daemon has settings of its own"""


EXAMPLES = {
    'robotvoice say "Hello." --persona vixen': "returns when it was spoken",
    "date | robotvoice say -": "reads standard input",
    'robotvoice say "Hello." --out hello.wav': "writes a file; --play plays it as well",
    'robotvoice say "Battery empty." --priority urgent --no-wait': "with a daemon",
}
EXIT_CODES = {
    terminal.OK: "spoken, also when by a substitute: one line on standard error says so",
    terminal.BROKEN: "something broke that should not have",
    terminal.BAD_INPUT: "the command line, the text, the persona or a setting cannot be used",
    terminal.NOTHING_SPOKE: "nothing could speak",
    terminal.NOT_PLAYED: "not played or not written: no player works, too many wait, too late, stopped, the "
    "daemon hangs",
    terminal.IN_PART: "only the beginning was spoken",
    terminal.INTERRUPTED: "interrupted or told to end",
}


def add_to(commands: Commands, layout: Layout) -> None:
    say = commands.add_parser(
        "say",
        parents=[configured(), with_gateway()],
        help="speak a text",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        **layout,
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
    say.add_argument("--player", metavar="NAME", help="auto, aplay, pw-play, paplay, afplay or none")
    say.add_argument("--device", metavar="NAME", help="the player's device")
    say.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from edge_client.settings.settings import load_settings

    settings = load_settings(
        config=options.config,
        gateway=options.gateway,
        player=options.player,
        device=options.device,
        mdns=False if options.no_mdns else None,
    )
    text = terminal.standard_input() if options.text == "-" else terminal.decodable(options.text)
    if options.dry_run:
        return _dry_run(text, options, settings)
    row, why = terminal.run(_say(text, options, settings))
    if why:
        terminal.complain(f"spoken by the robot: {why}")
    for warning in row.get("warnings", ()):
        terminal.complain(str(warning))
    if options.json:
        return terminal.show_json(row)
    return terminal.show(row["id"]) if "id" in row else terminal.OK


def _dry_run(text: str, options: argparse.Namespace, settings: "Settings") -> int:
    from edge_client.commands.dry_run_table import as_table
    from edge_client.speaking.dry_run import dry_run
    from robotvoice.errors import EmptyText

    persona = settings.persona if options.persona is None else options.persona
    told = terminal.run(
        dry_run(settings, text, persona, language=options.language, file=options.out is not None)
    )
    shown = (
        terminal.show_json(asdict(told))
        if options.json
        else terminal.show(as_table(told, terminal.width()), fold=False)
    )
    if not told.sentences:
        raise EmptyText("There is nothing in the text that can be spoken; send words or numbers.")
    return shown


async def _say(
    text: str, options: argparse.Namespace, settings: "Settings"
) -> tuple[dict[str, Any], str | None]:
    """What became of it, and why the gateway did not speak, for people."""
    asked_at = asyncio.get_running_loop().time()
    if not any(getattr(options, name) for name in OWN_JOB):
        from edge_client.daemon.daemon_client import reach_or_raise
        from edge_client.daemon.daemon_errors import DaemonHangs, NoDaemon

        try:
            daemon = await reach_or_raise(settings.daemon_port)
        except (NoDaemon, DaemonHangs) as absent:
            if not options.wait:
                terminal.complain(f"this waits, as {absent.message}")
        else:
            async with daemon:
                return await _by_the_daemon(daemon, text, options, settings)
    return await _by_itself(text, options, settings, asked_at)


async def _by_the_daemon(
    daemon: "DaemonClient", text: str, options: argparse.Namespace, settings: "Settings"
) -> tuple[dict[str, Any], str | None]:
    chosen = settings.persona if settings.persona != type(settings)().persona else None
    asking = asyncio.ensure_future(
        daemon.say(
            text,
            persona=chosen if options.persona is None else options.persona,
            language=options.language,
            priority=options.priority,
            deadline=options.deadline,
            wait=options.wait,
        )
    )
    try:
        if not (await asyncio.wait({asking}, timeout=NOTICE))[0]:
            await _tell_whom_it_waits_for(settings.daemon_port)
        answer = await asking
    finally:
        asking.cancel()
        await asyncio.wait({asking})
    if not options.wait:
        if problem := answer.pop("problem", None):
            terminal.complain(f"robotvoice: it may not be heard: {problem}")
        return answer, None
    # A daemon that was not started again after an update does not tell why.
    why = answer.pop("why", answer["reason"] if answer["via"] == "robot" else None)
    del answer["id"], answer["last_seen"]
    # In the order in which this command prints it when it speaks by itself.
    return {"persona": answer.pop("persona"), "text": text, **answer, "file": None}, why


async def _by_itself(
    text: str, options: argparse.Namespace, settings: "Settings", asked_at: float
) -> tuple[dict[str, Any], str | None]:
    from edge_client.daemon.daemon_errors import TooLate
    from edge_client.speaking.result import as_row
    from edge_client.speaking.robot import Robot

    robot = Robot(settings)
    play = options.play or (options.out is None and settings.player != "none")
    persona = settings.persona if options.persona is None else options.persona
    try:
        begin_by = None if options.deadline is None else asked_at + options.deadline
        async with asyncio.timeout_at(begin_by) as limit:

            def begins(_: object) -> bool:
                limit.reschedule(None)
                return True

            said = await robot.say(
                text, persona, language=options.language, out=options.out, play=play, begins=begins
            )
    except TimeoutError as error:
        if not limit.expired():
            raise
        raise TooLate(f"nothing was said: it could not begin within {options.deadline:g} s") from error
    return as_row(said), robot.why


async def _tell_whom_it_waits_for(port: int) -> None:
    from edge_client.daemon.daemon_client import reach
    from edge_client.daemon.daemon_errors import DaemonGone

    with suppress(DaemonGone):
        if daemon := await reach(port):
            async with daemon:
                problem = (await daemon.status())["loudspeaker"]["problem"]
            if problem:
                terminal.complain(f"robotvoice: it waits for the loudspeaker: {problem}")

"""`robotvoice stop`: silence."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

MOST_NAMED = 4

EXAMPLES = {
    "robotvoice stop": "silence: ends what is spoken and what waits",
    "robotvoice stop 3f0c9a1b22de": "ends one line, by the number that `say --no-wait` printed",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "nothing speaks any more; a line says what was stopped, if anything",
    terminal.BAD_INPUT: "no line has this number, or the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "no daemon runs here",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
}


def add_to(commands: Commands) -> None:
    stop = add_command(commands, "stop", "end what is being said", run, EXAMPLES, EXIT_CODES, configured())
    stop.add_argument("id", nargs="?", metavar="ID", help="only this line, by its number; else all of them")


def run(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    told = terminal.run(_stop(options.id, settings))
    if options.json:
        show_json({"stopped": told["stopped"]})
    else:
        show(in_words(told, None if told["stopped"] else _by_itself(settings)))
    return terminal.OK


async def _stop(line: str | None, settings: "Settings") -> dict[str, Any]:
    from edge_client.daemon.daemon_client import reach_or_raise
    from edge_client.daemon.daemon_errors import NoDaemon, UnknownLine

    try:
        daemon = await reach_or_raise(settings.daemon_port)
    except NoDaemon as absent:
        who = _by_itself(settings)
        raise NoDaemon(f"nothing was stopped, as no daemon runs here{f'; {who}' if who else ''}") from absent
    async with daemon:
        told = await daemon.stop(line)
    if line and not told["stopped"]:
        raise UnknownLine(
            f"there is no line {line!r:.40}: it has ended, or there never was one; see: robotvoice status"
        )
    return told


def in_words(told: Mapping[str, Any], who: str | None = None) -> str:
    """What the daemon answered; `who` speaks without it."""
    stopped = list(told["stopped"])
    if not stopped:
        return f"nothing was stopped: the daemon is not speaking{f', but {who}' if who else ''}"
    personas = told.get("personas", {})
    spoke = [id for id in stopped if id == told.get("spoke")]
    waited = [id for id in stopped if id not in spoke]
    parts = [f"{personas.get(id, 'a line')}, who was speaking ({id})" for id in spoke]
    if waited:
        names = ", ".join(f"{personas.get(id, 'a line')} ({id})" for id in waited[:MOST_NAMED])
        more = f" and {len(waited) - MOST_NAMED} more" if len(waited) > MOST_NAMED else ""
        parts.append(f"what waited: {names}{more}")
    return f"stopped {'; and '.join(parts)}"


def _by_itself(settings: "Settings") -> str | None:
    """Who speaks without the daemon, and how to end it."""
    from edge_client.playback.loudspeaker_lock import speaking_now

    who = speaking_now(settings.voice_lock)
    if who is None:
        return None
    how = f", or type: kill {who.pid}" if who.pid else ""
    return f"{who.name} speaks by itself: end it where it was started{how}"

"""`robotvoice stop`: silence."""

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from edge_client.commands import terminal
from edge_client.commands.options import Commands, Layout, configured
from robotvoice.console.help_page import page_end

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

MOST_NAMED = 4

EXAMPLES = {
    "robotvoice stop": "silence: ends what is spoken and what waits",
    "robotvoice stop 3f0c9a1b22de": "ends one line, by the number that `say --no-wait` printed",
}
EXIT_CODES = {
    terminal.OK: "silence: what was stopped is told, or that nothing was speaking",
    terminal.BROKEN: "something broke that should not have",
    terminal.BAD_INPUT: "there is no such line; the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "no daemon runs here",
    terminal.NOT_PLAYED: "the daemon hangs, or the result cannot be written",
    terminal.INTERRUPTED: "interrupted or told to end",
}


def add_to(commands: Commands, layout: Layout) -> None:
    stop = commands.add_parser(
        "stop",
        parents=[configured()],
        help="end what the daemon says",
        epilog=page_end(EXAMPLES, EXIT_CODES),
        **layout,
    )
    stop.add_argument("id", nargs="?", metavar="ID", help="only this line, by its number; else all of them")
    stop.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from edge_client.settings.settings import load_settings

    settings = load_settings(config=options.config)
    told = terminal.run(_stop(options.id, settings))
    if options.json:
        return terminal.show_json({"stopped": told["stopped"]})
    return terminal.show(in_words(told, None if told["stopped"] else _by_itself(settings)))


async def _stop(line: str | None, settings: "Settings") -> dict[str, Any]:
    from edge_client.daemon.daemon_client import reach_or_raise
    from edge_client.daemon.daemon_errors import NoDaemon, UnknownLine

    try:
        daemon = await reach_or_raise(settings.daemon_port)
    except NoDaemon as absent:
        who = _by_itself(settings)
        raise NoDaemon(f"nothing was stopped, as no daemon runs here{f'; {who}' if who else ''}") from absent
    async with daemon:
        told = await daemon.stopped(line)
    if line and not told["stopped"]:
        raise UnknownLine(
            f"there is no line {line!r:.40}: it has ended, or there never was one; see: robotvoice status"
        )
    return told


def in_words(told: Mapping[str, Any], who: str | None = None) -> str:
    """What the daemon answered; `who` speaks without it."""
    stopped = list(told["stopped"])
    if not stopped:
        return f"nothing was stopped: the daemon says nothing{f', but {who}' if who else ''}"
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
    from edge_client.playback.voice_lock import speaking_now

    who = speaking_now(settings.voice_lock)
    if who is None:
        return None
    how = f", or type: kill {who.pid}" if who.pid else ""
    return f"{who.name} speaks by itself: end it where it was started{how}"

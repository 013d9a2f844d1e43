"""The command `robotvoice`."""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from speech import __version__
from speech.errors import (
    NothingCanSpeak,
    PlayerFailed,
    RobotVoiceError,
    SpokenInPart,
)

OK, BROKEN, BAD_INPUT, NOTHING_SPOKE, NOT_PLAYED, IN_PART, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

EXIT_CODES = """exit codes:
  0    spoken (also when by a substitute: one line on standard error says so), or a gateway was found
  1    something broke that should not have
  2    the command line, the text, the persona or a setting cannot be used
  3    nothing could speak, or no gateway was found
  4    no player could bring it to a loudspeaker, or the file could not be written
  5    only the beginning was spoken
  130  interrupted
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code; see EXIT_CODES."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.ERROR, format="robotvoice: %(message)s")
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except RobotVoiceError as error:
        print(f"robotvoice: {error.message}", file=sys.stderr)
        return _exit_code(error)
    except OSError as error:
        print(f"robotvoice: {error.strerror or error}: {error.filename}", file=sys.stderr)
        return NOT_PLAYED
    except KeyboardInterrupt:
        return INTERRUPTED


def _say(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from edge_client.say import Robot
    from edge_client.settings import load_settings

    settings = load_settings(
        config=options.config,
        gateway=options.gateway,
        player=options.player,
        device=options.device,
        mdns=options.mdns,
    )
    text = sys.stdin.read() if options.text == "-" else options.text
    robot = Robot(settings)
    last_seen = robot.gateway.last_seen
    play = options.play or (options.out is None and settings.player != "none")
    persona = options.persona or settings.persona
    said = asyncio.run(robot.say(text, persona, out=options.out, play=play))
    if said.substitute:
        print(f"spoken by the robot: {said.reason}, {_seen(last_seen)}", file=sys.stderr)
    if options.json:
        print(json.dumps(asdict(said)))
    return OK


def _discover(options: argparse.Namespace) -> int:
    from edge_client.roll_call import discover, table
    from edge_client.settings import load_settings

    settings = load_settings(config=options.config, gateway=options.gateway, mdns=options.mdns)
    found = asyncio.run(discover(settings, options.timeout))
    if options.json:
        print(json.dumps([gateway.as_json() for gateway in found]))
    elif found:
        print(table(found))
    if not found:
        print(
            "robotvoice: no gateway was found. Is `robotvoice-gateway serve --lan` running on the Mac, and "
            "are both in the same network? Its address also works: robotvoice discover --gateway HOST:PORT",
            file=sys.stderr,
        )
    return OK if any(gateway.ready for gateway in found) else NOTHING_SPOKE


def _exit_code(error: RobotVoiceError) -> int:
    match error:
        case NothingCanSpeak():
            return NOTHING_SPOKE
        case PlayerFailed():
            return NOT_PLAYED
        case SpokenInPart():
            return IN_PART
    return BAD_INPUT


def _seen(last_seen: float | None) -> str:
    if last_seen is None:
        return "never seen"
    moment = time.localtime(last_seen)
    today = time.localtime()[:3] == moment[:3]
    return f"last seen {time.strftime('%H:%M' if today else '%Y-%m-%d %H:%M', moment)}"


def _parser() -> argparse.ArgumentParser:
    layout: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": EXIT_CODES}
    parser = argparse.ArgumentParser(prog="robotvoice", description="Gives this robot its voice.", **layout)
    parser.add_argument("--version", action="version", version=f"robotvoice {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    common.add_argument("--gateway", metavar="HOST:PORT", help="an address to try besides those found")
    common.add_argument(
        "--no-mdns", dest="mdns", action="store_const", const=False, help="look for no gateway by mDNS"
    )
    common.add_argument("--json", action="store_true", help="print the result as JSON")

    say = commands.add_parser("say", parents=[common], help="speak a text", **layout)
    say.add_argument("text", metavar="TEXT", help="what to say; - reads it from standard input")
    say.add_argument("--persona", metavar="NAME", help="who says it (spark)")
    say.add_argument("--out", type=Path, metavar="FILE", help="write a WAV file instead of playing")
    say.add_argument("--play", action="store_true", help="play as well, with --out")
    say.add_argument("--player", metavar="NAME", help="auto, aplay, pw-play, paplay, afplay or none")
    say.add_argument("--device", metavar="NAME", help="the player's device")
    say.set_defaults(run=_say)

    discover = commands.add_parser("discover", parents=[common], help="list the gateways", **layout)
    discover.add_argument("--timeout", type=float, default=5.0, metavar="S", help="seconds to look (5)")
    discover.set_defaults(run=_discover)
    return parser

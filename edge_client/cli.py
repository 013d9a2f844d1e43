"""The command `robotvoice`."""

import argparse
import asyncio
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

from speech import __version__
from speech.errors import (
    NothingCanSpeak,
    PlayerFailed,
    RobotVoiceError,
    SpokenInPart,
)

T = TypeVar("T")

OK, BROKEN, BAD_INPUT, NOTHING_SPOKE, NOT_PLAYED, IN_PART, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

EXIT_CODES = """exit codes:
  0    spoken (also when by a substitute: one line on standard error says so), or a gateway was found
  1    something broke that should not have
  2    the command line, the text, the persona or a setting cannot be used
  3    nothing could speak, or no gateway was found
  4    no player could bring it to a loudspeaker, or the file could not be written
  5    only the beginning was spoken
  130  interrupted or told to end
"""

NOBODY_FOUND = (
    "robotvoice: no gateway was found. Is `robotvoice-gateway serve --lan` running on the Mac, and are both "
    "in the same network? Its address also works: robotvoice discover --gateway HOST:PORT"
)
NO_ANSWER = (
    "robotvoice: no gateway answers. Wake the Mac, or start `robotvoice-gateway serve --lan` there again"
)

LONGEST_LOOK = 60.0
"""Seconds"""
LARGEST_INPUT = 1_000_000
"""Characters read from standard input; far more than can be spoken, so that a message can say how many"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code; see EXIT_CODES."""
    options = _options(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.ERROR, format="robotvoice: %(message)s")
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except RobotVoiceError as error:
        _complain(f"robotvoice: {error.message}")
        return _exit_code(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
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
    text = _standard_input() if options.text == "-" else _decodable(options.text)
    robot = Robot(settings)
    play = options.play or (options.out is None and settings.player != "none")
    persona = settings.persona if options.persona is None else options.persona
    said = _run(robot.say(text, persona, out=options.out, play=play))
    if said.via == "robot":
        _complain(f"spoken by the robot: {said.reason}{_seen(robot.gateway.last_seen)}")
    return _print(json.dumps(asdict(said))) if options.json else OK


def _discover(options: argparse.Namespace) -> int:
    from edge_client.roll_call import discover, table
    from edge_client.settings import load_settings

    settings = load_settings(config=options.config, gateway=options.gateway, mdns=options.mdns)
    found = _run(discover(settings, options.timeout))
    printed = OK
    if options.json:
        printed = _print(json.dumps([gateway.as_json() for gateway in found]))
    elif found:
        printed = _print(table(found))
    if any(gateway.ready for gateway in found):
        return printed
    _complain(NO_ANSWER if found else NOBODY_FOUND)
    return NOTHING_SPOKE


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, but SIGTERM ends the work as SIGINT does: with all it started."""

    async def until_told() -> T:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await work

    return asyncio.run(until_told())


def _standard_input() -> str:
    if sys.stdin is None:  # it was closed by whoever started us
        return ""
    # Bytes that are no text cost a character each, not the whole sentence.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a TextIOWrapper
    return sys.stdin.read(LARGEST_INPUT)


def _decodable(text: str) -> str:
    """Without the stand-ins for bytes that are no text, which no program could read in the result."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _print(text: str) -> int:
    """Writes to standard output; a reader that left early has seen enough."""
    problem = _write(text, sys.stdout)
    if problem is None or isinstance(problem, BrokenPipeError):
        return OK
    _complain(f"robotvoice: the result cannot be written to standard output ({problem.strerror})")
    return NOT_PLAYED


def _complain(text: str) -> None:
    _write(text, sys.stderr)


def _write(text: str, stream: TextIO | None) -> OSError | None:
    """Returns why it could not be written."""
    if stream is None:  # it was closed by whoever started us
        return None
    try:
        stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]  # a TextIOWrapper
        print(text, file=stream, flush=True)
    except OSError as error:
        # At its end Python would try once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def _exit_code(error: RobotVoiceError) -> int:
    from edge_client.discovery import DiscoveryFailed
    from edge_client.say import FileNotWritten

    match error:
        case NothingCanSpeak() | DiscoveryFailed():
            return NOTHING_SPOKE
        case PlayerFailed() | FileNotWritten():
            return NOT_PLAYED
        case SpokenInPart():
            return IN_PART
    return BAD_INPUT


def _seen(last_seen: float | None) -> str:
    if last_seen is None:
        return ""
    moment = time.localtime(last_seen)
    today = time.localtime()[:3] == moment[:3]
    return f", last seen {time.strftime('%H:%M' if today else '%Y-%m-%d %H:%M', moment)}"


def seconds(text: str) -> float:
    """For argparse, whose message has the name of this function."""
    found = float(text)
    if not 0 < found <= LONGEST_LOOK:
        raise ValueError
    return found


def file_name(text: str) -> Path:
    """For argparse."""
    if not text:
        raise argparse.ArgumentTypeError("it needs the name of a file")
    return Path(text)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options, more = parser.parse_known_args(arguments)
    if not more:
        return options
    if options.run is _say and ("--" in arguments or not any(each.startswith("-") for each in more)):
        parser.error(
            f"the text is one argument, and {more[0]!r:.40} is another: put the text in quotes and, "
            'if it may begin with -, last: robotvoice say --out FILE -- "TEXT"'
        )
    parser.error(f"unrecognized arguments: {' '.join(more)}")


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
    say.add_argument("text", metavar="TEXT", help="what to say, in quotes; - reads it from standard input")
    say.add_argument("--persona", metavar="NAME", help="who says it (spark)")
    say.add_argument("--out", type=file_name, metavar="FILE", help="write a WAV file instead of playing")
    say.add_argument("--play", action="store_true", help="play as well, with --out")
    say.add_argument("--player", metavar="NAME", help="auto, aplay, pw-play, paplay, afplay or none")
    say.add_argument("--device", metavar="NAME", help="the player's device")
    say.set_defaults(run=_say)

    discover = commands.add_parser("discover", parents=[common], help="list the gateways", **layout)
    discover.add_argument(
        "--timeout", type=seconds, default=5.0, metavar="S", help="seconds to look, at most 60 (5)"
    )
    discover.set_defaults(run=_discover)
    return parser

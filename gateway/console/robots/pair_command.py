"""`robotvoice-gateway pair`: shows a code for the robot, and waits until it was used."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gateway.console.options import Load
from gateway.console.running_gateway import (
    DONE,
    NO_ANSWER,
    REFUSED,
    NotAnsweredError,
    ask_owners,
)
from gateway.ground.problems import complain
from gateway.security.doors_told import tries_left
from robotvoice.console.command_line import Commands, add_command, with_settings_file
from robotvoice.console.output import columns, show
from robotvoice.console.wrapping import one_line

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

PATH = "/v1/owner/pairing"
NOT_PAIRED = NO_ANSWER
EXAMPLES = {"robotvoice-gateway pair": "shows what to type on the robot, and waits for five minutes"}
EXIT_CODES = {
    DONE: "the robot is paired, or Ctrl-C ended the code",
    NOT_PAIRED: "no robot was paired, or no gateway runs",
    REFUSED: "the command line or a setting cannot be used, or the gateway can pair no robot",
}
WAITING = "Waiting for {}; Ctrl-C ends the code "
LOOK_EVERY = 1.0
"""Seconds that one question waits for an answer"""
AGAIN = "for another one type robotvoice-gateway pair"
ENDS: Mapping[str, str] = {
    "too_old": f"nobody typed the code in time; {AGAIN}",
    "no_tries": "three wrong codes were tried, so this one is void: if none of them was yours, somebody in "
    f"your network guesses; {AGAIN}",
    "replaced": "another robotvoice-gateway pair has shown a new code, so this one is void",
    "ended": f"the code was ended, or the gateway was started anew; {AGAIN}",
}


def add_to(commands: Commands) -> None:
    about = "let a robot in: shows what to type on it"
    pair = add_command(commands, "pair", about, run, EXAMPLES, EXIT_CODES, with_settings_file())
    # A code that is typed on the wrong machine deserves more than "unrecognized arguments".
    pair.add_argument("code", nargs="*", help=argparse.SUPPRESS)


def run(options: argparse.Namespace, load: Load) -> int:
    if typed := " ".join(options.code):
        complain(f"a code is typed on the robot, not here: robotvoice pair {one_line(typed)}")
        return REFUSED
    try:
        return asyncio.run(_run(load()))
    except asyncio.CancelledError:  # by a signal
        return NOT_PAIRED


async def _run(settings: "Settings") -> int:
    status, begun = await ask_owners(settings, PATH, {}, start="serve --lan")
    if status != 200:
        complain(str(begun.get("error", f"the gateway refused it with {status}")))
        return REFUSED
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    assert this
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, this.cancel)
    mine = f"{PATH}?number={begun['number']}"
    try:
        show(f"On the robot type:  robotvoice pair {begun['code']}", fold=False)
        told = await _waited(settings, mine, begun)
    except BaseException:
        # Whoever has seen it on the screen must not be able to use it when its owner has turned away.
        with suppress(NotAnsweredError):
            await ask_owners(settings, mine, method="DELETE")
        with suppress(OSError):  # the terminal may be gone
            show("the code is void")
        raise
    if told["state"] != "paired":
        complain(ENDS.get(told["state"], ENDS["ended"]))
        return NOT_PAIRED
    show(f"{one_line(told['robot'])} is paired and speaks with this gateway's voices from now on")
    return DONE


async def _waited(settings: "Settings", mine: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What became of the code. On a terminal with room for it the time that is left is counted down."""
    counted = sys.stdout is not None and sys.stdout.isatty() and (columns(sys.stdout) or 0) > len(WAITING)
    if not counted:
        show(f"It is valid for {_left(told['seconds'])}.")
    tries = told["tries"]
    try:
        while told["state"] == "waiting":
            if wrong := _of_wrong_codes(tries, told["tries"]):
                show(f"\r\x1b[K{wrong}" if counted else wrong, fold=False)
            tries = told["tries"]
            if counted:
                sys.stdout.write(f"\r{WAITING.format(_left(told['seconds']))}")
                sys.stdout.flush()
            _, told = await ask_owners(settings, f"{mine}&wait={LOOK_EVERY:g}")
            if "state" not in told:
                return {"state": "ended"}
    finally:
        if counted:
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()
    return told


def _of_wrong_codes(before: int, now: int) -> str:
    """That some were tried on a robot since; empty: none, or the last one, which is told as the end."""
    if not 0 < now < before:
        return ""
    tried = "a wrong code was" if before - now == 1 else f"{before - now} wrong codes were"
    return f"{tried} typed on a robot; {tries_left(now)}"


def _left(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"

"""What several commands' options share."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_client.ground.sound_files import no_wav
from robotvoice.console.command_line import CommandLine, with_settings_file
from robotvoice.utterance import LONGEST_DEADLINE

if TYPE_CHECKING:
    from edge_client.settings.settings import Settings

LONGEST_LOOK = 60.0
"""Seconds"""
SETTINGS = ("gateway", "player", "device", "daemon_port")
"""Settings that are options of some commands"""


def settings_of(options: argparse.Namespace) -> "Settings":
    """As the options say, as far as the command has them. Raises InvalidSettings."""
    from edge_client.settings.settings import load_settings

    given: dict[str, Any] = {name: getattr(options, name, None) for name in SETTINGS}
    mdns = False if getattr(options, "no_mdns", False) else None
    return load_settings(config=options.config, mdns=mdns, **given)


def seconds(text: str) -> float:
    """For argparse."""
    return _above_zero(text, LONGEST_LOOK)


def deadline(text: str) -> float:
    """For argparse."""
    return _above_zero(text, LONGEST_DEADLINE)


def wav_file(text: str) -> Path:
    """For argparse."""
    if not text:
        raise argparse.ArgumentTypeError("it needs the name of a file")
    if problem := no_wav(Path(text)):
        raise argparse.ArgumentTypeError(problem)
    return Path(text)


class OneName(argparse.Action):
    """An option with two names that mean the same: who gives both may not mean two things."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest)
        named = getattr(namespace, f"{self.dest}_by", option_string)
        if named != option_string and str(before).casefold() != str(values).casefold():
            parser.error(
                f"{named} {before} and {option_string} {values} mean the same option: give one of them"
            )
        setattr(namespace, self.dest, values)
        setattr(namespace, f"{self.dest}_by", option_string)


def language(text: str) -> str | None:
    """For argparse: a tag; None: the persona's own."""
    from robotvoice.errors import InvalidMessage
    from robotvoice.languages import asked_language

    try:
        return asked_language(text)
    except InvalidMessage as error:
        raise argparse.ArgumentTypeError(error.message.removeprefix("language: ")) from None


def configured(*, gateway: bool = False, player: bool = False) -> CommandLine:
    """`--config` and `--json`, and if wanted where a gateway may be, and how it is played."""
    common = with_settings_file()
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    if gateway:
        common.add_argument("--gateway", metavar="HOST:PORT", help="a gateway to try besides those found")
        common.add_argument("--no-mdns", action="store_true", help="do not look for gateways by mDNS")
    if player:
        names = "auto, aplay, pw-play, paplay, afplay or none"
        common.add_argument("--player", metavar="NAME", help=names)
        common.add_argument("--device", metavar="NAME", help="the player's device")
    return common


def _above_zero(text: str, most: float) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= most:
        raise argparse.ArgumentTypeError(f"give seconds above 0, at most {most:.0f}, not {text!r:.40}")
    return found

"""What several commands' options share."""

import argparse
from pathlib import Path
from typing import Any, TypeAlias

from edge_client.ground.sound_files import no_wav
from robotvoice.utterance import LONGEST_DEADLINE

LONGEST_LOOK = 60.0
"""Seconds"""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
Layout: TypeAlias = dict[str, Any]


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


def configured() -> argparse.ArgumentParser:
    """`--config` and `--json`."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    return common


def with_gateway() -> argparse.ArgumentParser:
    """Where a gateway may be."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--gateway", metavar="HOST:PORT", help="an address to try besides those found")
    common.add_argument("--no-mdns", action="store_true", help="look for no gateway by mDNS")
    return common


def _above_zero(text: str, most: float) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= most:
        raise argparse.ArgumentTypeError(f"give seconds above 0, at most {most:.0f}, not {text!r:.40}")
    return found

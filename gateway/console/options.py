"""What several commands' options share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from robotvoice.console.command_line import CommandLine, with_settings_file

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

Load: TypeAlias = "Callable[[], Settings]"
"""What a command gets with its options; raises InvalidSettings"""
DEFAULT_MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"
"""What makes a cloned voice, unless its owner says otherwise"""


def with_personas() -> CommandLine:
    """`--config`, and whose personas are meant."""
    common = with_settings_file()
    common.add_argument(
        "--personas", type=Path, metavar="FOLDER", help="a folder of personas, besides the shipped ones"
    )
    return common


def with_address() -> CommandLine:
    """`--config`, and which gateway is meant."""
    common = with_settings_file()
    common.add_argument("--port", type=int, help="the port it listens on (7860)")
    common.add_argument(
        "--gateway",
        metavar="HOST:PORT",
        help="ask this gateway, not the one of the settings; the port may be left out",
    )
    return common

"""What runs on the robot: it finds the gateway, speaks through it, and speaks by itself when it must.

For programs: `from edge_client import Voice`, or AsyncVoice; every error is a RobotVoiceError.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_client.voice import AsyncVoice, Said, Voice
    from robotvoice.errors import RobotVoiceError

__all__ = ["AsyncVoice", "RobotVoiceError", "Said", "Voice"]


def __getattr__(name: str) -> object:
    """Loaded when asked for: the commands import this package too, and start for each `say`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from edge_client import voice
    from robotvoice import errors

    return getattr(errors if name == "RobotVoiceError" else voice, name)

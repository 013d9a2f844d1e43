"""A robot speaks with its personas' voices: `from robotvoice import Voice`, or AsyncVoice.

Every error is a RobotVoiceError. The rooms below are what the robot and the gateway share: text, sound,
engines, breakers and the fallback chain. They import neither side; only this door does, when it is asked.
"""

TYPE_CHECKING = False
"""As typing's, which costs a child process 5 ms"""

if TYPE_CHECKING:
    from edge_client.voice import AsyncVoice, Said, Voice
    from robotvoice.errors import RobotVoiceError

__all__ = ["AsyncVoice", "RobotVoiceError", "Said", "Voice"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Loaded when asked for: everything imports this package, and commands start for each `say`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module("edge_client"), name)

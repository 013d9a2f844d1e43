"""Environment variables that nobody reads, most likely misspelt."""

import difflib
from collections.abc import Iterable

from gateway.settings.settings import ENV_PREFIX, Settings

OF_THE_ROBOT = frozenset(
    {
        "BEFORE",
        "BEFORE_TIMEOUT",
        "CONNECT_TIMEOUT",
        "DAEMON_PORT",
        "DEVICE",
        "DISCOVERY_TIMEOUT",
        "EARCON",
        "GATEWAY",
        "INTERFACE",
        "LEAD_IN",
        "MDNS",
        "PERSONA",
        "PHRASEBOOK_MB",
        "PLAYER",
        "REST",
        "ROBOT_CONFIG",
        "VOICE_LOCK",
        "VOLUME",
    }
)
"""The same machine may have settings for the robot's side, which the gateway does not read"""
_OURS = [name.upper() for name in (*Settings.model_fields, "config")]


def misspelt(variables: Iterable[str]) -> list[str]:
    """One line for each variable that is almost one of the gateway's."""
    lines = []
    for variable in sorted(variables):
        name = variable.upper().removeprefix(ENV_PREFIX)
        if name == variable.upper() or name in OF_THE_ROBOT or name in _OURS:
            continue
        if near := difflib.get_close_matches(name, _OURS, n=1):
            lines.append(f"{variable} is no setting and is not read; did you mean {ENV_PREFIX}{near[0]}?")
    return lines

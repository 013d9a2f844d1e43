"""The environment variables that either side reads as settings, and what is nearly one of them."""

from collections.abc import Iterable

from robotvoice.ground.near_names import near

PREFIX = "ROBOTVOICE_"
ROBOT = frozenset({
    "BEFORE", "BEFORE_TIMEOUT", "CONNECT_TIMEOUT", "DAEMON_PORT", "DEVICE", "DISCOVERY_TIMEOUT", "EARCON",
    "ESPEAK", "GATEWAY", "GATEWAY_ID", "INTERFACE", "LEAD_IN", "MDNS", "PERSONA", "PHRASEBOOK_MB", "PLAYER",
    "REST", "ROBOT_CONFIG", "STATE_DIR", "VOICES", "VOICE_LOCK", "VOLUME",
})  # fmt: skip
GATEWAY = frozenset({
    "ANNOUNCE", "CACHE", "CACHE_DISK_MB", "CACHE_MEMORY_MB", "CONFIG", "DEFAULT_PERSONA", "ESPEAK",
    "HIDE", "HOST", "HOSTS", "LAN", "LOG_FILE", "LOG_LEVEL", "MAX_REQUESTS", "NAME", "OPEN_LAN",
    "OPEN_PERSONAS", "ORIGINS", "PERSONAS", "PHRASES_DISK_MB", "PORT", "STATE_DIR", "TLS_PORT", "UPSTREAMS",
    "VOICES",
})  # fmt: skip
"""One machine may be both, and each side leaves the other's variables alone"""


def misspelt(variables: Iterable[str], ours: frozenset[str], *, any_case: bool = False) -> list[str]:
    """One line for each variable that is nearly one of `ours`, which may be read in `any_case`."""
    lines = []
    for variable in sorted(variables):
        written = variable.upper() if any_case else variable
        name = written.removeprefix(PREFIX)
        if name == written or name in ours or name.upper() in (ROBOT | GATEWAY) - ours:
            continue
        if meant := near(name, ours):
            lines.append(f"{variable} is no setting and is not read; did you mean {PREFIX}{meant[0]}?")
    return lines

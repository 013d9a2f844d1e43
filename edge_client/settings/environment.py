"""Environment variables that nobody reads, most likely misspelt."""

from collections.abc import Iterable

from edge_client.settings.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, SETTINGS

OF_THE_GATEWAY = frozenset(
    {
        "ANNOUNCE",
        "CACHE",
        "CACHE_DISK_MB",
        "CACHE_MEMORY_MB",
        "CONFIG",
        "DEFAULT_PERSONA",
        "HIDE",
        "HOST",
        "LAN",
        "LOG_FILE",
        "LOG_LEVEL",
        "MAX_REQUESTS",
        "NAME",
        "PERSONAS",
        "PHRASES_DISK_MB",
        "PORT",
        "UPSTREAMS",
    }
)
"""The same machine may have settings for the gateway, which the robot's side does not read"""
_OURS = (*(name.upper() for name in SETTINGS), CONFIG_VARIABLE.removeprefix(ENVIRONMENT_PREFIX))


def misspelt(variables: Iterable[str]) -> list[str]:
    """One line for each variable that is almost one of the robot's."""
    lines = []
    for variable in sorted(variables):
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        if name == variable or name in OF_THE_GATEWAY or name in _OURS:
            continue
        import difflib  # only mistakes pay for it

        if near := difflib.get_close_matches(name.upper(), _OURS, n=1):
            meant = ENVIRONMENT_PREFIX + near[0]
            lines.append(f"{variable} is no setting and is not read; did you mean {meant}?")
    return lines

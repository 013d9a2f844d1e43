"""When a circuit breaker opens and how it closes again."""

from dataclasses import dataclass

from robotvoice.errors import InvalidSettings

MAX_RESULTS = 1000  # kept, however many calls fall into the window


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens and how it closes again. Raises InvalidSettings."""

    consecutive_failures: int = 3
    window: float = 60.0
    """Seconds; an older result no longer counts"""
    minimum_calls: int = 6
    """Calls within `window` before `failure_rate` is looked at"""
    failure_rate: float = 0.5
    slow_rate: float = 0.8
    """Share of slow calls, again of at least `minimum_calls`"""
    open_for: float = 2.0
    """Seconds of the first opening, doubled with each further one in a row"""
    open_at_most: float = 30.0
    """Seconds, before jitter"""
    jitter: float = 0.2
    """Each opening lasts longer by up to this share, so that robots do not all come back at once"""
    lease: float = 10.0
    """Seconds a canary may take before the next one may go"""
    canaries_to_close: int = 2

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            **dict.fromkeys(("consecutive_failures", "minimum_calls", "canaries_to_close"), (1, MAX_RESULTS)),
            **dict.fromkeys(("window", "open_for", "open_at_most", "lease"), (0.001, 86_400)),
            **dict.fromkeys(("failure_rate", "slow_rate"), (0.001, 1)),
            "jitter": (0, 1),
        }
        for field, (least, most) in bounds.items():
            if not least <= (found := getattr(self, field)) <= most:
                raise InvalidSettings(f"Breaker: {field} must be from {least} to {most}, not {found}.")


DEFAULTS = BreakerSettings()

"""Each engine of a gateway behind its one breaker."""

import time
from collections.abc import Callable

from gateway.engines.consented_engine import ConsentedEngine
from gateway.engines.engine_parts import Parts
from gateway.engines.upstream.upstream_engine import MissingUpstream
from robotvoice.chain.breaker import DEFAULTS, BreakerChange, BreakerSettings, CircuitBreaker
from robotvoice.chain.failure_attribution import FailureAttribution
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.engines.command.command_engine import MissingCommand
from robotvoice.persona import COMMAND_PREFIX, LOCAL_ENGINES, UPSTREAM_PREFIX

OF_MODELS = BreakerSettings(lease=60.0)
"""A canary may take as long as a slow machine needs; a worker that hangs is found out by its own deadlines"""


class GuardedEngines(dict[str, GuardedEngine]):
    """By name; a persona that is read later may name an upstream or a command that nobody has set up."""

    def __init__(
        self,
        parts: Parts,
        clock: Callable[[], float] = time.monotonic,
        listener: Callable[[BreakerChange], None] | None = None,
    ) -> None:
        """`listener` is told how each breaker changes."""
        self.parts = parts
        """The engines themselves, and what some of them can do besides speaking"""
        for name, engine in parts.engines.items():
            settings = OF_MODELS if name == "mlx" else DEFAULTS
            # What only plays from disk has nothing to be given a rest.
            plays = parts.cache is not None and name == parts.cache.name
            breaker = None if plays else CircuitBreaker(name, settings, clock=clock, listener=listener)
            if name not in LOCAL_ENGINES:  # those speak with nobody's voice
                engine = ConsentedEngine(engine, parts.today)
            self[name] = GuardedEngine(engine, breaker, blame=FailureAttribution(clock))

    def __missing__(self, name: str) -> GuardedEngine:
        if name.startswith(UPSTREAM_PREFIX):
            return GuardedEngine(ConsentedEngine(MissingUpstream(name), self.parts.today))
        if name.startswith(COMMAND_PREFIX):
            return GuardedEngine(MissingCommand(name))
        raise KeyError(name)

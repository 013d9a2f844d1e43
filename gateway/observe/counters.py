"""What happened, counted for Prometheus; what is so just now is read when it is asked for.

Label values come from the configuration: ids of personas, names of engines and models, known reason codes.
"""

from collections.abc import Iterator
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from gateway.observe.reason_codes import known
from gateway.observe.request_log import TextOutcome
from robotvoice.chain.breaker import BreakerChange, State

NOBODY = "none"
"""In place of a persona, when nobody could be found by the name that was given"""
FIRST_AUDIO_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 12.0)
"""Seconds; 2 and 12 are the budgets of a persona that says nothing else"""
OPENINGS = frozenset({State.OPEN, State.FORCED_OPEN})


class Metrics:
    """One registry for one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=False)
        counter = partial(Counter, registry=self.registry)
        self._utterances = counter(
            "voice_utterances", "Texts by how they ended", ["persona", "outcome", "api"]
        )
        what = "Sentences spoken, by the engine that made them; stored: played from the cache"
        self._sentences = counter("voice_sentences", what, ["persona", "engine", "stored"])
        what = "Sentences spoken by a substitute for the persona's own voice"
        self._fallbacks = counter("voice_fallbacks", what, ["from", "to", "reason"])
        what = "Changes of the engine within a text that had begun to sound"
        self._takeovers = counter("voice_takeovers", what, ["from", "to", "reason"])
        self._first_audio = Histogram(
            "voice_first_audio_seconds",
            "From the request to the first chunk with sound in it; a whole file leaves at its end",
            ["engine", "stored", "api"],
            buckets=FIRST_AUDIO_BUCKETS,
            registry=self.registry,
        )
        self._openings = counter("voice_breaker_openings", "How often a breaker opened", ["engine", "reason"])

    def count(self, account: TextOutcome) -> None:
        """A text came to its end."""
        persona = account.persona or NOBODY
        self._utterances.labels(persona, account.outcome.value, account.api).inc()
        for row in account.spoken:
            self._sentences.labels(persona, row.engine, _flag(row.stored)).inc()
            if row.substitute:
                reason = known(row.substitute.code)
                self._fallbacks.labels(account.own_engine, row.engine, reason).inc()
        for each in account.takeovers:
            self._takeovers.labels(each.from_engine, each.to_engine, known(each.reason.code)).inc()
        origin = account.first_origin
        if origin and account.first_audio is not None:
            labels = (origin.engine, _flag(origin.stored), account.api)
            self._first_audio.labels(*labels).observe(account.first_audio)

    def breaker_changed(self, change: BreakerChange) -> None:
        if change.new in OPENINGS:
            reason = known(change.reason.code) if change.reason else "other"
            self._openings.labels(change.name, reason).inc()


class WithoutCreated(Collector):
    """A registry as it is shown: without a series of when each counter was made beside every counter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family


def _flag(so: bool) -> str:
    return "true" if so else "false"

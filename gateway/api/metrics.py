"""`GET /metrics`: for Prometheus, in its text format, with what is looked up when it is asked."""

from collections.abc import Iterator, Mapping

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.models.models import display_name
from gateway.observe.counters import WithoutCreated
from gateway.observe.reason_codes import known
from gateway.requests.app_keys import ENGINES, HOUSE, LAST_HOUR, METRICS, PERSONAS
from robotvoice import __version__
from robotvoice.chain.breaker import State

MEMORY = {"active": "active_memory", "peak": "peak_memory", "resident": "rss"}


class Now(Collector):
    """Of one application."""

    def __init__(self, app: web.Application) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        app = self._app
        info = GaugeMetricFamily("voice_build_info", "1, and which version it is", labels=["version"])
        info.add_metric([__version__], 1)
        yield info
        yield GaugeMetricFamily("voice_speaking", "Texts in work", value=app[HOUSE].inside)
        share = app[LAST_HOUR].share.share
        cloned = GaugeMetricFamily(
            "voice_cloned_share",
            "Of the sentences of personas with a cloned voice, how many were spoken with it in the last hour",
        )
        if share is not None:
            cloned.add_metric([], share)
        yield cloned
        yield from self._engines()
        yield from self._cache()
        if mlx := app[ENGINES].parts.mlx:
            yield from _workers(mlx.status)

    def _engines(self) -> Iterator[Metric]:
        factor = GaugeMetricFamily(
            "voice_real_time_factor",
            "Wall time by audio time that the gateway reckons with, of the slowest voice; below 1 is faster "
            "than real time",
            labels=["engine"],
        )
        breaker = GaugeMetricFamily(
            "voice_breaker_state", "1 for the state it is in", labels=["engine", "state"]
        )
        for name, guarded in self._app[ENGINES].items():
            voices = [voice for voice in self._app[PERSONAS].library.voices if voice.engine == name]
            if voices:
                factor.add_metric([name], max(map(guarded.engine.real_time_factor, voices)))
            if guarded.breaker:
                state = guarded.breaker.state
                for each in State:
                    breaker.add_metric([name, each.value], float(each is state))
        yield factor
        yield breaker

    def _cache(self) -> Iterator[Metric]:
        if cache := self._app[ENGINES].parts.cache:
            hits = "Sentences that were found in the cache"
            yield CounterMetricFamily("voice_cache_hits", hits, value=cache.hits)
            misses = "Sentences that were looked for in the cache and had to be made"
            yield CounterMetricFamily("voice_cache_misses", misses, value=cache.misses)


def _workers(status: Mapping[str, Mapping[str, object]]) -> Iterator[Metric]:
    """Of each model: its line, how well waits are predicted, and its process."""
    by_model = ["model"]
    waiting = GaugeMetricFamily("voice_queue_length", "Sentences that wait for their turn", labels=by_model)
    refused = CounterMetricFamily(
        "voice_queue_refused", "Sentences that were refused unspoken", labels=["model", "reason"]
    )
    memory = GaugeMetricFamily(
        "voice_worker_memory_bytes", "Of the worker when it last spoke", labels=["model", "kind"]
    )
    for name, each in status.items():
        model = display_name(name)
        waiting.add_metric([model], _number(each["waiting"]))
        counts = each["refused"]
        assert isinstance(counts, Mapping)
        for reason, count in counts.items():
            refused.add_metric([model, known(reason)], count)
        for kind, key in MEMORY.items():
            memory.add_metric([model, kind], _number(each[key]))
    yield from (waiting, refused, memory)
    for key, metric, what in (
        ("restarts", "voice_worker_restarts", "Processes that had to be replaced"),
        ("predictions", "voice_predictions", "First sounds that were predicted and came"),
        ("prediction_error", "voice_prediction_error_seconds", "Sum of how far off they were, either way"),
    ):
        family = CounterMetricFamily(metric, what, labels=by_model)
        for name, each in status.items():
            family.add_metric([display_name(name)], _number(each[key]))
        yield family


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return value


CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: web.Request) -> web.Response:
    """All of it comes from memory."""
    body = generate_latest(WithoutCreated(request.app[METRICS].registry))
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

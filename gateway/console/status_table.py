"""What a gateway says of itself, as lines for a person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.models import as_size
from gateway.problems import one_line

GAP = "  "


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns as wide as they must be; the last one as it comes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield GAP.join(cells).rstrip()


def status_lines(address: str, told: Mapping[str, Any]) -> Iterator[str]:
    """All of it. Raises KeyError, TypeError or AttributeError if it is not what a gateway says."""
    yield one_line(
        f"gateway {told['version']} at {address}, up {_span(told['uptime'])}, "
        f"{told['speaking']} of {told['most_speaking']} texts in work"
    )
    yield ""
    yield from table([("engine", "state", "breaker", "why"), *map(_engine, told["engines"].items())])
    yield ""
    yield from table(
        [
            ("persona", "speaks with", "own voice", "phrases", "why not"),
            *map(_persona, told["personas"].items()),
        ]
    )
    yield ""
    yield one_line(_last_hour(told["last_hour"]))
    models = [model for engine in told["engines"].values() for model in engine.get("models", ())]
    if models:
        yield ""
        names = ("model", "state", "waiting", "given back", "memory", "restarts", "real-time factor")
        yield from table([names, *map(_model, models)])


def breaker_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Every breaker, and why it is as it is. Raises as above."""
    rows = [
        (one_line(name), _breaker(engine["breaker"]), _why(engine["breaker"]["reason"]))
        for name, engine in told["engines"].items()
        if engine["breaker"]
    ]
    yield from table([("engine", "breaker", "why"), *rows])


def _engine(item: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, engine = item
    breaker = engine["breaker"]
    why = _why(breaker["reason"]) if breaker else ""
    # What keeps what others make is in nobody's list of voices.
    if not engine["used"] and breaker and not why:
        return one_line(name), "not used", _breaker(breaker), "no persona speaks with it"
    return (
        one_line(name),
        "ready" if engine["ready"] else "not ready",
        _breaker(breaker) if breaker else "needs none",
        why or one_line(engine["reason"] or ""),
    )


def _breaker(breaker: Mapping[str, Any]) -> str:
    state = str(breaker["state"])
    if breaker["forced_by"]:
        return one_line(f"{state.replace('_', ' ')} by the {breaker['forced_by']}")
    if breaker["half_open_in"] is not None:
        return f"{state} for {_span(breaker['half_open_in'])}"
    return one_line(state.replace("_", "-"))


def _why(reason: Mapping[str, str] | None) -> str:
    return one_line(reason["text"]) if reason else ""


def _persona(item: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, persona = item
    speaks = " ".join(filter(None, (persona["speaks"], persona["voice"])))
    own = "yes" if persona["own_voice"] else f"no, {persona['own_engine']}"
    phrases = persona["phrases"]
    recorded = f"{phrases['recorded']}/{phrases['wanted']}" if phrases["wanted"] else "none"
    why = _why(persona["reason"])
    return one_line(name), one_line(speaks or "nobody"), one_line(own), recorded, why


def _last_hour(hour: Mapping[str, Any]) -> str:
    if hour["share"] is None:
        return "last hour: nothing was spoken for a persona with a cloned voice"
    said = f"last hour: {hour['cloned']} of {hour['sentences']} sentences in cloned voices"
    # Never rounded up to all.
    said += f" ({int(hour['share'] * 1000) / 10:g} %)"
    reasons = ", ".join(f"{code} {count}" for code, count in hour["reasons"].items())
    return f"{said}; the rest: {reasons}" if reasons else said


def _model(model: Mapping[str, Any]) -> tuple[str, ...]:
    refused = ", ".join(f"{code} {count}" for code, count in model["refused"].items())
    return (
        one_line(model["model"]),
        one_line(model["state"]),
        str(model["waiting"]),
        one_line(refused or "none"),
        as_size(model["rss"]) if model["rss"] else "-",
        str(model["restarts"]),
        f"{model['real_time_factor']:.2f}",
    )


def _span(seconds: float) -> str:
    """For a person: 12 s, 3 min, 2 h 5 min, 4 d 1 h."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(1, whole)} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if not days else f"{days} d {hours % 24} h"

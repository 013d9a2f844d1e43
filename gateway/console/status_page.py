"""What a gateway says of itself, as lines for a person: first in a sentence, then as tables."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.models.models import as_size
from gateway.security.doors_told import shut_out, whom_all_hear
from robotvoice.console.output import counted, moment
from robotvoice.console.tables import table
from robotvoice.console.wrapping import folded, one_line


def status_lines(address: str, told: Mapping[str, Any], width: int | None = None) -> Iterator[str]:
    """All of it, no line of a table wider than `width`; what is to be typed is on one line all the same.

    Raises KeyError, TypeError or AttributeError if it is not what a gateway says.
    """
    yield from _folded(told["summary"], width)
    yield ""
    yield from _folded(
        f"gateway {told['version']} at {told['address'] or address}, up {span(told['uptime'])}, "
        f"{told['speaking']} of {told['most_speaking']} texts in work",
        width,
    )
    yield from _folded(_spoken(told["spoken"]), width)
    yield from _folded(_last_hour(told["last_hour"]), width)
    yield from _folded(_connected(told), width)
    yield from _folded(_robots_door(told["robots_door"]), width)
    if (heard := told["open_to_all"]) is not None:
        yield from _folded(whom_all_hear(heard), width)
    if settings := _settings(told["settings"]):
        yield from _folded(f"settings: {settings}", width)
    yield ""
    yield table([("engine", "state", "breaker"), *map(_engine, told["engines"].items())], width)
    engines = {one_line(name): _engine_why(engine) for name, engine in told["engines"].items()}
    yield from _causes(engines, width)
    yield ""
    yield table(
        [("persona", "speaks with", "own voice", "phrases"), *map(_persona, told["personas"].items())], width
    )
    # What the table above has told is not told again.
    personas = {one_line(id): _why(each["reason"]) for id, each in told["personas"].items()}
    yield from _causes({id: why for id, why in personas.items() if why not in engines.values()}, width)
    models = [model for engine in told["engines"].values() for model in engine.get("models", ())]
    if models:
        yield ""
        names = ("model", "state", "waiting", "refused", "memory", "restarts", "real-time factor")
        yield table([names, *map(_model, models)], width)


def breaker_lines(told: Mapping[str, Any], width: int | None = None) -> Iterator[str]:
    """Every breaker, and why it is as it is. Raises as above."""
    with_breaker = {name: each for name, each in told["engines"].items() if each["breaker"]}
    rows = [(one_line(name), _breaker(engine["breaker"])) for name, engine in with_breaker.items()]
    yield table([("engine", "breaker"), *rows], width)
    whys = {one_line(name): _why(each["breaker"]["reason"]) for name, each in with_breaker.items()}
    yield from _causes(whys, width)


def span(seconds: float) -> str:
    """For a person: 12 s, 3 min, 2 h 5 min, 4 d 1 h."""
    whole = round(seconds)
    if whole < 60:
        return f"{max(1, whole)} s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86_400
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if not days else f"{days} d {hours % 24} h"


def _folded(line: str, width: int | None) -> list[str]:
    return folded(one_line(line), width).splitlines()


def _causes(whys: Mapping[str, str], width: int | None) -> Iterator[str]:
    """A line for each that has one, and a line of its own for what is to be typed about it."""
    for name, why in whys.items():
        if why:
            said, separator, to_type = why.partition("; type: ")
            yield from folded(f"  {name}: {said}", width).splitlines()
            if separator:
                yield f"    type: {to_type}"


def _engine(item: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, engine = item
    breaker = engine["breaker"]
    # What keeps what others make is in nobody's list of voices.
    if not engine["used"] and breaker and not breaker["reason"]:
        return one_line(name), "not used", _breaker(breaker)
    state = "ready" if engine["ready"] else "not ready"
    return one_line(name), state, _breaker(breaker) if breaker else "needs none"


def _engine_why(engine: Mapping[str, Any]) -> str:
    breaker = engine["breaker"]
    if why := _why(breaker["reason"]) if breaker else "":
        return why
    # Nobody waits for what no persona speaks with.
    return one_line(engine["reason"] or "") if engine["used"] or not breaker else ""


def _breaker(breaker: Mapping[str, Any]) -> str:
    state = str(breaker["state"])
    if breaker["forced_by"]:
        return one_line(f"{state.replace('_', ' ')} by the {breaker['forced_by']}")
    if breaker["half_open_in"] is not None:
        return f"{state} for {span(breaker['half_open_in'])}, so not used"
    return one_line(state.replace("_", "-"))


def _why(reason: Mapping[str, str] | None) -> str:
    return one_line(reason["text"]) if reason else ""


def _persona(item: tuple[str, Mapping[str, Any]]) -> tuple[str, ...]:
    name, persona = item
    speaks = " ".join(filter(None, (persona["speaks"], persona["voice"])))
    own = "yes" if persona["own_voice"] else f"no, {persona['own_engine']}"
    phrases = persona["phrases"]
    recorded = f"{phrases['recorded']}/{phrases['wanted']}" if phrases["wanted"] else "none"
    return one_line(name), one_line(speaks or "nobody"), one_line(own), recorded


def _spoken(told: Mapping[str, Any]) -> str:
    by = ", ".join(f"{engine} {count}" for engine, count in told["sentences"].items())
    sentences = sum(told["sentences"].values())
    said = f"spoken: {counted(told['texts'], 'text')}, {counted(sentences, 'sentence')}"
    said += f" ({by})" if by else ""
    said += f"; {counted(told['errors'], 'error')}, {told['refused']} refused, {told['cancelled']} cancelled"
    if last := told["last_error"]:
        at = moment(time.time() - last["ago"])
        said += f"; last error at {at}: {last['persona'] or 'nobody'}, {last['reason']}"
    return said


def _connected(told: Mapping[str, Any]) -> str:
    robots, others = told["robots"], told["connections"] - told["robots"]
    more = f" and {counted(others, 'other program')}" if others > 0 else ""
    said = f"connected: {counted(robots, 'robot')}{more}; mDNS: {told['mdns']}"
    if told["problems"]:
        problems = counted(told["problems"], "problem")
        said += f"; {problems} in the personas; type: robotvoice-gateway persona check"
    return said


def _robots_door(told: Mapping[str, Any]) -> str:
    if told["port"]:
        return f"paired robots come in at port {told['port']}"
    return shut_out(told) or f"the robots' door is closed: {told['why_closed']}"


def _settings(told: Mapping[str, Any]) -> str | None:
    """What is to be done about them; None: nothing."""
    if told["broken"]:
        return "their file cannot be used any more, and a restart would fail; type: robotvoice-gateway doctor"
    changed = ", ".join(told["changed"])
    return f"restart needed, as their file was changed: {changed}" if changed else None


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

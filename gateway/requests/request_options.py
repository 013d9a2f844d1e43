"""What a request says besides its text: who asks, how urgently, and how long the answer may take."""

from collections.abc import Collection

from aiohttp import web

from gateway.requests.app_keys import DEFAULT_PERSONA
from gateway.requests.caller_rights import budget_for, check_may_hear, heard_by, priority_for
from gateway.requests.house import Peer
from gateway.security.callers import Caller, caller_of
from robotvoice.chain.budget import Budget, budget_in
from robotvoice.errors import UnknownVoice
from robotvoice.persona import Persona
from robotvoice.utterance import PRIORITIES, RequestOptions
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire
from robotvoice.wire.lenient_fields import stands_for_anybody
from robotvoice.wire.speed import possible


def peer_of(request: web.BaseRequest) -> Peer:
    """A paired robot, a key or an address: however many connections it opens. Programs here are one each."""
    caller = caller_of(request)
    address = request.transport.get_extra_info("peername") if request.transport else None
    host, port = address[:2] if isinstance(address, tuple) else ("", id(request.transport))
    is_here = caller.kind in ("owner", "local")
    name = "here" if is_here else f"{caller.kind} {caller.name or host}"
    return Peer(name, f"{host}:{port}" if is_here else name, caller.is_home, is_here)


def options_of_request(
    request: web.BaseRequest, warnings: VoiceWarnings, speed: float = 1.0
) -> RequestOptions:
    """`speed` is one that is possible."""
    asked = _choice(request, wire.HEADER_PRIORITY, PRIORITIES, "dialogue", warnings)
    priority = priority_for(caller_of(request), PRIORITIES[asked], wire.HEADER_PRIORITY, warnings)
    return RequestOptions(peer_of(request).client, priority, speed=speed, warnings=warnings)


def own_only(request: web.BaseRequest, warnings: VoiceWarnings) -> bool:
    """Whether the caller has substitutes of its own."""
    return _choice(request, wire.HEADER_ENGINES, ("own", "all"), "all", warnings) == "own"


def options_of_message(
    caller: Caller, peer: Peer, message: wire.Synthesize, warnings: VoiceWarnings
) -> RequestOptions:
    speed = possible(message.speed, warnings)
    priority = priority_for(caller, PRIORITIES[message.priority], "priority", warnings)
    return RequestOptions(peer.client, priority, speed=speed, warnings=warnings)


def budget_header(request: web.BaseRequest, warnings: VoiceWarnings) -> float | None:
    """Seconds; None: the request does not say."""
    said = budget_in(wire.HEADER_BUDGET, request.headers.get(wire.HEADER_BUDGET), warnings)
    return budget_for(caller_of(request), said, wire.HEADER_BUDGET, warnings)


def budget_of_message(caller: Caller, message: wire.Synthesize, warnings: VoiceWarnings) -> float | None:
    """As `budget_header`."""
    said = budget_in("budget_ms", message.budget_ms, warnings)
    return budget_for(caller, said, "budget_ms", warnings)


def streamed(persona: Persona, said: float | None) -> Budget:
    """Of an answer that is heard while it is made."""
    return Budget(first_audio=persona.first_audio_budget if said is None else said)


def whole(persona: Persona, said: float | None) -> float:
    """Seconds for an answer that is nothing before it is whole."""
    return persona.whole_answer_budget if said is None else said


def _choice(
    request: web.BaseRequest, name: str, choices: Collection[str], usual: str, warnings: VoiceWarnings
) -> str:
    """What a header says; the usual one if it says nothing, or nothing that there is."""
    said = request.headers.get(name, "").strip().lower() or usual
    if said in choices:
        return said
    warnings.add(name, f"{name} is not followed: it must be one of {', '.join(choices)}")
    return usual


def default_for(app: web.Application, caller: Caller) -> str:
    """The id of who speaks where nobody is named. Raises NotPermitted."""
    heard, default = heard_by(app, caller).personas, app[DEFAULT_PERSONA]
    return default if default in heard else next(iter(heard))


def who_is_asked(app: web.Application, caller: Caller, name: str | None, warnings: VoiceWarnings) -> Persona:
    """The persona of that name, or the default one where nobody is named.

    Raises UnknownVoice, and NotPermitted for one that this caller does not hear.
    """
    heard, default = heard_by(app, caller), default_for(app, caller)
    if name:
        check_may_hear(app, caller, name)
    try:
        return heard.find(name or default)
    except UnknownVoice:
        if stands_for_anybody(name or "", default, warnings):
            return heard.find(default)
        raise

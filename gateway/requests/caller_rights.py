"""What a caller may ask for, besides the routes: whom it hears, whose clip, how urgently and how long."""

from aiohttp import web

from gateway.personas.persona_files import PersonaLibrary
from gateway.requests.app_keys import OPEN_PERSONAS, PERSONAS
from gateway.security.callers import Caller, caller_of
from robotvoice.errors import NotPermitted
from robotvoice.utterance import PRIORITIES, Priority
from robotvoice.voice_warnings import VoiceWarnings

LONGEST_BUDGET = 30.0
"""Seconds that whoever is not of this house may give an answer"""
NO_CLIP = "this key may send no ref_audio; the owner types: robotvoice-gateway key new NAME --clips"


def heard_by(app: web.Application, caller: Caller) -> PersonaLibrary:
    """The personas that may speak for it. Raises NotPermitted if there is none."""
    library = app[PERSONAS].library
    if caller.kind != "open":
        return library
    heard = app[OPEN_PERSONAS].of(library)
    if not heard.personas:
        raise NotPermitted("nobody is open to all: name personas in open_personas")
    return heard


def check_may_hear(app: web.Application, caller: Caller, name: str) -> None:
    """Raises NotPermitted if there is a persona of this name, and it is not for this caller."""
    persona = app[PERSONAS].library.named(name)
    if persona and persona.id not in heard_by(app, caller).personas:
        raise NotPermitted(f'needs a key, or the owner sets open_personas = ["{persona.id}"]')


def check_clip(request: web.BaseRequest) -> None:
    """Raises NotPermitted if no recording may come with it."""
    if not caller_of(request).clips:
        raise NotPermitted(NO_CLIP, "ref_audio")


def priority_for(caller: Caller, asked: Priority, field: str, warnings: VoiceWarnings) -> Priority:
    """`field` is where it was asked for."""
    if asked != PRIORITIES["urgent"] or caller.is_home:
        return asked
    warnings.add(field, f"{field} is not followed: only this machine and paired robots may be urgent")
    return PRIORITIES["dialogue"]


def budget_for(caller: Caller, asked: float | None, field: str, warnings: VoiceWarnings) -> float | None:
    """Seconds; `field` is where it was asked for."""
    if asked is None or asked <= LONGEST_BUDGET or caller.is_home:
        return asked
    warnings.add(field, f"{field} is {LONGEST_BUDGET * 1000:g} ms: only paired robots may wait for longer")
    return LONGEST_BUDGET


def last_answers_of(request: web.BaseRequest) -> tuple[str, ...]:
    """Who shares what was last answered: nobody else is to learn from it what was said."""
    caller = caller_of(request)
    if caller.is_home:
        return ()
    transport = request.transport
    peer = transport.get_extra_info("peername") if transport else None
    return (caller.kind, caller.name, "" if caller.name or not peer else str(peer[0]))

"""Which persona a request means, whatever door it came through."""

from aiohttp import web

from gateway.requests.app_keys import DEFAULT_PERSONA, PERSONAS
from robotvoice.errors import UnknownVoice
from robotvoice.persona import Persona
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.voice_names import stands_for_anybody


def who_is_asked(app: web.Application, name: str | None, warnings: VoiceWarnings) -> Persona:
    """The persona of that name, or the default one where nobody is named. Raises UnknownVoice."""
    default = app[DEFAULT_PERSONA]
    try:
        return app[PERSONAS].library.find(name or default)
    except UnknownVoice:
        if stands_for_anybody(name or "", default, warnings):
            return app[PERSONAS].library.find(default)
        raise

"""What would be said of a text: sentence by sentence, as each engine of the persona would be given it."""

from contextlib import suppress
from dataclasses import dataclass

from edge_client.known_gateway import KnownGateway
from edge_client.known_personas import KnownPersona
from edge_client.say import LONGEST_FILE_TEXT, LONGEST_TEXT
from edge_client.settings import Settings
from edge_client.voices import Voices
from speech.engines.espeak import EspeakEngine
from speech.errors import EmptyText, EngineFailure
from speech.given import given
from speech.persona import VoiceSpec
from speech.reading import Acting
from speech.text import Omission, Omissions, sentences
from speech.utterance import Sentence


@dataclass(frozen=True, slots=True)
class Given:
    """To one engine and voice."""

    engine: str
    voice: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, as it was cut, and what each engine makes its sound of."""

    text: str
    pause_s: float
    """Silence after it"""
    given: tuple[Given, ...]
    """The persona's own voice first"""


@dataclass(frozen=True, slots=True)
class DryRun:
    """Of one text."""

    persona: str
    language: str
    acting: Acting
    sentences: tuple[Line, ...]
    """Empty: there is nothing to speak"""
    dropped: tuple[Omission, ...]


async def dry_run(settings: Settings, text: str, persona: str, *, file: bool) -> DryRun:
    """Speaks nothing. A gateway that answers is asked for its personas, as they may have changed.

    With `file` as for a file. Raises TextTooLong and UnknownVoice.
    """
    gateway = KnownGateway(settings)
    espeak = EspeakEngine.installed(settings.espeak, on_demand=True)
    voices = Voices(settings, gateway, espeak)
    try:
        if gateway.addresses:
            with suppress(EngineFailure):
                await gateway.link.probe()
                await voices.learn()
        who, _ = await voices.find(persona)
    finally:
        await gateway.link.close()
        await espeak.close()
    omissions = Omissions()
    limit = LONGEST_FILE_TEXT if file else LONGEST_TEXT
    cut: tuple[Sentence, ...] = ()
    with suppress(EmptyText):
        cut = sentences(text, reading=who.reading, limit=limit, omissions=omissions)
    lines = tuple(Line(each.text, each.pause, _given(each, who)) for each in cut)
    return DryRun(who.id, who.language, who.acting, lines, omissions.found)


def _given(sentence: Sentence, persona: KnownPersona) -> tuple[Given, ...]:
    voices = persona.voices or (VoiceSpec(persona.engine or "espeak"), *persona.local_voices)
    return tuple(
        Given(voice.engine, voice.voice, persona.language, given(sentence, voice).text)
        for voice in dict.fromkeys(voices)
    )

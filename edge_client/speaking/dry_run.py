"""What would be said of a text: sentence by sentence, as each engine of the persona would be given it."""

from contextlib import suppress
from dataclasses import dataclass

from edge_client.link.command_gateway import CommandGateway
from edge_client.personas.voices import Voices
from edge_client.settings.settings import Settings
from edge_client.speaking.robot import LONGEST_FILE_TEXT, LONGEST_TEXT
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EmptyText, EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.reading_options import Acting
from robotvoice.text import Omission, Omissions, apply_lexicon, sentences
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Sentence


@dataclass(frozen=True, slots=True)
class Given:
    """To one engine and voice."""

    engine: str
    voice: str
    language: str
    text: str
    left_out: tuple[str, ...] = ()
    """Scripts of the sentence that this voice does not read, as far as this robot knows: `Arabic`"""


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


async def dry_run(
    settings: Settings, text: str, persona: str, *, language: str | None = None, file: bool
) -> DryRun:
    """Speaks nothing. A gateway that answers is asked for its personas, as they may have changed.

    `language` is a tag in place of the persona's own. With `file` as for a file. Raises TextTooLong and
    UnknownVoice.
    """
    gateway = CommandGateway(settings)
    espeak = EspeakEngine.installed(settings.espeak, on_demand=True)
    voices = Voices(settings, gateway, espeak)
    try:
        if gateway.memory.addresses:
            with suppress(EngineFailure):
                await gateway.link.probe()
                await voices.learn()
        who, _ = await voices.find(persona)
        await espeak.start()
        reading, omissions = who.reading.of(language), Omissions()
        limit = LONGEST_FILE_TEXT if file else LONGEST_TEXT
        cut: tuple[Sentence, ...] = ()
        with suppress(EmptyText):
            cut = sentences(text, reading=reading, limit=limit, omissions=omissions)
        asked = who.other_language(language)
        own = who.voices or (VoiceSpec(who.engine or "espeak"), *who.local_voices)
        spoken = [voice.speaking(asked) for voice in dict.fromkeys(own)]
        lines = tuple(
            Line(
                each.text,
                each.pause,
                tuple(_given(each, voice, reading.language, espeak) for voice in spoken),
            )
            for each in cut
        )
    finally:
        await gateway.link.close()
        await espeak.close()
    return DryRun(who.id, reading.language, who.acting, lines, omissions.found)


def _given(sentence: Sentence, voice: VoiceSpec, language: str, espeak: EspeakEngine) -> Given:
    text = apply_lexicon(sentence.text, voice.lexicon)
    read = espeak.legible(text, voice) if voice.engine == espeak.name else Legible(text)
    return Given(voice.engine, voice.voice, language, read.text, read.left_out)

"""Stands in for the speech of SunFounder's robot-hat: a script changes its import, and nothing else.

    from edge_client.robot_hat import TTS      # as robot_hat.TTS up to 2.3
    from edge_client.robot_hat import Piper    # as robot_hat.tts.Piper from 2.5 on; the other engines too

As there, `say` returns when all was heard. Unlike there, no shell sees the words, and a script does not end
because nothing could be said: `say` returns False, and the log says why. robot_hat need not be installed.
"""

import logging
from contextlib import suppress
from typing import ClassVar

from edge_client.settings.settings import Settings
from edge_client.voice import File, Voice
from robotvoice.errors import RobotVoiceError, UnknownLanguage, UnknownVoice
from robotvoice.languages import language_of
from robotvoice.wire.lenient_fields import OPENAI_VOICES

__all__ = ["TTS", "EdgeTTS", "Espeak", "OpenAI_TTS", "Pico2Wave", "Piper"]

log = logging.getLogger(__name__)

LANGUAGES = ["en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"]
"""What the original knows"""
RANGES = {"amp": range(201), "speed": range(80, 261), "gap": range(201), "pitch": range(100)}


class _Engine:
    """What all of them share. `set_voice` chooses the persona, and so does `set_model` when no voice does.

    A name that is no persona's, such as one of the original's models, is told once in the log; then the
    next of these speaks, at last the persona of the settings.
    """

    def __init__(
        self, voice: str | None = None, model: str | None = None, settings: Settings | None = None
    ) -> None:
        self._settings = settings
        self._language: str | None = None
        self._default = self._voice(None)
        self._by_voice = None if voice is None else self._voice(voice)
        self._by_model = None if model is None else self._voice(model)
        self._told: set[str | None] = set()

    def say(self, words: object = None, *ignored: object, text: object = "", **more_ignored: object) -> bool:
        """Returns when all was heard; whether it was. `stream` and `instructions` have no meaning here."""
        return self._spoken(text if words is None else words, None)

    def tts(
        self, text: object, file: File = "", *ignored: object, output_file: File = "", **more_ignored: object
    ) -> bool:
        """Writes a WAV file instead of playing; whether it could be written."""
        return self._spoken(text, file or output_file)

    def stop(self) -> None:
        """Silence: ends all that this robot says."""
        try:
            self._default.stop()
        except RobotVoiceError as error:
            log.warning("not stopped: %s", error.message)

    def set_voice(self, voice: str) -> None:
        self._by_voice = self._voice(voice)

    def set_model(self, model: str) -> None:
        self._by_model = self._voice(model)

    def set_lang(self, lang: str) -> None:
        """What texts are in from now on; what is no language changes nothing. A persona keeps its region."""
        with suppress(UnknownLanguage):
            self._language = language_of(str(lang)).code
        by_voice, by_model = self._by_voice, self._by_model
        self._default = self._voice(None)
        self._by_voice = by_voice and self._voice(by_voice.persona)
        self._by_model = by_model and self._voice(by_model.persona)

    def _ignore(self, *values: object, **more_values: object) -> None:
        """A persona has its own sound, which is set where the persona is described."""

    set_amp = set_speed = set_gap = set_pitch = set_rate = set_volume = _ignore
    set_gain = set_api_key = set_instructions = _ignore

    def _voice(self, persona: str | None) -> Voice:
        return Voice(persona, language=self._language, settings=self._settings)

    def _spoken(self, words: object, file: File | None) -> bool:
        text = str(words)
        try:
            # `voice="alloy"` is what a program has that knows no other name.
            for voice in sorted(filter(None, (self._by_voice, self._by_model)), key=_is_one_of_openai):
                if self._said_by(voice, text, file):
                    return True
            self._default.say(text, play=file is None, file=file)
        except RobotVoiceError as error:
            log.warning("not said: %s", error.message)
            return False
        return True

    def _said_by(self, voice: Voice, text: str, file: File | None) -> bool:
        """Whether there is such a persona. Raises RobotVoiceError for all else."""
        try:
            voice.say(text, play=file is None, file=file)
        except UnknownVoice as error:
            if voice.persona not in self._told:
                self._told.add(voice.persona)
                log.warning("%s; another persona speaks instead", error.message)
            return False
        return True


def _is_one_of_openai(voice: Voice) -> bool:
    return (voice.persona or "").strip().lower() in OPENAI_VOICES


class TTS(_Engine):
    """As robot_hat.TTS up to 2.3. Which engine is named makes no difference: the persona speaks."""

    # Spelt as in the original.
    SUPPORTED_LANGUAUE: ClassVar[list[str]] = LANGUAGES
    ESPEAK = "espeak"
    PICO2WAVE = "pico2wave"

    def __init__(
        self,
        engine: str = PICO2WAVE,
        lang: str | None = None,
        *ignored: object,
        persona: str | None = None,
        settings: Settings | None = None,
        **more_ignored: object,
    ) -> None:
        super().__init__(persona, settings=settings)
        self.engine = engine
        self._lang = lang or "en-US"
        if lang:
            self.set_lang(lang)

    def lang(self, value: str | None = None) -> str:
        """The language, after setting it if one is given: the persona speaks it, as far as its voices can.

        Raises ValueError for one that the original does not know.
        """
        if value is None:
            return self._lang
        found = next((each for each in LANGUAGES if each.lower() == value.replace("_", "-").lower()), None)
        if found is None:
            raise ValueError(f"{value!r:.80} is not a supported language; there are {', '.join(LANGUAGES)}")
        if found[:2] != self._lang[:2]:
            log.warning("lang(%r): better than an accent, choose a persona that speaks it: set_voice", found)
        self._lang = found
        self.set_lang(found)
        return found

    def supported_lang(self) -> list[str]:
        return list(LANGUAGES)

    def espeak_params(
        self,
        amp: int | None = None,
        speed: int | None = None,
        gap: int | None = None,
        pitch: int | None = None,
    ) -> None:
        """Checked as in the original (ValueError), and without effect: a persona has its own."""
        given = {"amp": amp, "speed": speed, "gap": gap, "pitch": pitch}
        for name, value in given.items():
            allowed = RANGES[name]
            if value is not None and value not in allowed:
                raise ValueError(f"{name} must be from {allowed[0]} to {allowed[-1]}, not {value!r:.80}")


class Piper(_Engine):
    """As the classes of robot_hat.tts from 2.5 on: what else the original is given is ignored."""

    def __init__(
        self,
        model: str | None = None,
        *ignored: object,
        voice: str | None = None,
        settings: Settings | None = None,
        **more_ignored: object,
    ) -> None:
        super().__init__(voice, model, settings)


Espeak = Pico2Wave = EdgeTTS = OpenAI_TTS = Piper
"""The same under the names that scripts import"""

"""Which voices pyttsx3 offers on this machine, and which of them a persona means."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from robotvoice.engines.espeak.espeak_languages import scripts_read
from robotvoice.errors import UnknownLanguage, UnknownVoice
from robotvoice.ground.near_names import near
from robotvoice.languages import language_of, same_language

ESPEAK = "espeak"
"""The driver of Linux, which is eSpeak NG"""


@dataclass(frozen=True, slots=True)
class SystemVoice:
    """One voice: `id` is what pyttsx3 takes."""

    id: str
    name: str
    languages: tuple[str, ...]
    """Tags such as en-gb, in small letters"""


@dataclass(frozen=True, slots=True)
class SystemVoices:
    """What one driver of pyttsx3 can speak with."""

    driver: str
    default: str | None
    """The id of the voice that speaks when none is asked for"""
    voices: tuple[SystemVoice, ...]

    def speaking(self, wanted: str, language: str | None) -> str | None:
        """The id for a name, as `resolve` says it, or for a language that a request asks for.

        Raises UnknownVoice, and UnknownLanguage for one that no voice speaks.
        """
        found = self.resolve(wanted)
        if language is None or any(same_language(language, own) for own in self.languages(found)):
            return found
        asked = language_of(language)
        for code in (language, asked.code, asked.code3, *asked.others):
            with suppress(UnknownVoice):
                return self.resolve(code)
        raise UnknownLanguage(f"pyttsx3 has no voice for {asked.name} here")

    def languages(self, id: str | None) -> tuple[str, ...]:
        """Of a voice by its id, None for the default one; empty if nobody said."""
        id = self.default if id is None else id
        return next((voice.languages for voice in self.voices if voice.id == id), ())

    def scripts(self, id: str | None) -> frozenset[str]:
        """What a voice reads; empty: nobody knows."""
        found: set[str] = set()
        for tag in self.languages(id):
            with suppress(UnknownLanguage):
                code = language_of(tag).code
                found |= (
                    scripts_read(code) if self.driver == ESPEAK else {*language_of(code).scripts, "LATIN"}
                )
        return frozenset(found)

    def resolve(self, wanted: str) -> str | None:
        """The id for an id, a name or a language such as `en` or `de-AT`; None, the default, for "".

        Of several voices for a language, the default one if it is among them. Raises UnknownVoice with near
        names.
        """
        key = wanted.lower()
        if not key:
            return None
        for voice in self.voices:
            if key in (voice.id.lower(), voice.name.lower()):
                return voice.id
        tag = _tag(wanted)
        # A whole tag before a part of it: "en" fits en-gb, but "en-gb" does not fit en-us.
        for fits in (lambda code: code == tag, lambda code: code.startswith(f"{tag}-")):
            found = [voice.id for voice in self.voices if any(map(fits, voice.languages))]
            if found:
                return self.default if self.default in found else found[0]
        meant = near(wanted, [voice.name for voice in self.voices], 3, 0.5)
        hint = ", ".join(meant) or "a language such as en, or leave the key out"
        raise UnknownVoice(f"pyttsx3 has no voice {wanted!r} here; near: {hint}")


def system_voices(answer: dict[str, Any]) -> SystemVoices:
    """From what the child process tells. Raises KeyError, TypeError or ValueError for anything else."""
    voices = [SystemVoice(key, name, tuple(map(_tag, codes))) for key, name, codes in answer["voices"]]
    return SystemVoices(answer["driver"], answer["default"], tuple(voices))


def _tag(language: str) -> str:
    """macOS writes en_US."""
    return language.replace("_", "-").lower()

"""Which voices pyttsx3 offers on this machine, and which of them a persona means."""

import difflib
from dataclasses import dataclass
from typing import Any

from speech.errors import UnknownVoice


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
        names = {voice.name.lower(): voice.name for voice in self.voices}
        near = difflib.get_close_matches(key, sorted(names), n=3, cutoff=0.5)
        hint = ", ".join(names[each] for each in near) or "a language such as en, or leave the key out"
        raise UnknownVoice(f"pyttsx3 has no voice {wanted!r} here; near: {hint}")


def system_voices(answer: dict[str, Any]) -> SystemVoices:
    """From what the child process tells. Raises KeyError, TypeError or ValueError for anything else."""
    voices = [SystemVoice(key, name, tuple(map(_tag, codes))) for key, name, codes in answer["voices"]]
    return SystemVoices(answer["driver"], answer["default"], tuple(voices))


def _tag(language: str) -> str:
    """macOS writes en_US."""
    return language.replace("_", "-").lower()

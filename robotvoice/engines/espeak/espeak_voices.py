"""Which voices an installed eSpeak NG has, and which of them a persona means.

The library takes any variant name without complaint and refuses `en-gb`, so names are resolved here.
"""

from dataclasses import dataclass, field
from typing import Any

from robotvoice.errors import UnknownVoice
from robotvoice.ground.near_names import near

MOST_RESOLVED = 256


@dataclass(frozen=True, slots=True)
class CatalogueVoice:
    """One voice: `identifier` (`gmw/en`) is what eSpeak NG always takes."""

    identifier: str
    name: str
    languages: tuple[tuple[int, str], ...]
    """(priority, code); a lower number is a better fit"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one installation can speak with."""

    version: str
    voices: tuple[CatalogueVoice, ...]
    variants: tuple[str, ...]
    bases: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)
    """What was found before; a chain asks several times for each sentence"""

    def resolve(self, wanted: str) -> str:
        """The identifier for `en-gb`, `gmw/en` or `en+croak`. Raises UnknownVoice with near names."""
        base, plus, variant = wanted.partition("+")
        identifier = self._base(base)
        if identifier is None:
            names = {code for voice in self.voices for _, code in voice.languages}
            names |= {voice.identifier for voice in self.voices}
            raise UnknownVoice(_unknown("voice", base, names))
        if not plus:
            return identifier
        exact = {name.lower(): name for name in self.variants}.get(variant.lower())
        if exact is None:
            raise UnknownVoice(_unknown("variant", variant, set(self.variants)))
        return f"{identifier}+{exact}"

    def has(self, base: str) -> bool:
        """Whether there is such a voice, the variant aside."""
        return self._base(base) is not None

    def code_of(self, wanted: str) -> str:
        """The language of a voice, as eSpeak NG writes it (`en-gb`); "" of one it does not have."""
        identifier = self._base(wanted.partition("+")[0])
        found = next((voice for voice in self.voices if voice.identifier == identifier), None)
        return min(found.languages)[1].lower() if found and found.languages else ""

    def _base(self, wanted: str) -> str | None:
        """Its identifier."""
        if wanted not in self.bases:
            if len(self.bases) >= MOST_RESOLVED:
                self.bases.clear()
            self.bases[wanted] = self._find_base(wanted)
        return self.bases[wanted]

    def _find_base(self, wanted: str) -> str | None:
        key = wanted.lower()
        fits = [
            (priority, voice.identifier)
            for voice in self.voices
            for priority, code in voice.languages
            if code.lower() == key
        ]
        if fits:
            return min(fits, key=lambda fit: fit[0])[1]
        for voice in self.voices:
            if key in (voice.identifier.lower(), voice.name.lower()):
                return voice.identifier
        return None


def _unknown(kind: str, wanted: str, names: set[str]) -> str:
    meant = near(wanted, names, 3, 0.4)
    hint = f"near: {', '.join(meant)}" if meant else "see espeak-ng --voices"
    return f"eSpeak NG has no {kind} {wanted!r}; {hint}"


def catalogue_from_library(ready: dict[str, Any]) -> Catalogue:
    """From what the child process reports when it is ready."""
    return Catalogue(
        version=ready["version"],
        voices=tuple(
            CatalogueVoice(voice["identifier"], voice["name"], tuple(map(tuple, voice["languages"])))
            for voice in ready["voices"]
        ),
        variants=tuple(ready["variants"]),
    )


def catalogue_from_command(version: str, voices: str, variants: str) -> Catalogue:
    """From the tables of `espeak-ng --voices` and `espeak-ng --voices=variant`.

    Columns: Pty Language Age/Gender VoiceName File Other-Languages, the last as `(en 2)(en-gb 3)`.
    """
    found = []
    for row in voices.splitlines()[1:]:
        priority, language, _, name, identifier, *others = row.split(maxsplit=5)
        languages = [(int(priority), language)]
        for other in others[0].replace("(", " ").split(")") if others else ():
            if other.strip():
                code, _, rank = other.strip().partition(" ")
                languages.append((int(rank or 5), code))
        found.append(CatalogueVoice(identifier, name.replace("_", " "), tuple(languages)))
    # A variant's file may have a space in its name, and other languages behind it.
    files = (row.partition("!v/")[2].partition("  (")[0].strip() for row in variants.splitlines()[1:])
    return Catalogue(version, tuple(found), tuple(sorted(filter(None, files))))

"""Whom everybody in the network may hear, if the owner opened it: nobody's voice is among them by itself."""

from collections.abc import Collection

from gateway.personas.persona_files import PersonaLibrary
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.persona import Persona


class OpenPersonas:
    """Those that the owner named, and those that speak with no recording of somebody."""

    def __init__(self, named: Collection[str]) -> None:
        """`named`: ids, names or aliases."""
        self._named = named
        self._found: tuple[PersonaLibrary, PersonaLibrary] | None = None
        """A library, and the part of it that is open"""

    def of(self, library: PersonaLibrary) -> PersonaLibrary:
        if self._found is None or self._found[0] is not library:
            named = {persona.id for name in self._named if (persona := library.named(name))}
            open_to_all = {
                id: each for id, each in library.personas.items() if id in named or not is_somebodys(each)
            }
            self._found = library, PersonaLibrary(open_to_all)
        return self._found[1]

    def unknown(self, library: PersonaLibrary) -> list[str]:
        """A line for each name that is nobody's."""
        return [
            f"open_personas: there is no persona {name!r}; {nearest_or_all(name, library.personas)}"
            for name in self._named
            if library.named(name) is None
        ]


def is_somebodys(persona: Persona) -> bool:
    """Whether one of its voices is made from a recording, or may be: another server tells nobody of what."""
    consented = persona.consent is not None
    return any(voice.clones or (consented and voice.upstream_voice) for voice in persona.every_voice)

"""`persona remove`: says every place where a persona and its voice are, asks, and erases them."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.engines.cache.audio_store import AudioKeys, secret_of_cache
from gateway.ground.folders import owned_personas, reachable
from gateway.personas.persona_files import PersonaLibrary
from gateway.settings.settings import Settings
from robotvoice.console.output import counted, show
from robotvoice.errors import InvalidPersona, UnknownVoice
from robotvoice.kept_sound.kept_sound import folders_in
from robotvoice.persona import PERSONA_ID, Persona

BESIDES = (
    "A gateway that runs forgets by itself what it prepared of the voice; robots erase what they hold at "
    "their next contact with it."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A file or folder that is to go."""

    path: Path
    what: str

    @property
    def number(self) -> int:
        """Files in it."""
        if self.path.is_symlink() or not self.path.is_dir():
            return 1
        return sum(len(names) for _, _, names in os.walk(self.path))


def remove_persona(name: str, settings: Settings, *, sure: bool) -> int:
    """Returns the exit code. Raises InvalidPersona if it is not there, was shipped, or cannot be erased."""
    own = settings.personas or owned_personas()
    library = _library(settings)
    persona = _find(library, name)
    id = persona.id if persona else name.strip().lower()
    if own is None or not PERSONA_ID.fullmatch(id) or not (own / id).is_symlink() | reachable(own / id):
        raise _not_there(name, id, library)
    places = [Place(own / id, "the persona with its recordings"), *_made_of(id, settings, library)]
    show(f"{id} goes with all that was made of its voice here:")
    for place in places:
        show(f"  {place.path}  ({place.what}, {counted(place.number, 'file')})", fold=False)
    if (own / id).is_symlink():
        show(f"{own / id} leads to {(own / id).resolve()}, which stays: erase it yourself.")
    show(BESIDES)
    if not sure and not _agreed():
        show("nothing was erased")
        return 1
    for place in places:
        number = place.number
        _erase(place.path)
        show(f"erased {place.path}  ({counted(number, 'file')})", fold=False)
    if (settings.persona_sources.shipped or Path("/nowhere")).joinpath(id).is_dir():
        show(f"{id} that came with robotvoice is used again; add it to hide if nobody is to be called so")
    return 0


def _library(settings: Settings) -> PersonaLibrary:
    """Nobody, if there is nobody who can be used."""
    try:
        return settings.persona_sources.load()
    except InvalidPersona:
        return PersonaLibrary({})


def _find(library: PersonaLibrary, name: str) -> Persona | None:
    with suppress(UnknownVoice):
        return library.find(name)
    return None


def _not_there(name: str, id: str, library: PersonaLibrary) -> InvalidPersona:
    if id in library.shipped:
        return InvalidPersona(
            f'{id} came with robotvoice and cannot be removed; hide it: hide = ["{id}"] in the settings'
        )
    own = [each for each in library.personas if each not in library.shipped]
    there = f"; there are {', '.join(own)}" if own else ", and there is none"
    return InvalidPersona(f"there is no persona {name!r} of yours that could be removed{there}")


def _made_of(id: str, settings: Settings, library: PersonaLibrary) -> Iterator[Place]:
    """What a gateway keeps of its voice, unless another persona speaks with the same one.

    Of what is kept of nobody's voice it cannot be told whose it is: it may have been this one's before.
    """
    state = settings.state_dir
    left = (persona for each, persona in library.personas.items() if each != id)
    secret = secret_of_cache(state)
    if secret is not None:
        used = AudioKeys(secret).shelves(voice for persona in left for voice in persona.every_voice)
        for shelf in sorted(folders_in(state / "audio")):
            if shelf.name not in used:
                yield Place(shelf, "what it said before")
    for edition in sorted((state / "phrases").glob(f"{id}.*")):
        yield Place(edition, "its recorded phrases")


def _agreed() -> bool:
    """Raises InvalidPersona if nobody can be asked."""
    if not sys.stdin or not sys.stdin.isatty():
        raise InvalidPersona("nobody is there to be asked; add --yes to erase all of this")
    try:
        return input("Erase all of this? Type yes: ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False


def _erase(path: Path) -> None:
    try:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)
            return
        # Out of the way in one step, so that a gateway that watches sees it go as a whole.
        going = path.with_name(f".removed-{path.name}")
        path.rename(going)
        shutil.rmtree(going)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InvalidPersona(f"{path} cannot be erased ({error.strerror}); erase it yourself") from error

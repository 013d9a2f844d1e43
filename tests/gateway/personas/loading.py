"""A folder of personas as an owner may have it, and what loading says of it."""

import datetime
from collections.abc import Callable, Collection
from pathlib import Path

from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_sources import PersonaSources

MINIMAL = "name: Rook\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"


def load_personas(
    folder: Path,
    today: Callable[[], datetime.date] = datetime.date.today,
    in_use: Collection[str] = (),
) -> PersonaLibrary:
    """Those of one folder and no others. Raises InvalidPersona if there is nobody."""
    return PersonaSources(folder, named=True).load(today, in_use)


def persona(folder: Path, name: str, text: str) -> Path:
    file = folder / name / "persona.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    return file


def problems_of(folder: Path) -> list[str]:
    """What loading says, once a good persona has been put beside and was loaded all the same."""
    persona(folder, "good", MINIMAL.replace("Rook", "Good"))
    library = load_personas(folder)
    assert "good" in library.personas
    return list(library.problems)

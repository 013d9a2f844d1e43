"""Two personas that claim one name: an id always wins, a copy is told, and nobody else is harmed."""

from pathlib import Path

import pytest

from gateway.personas.active_personas import succeeded
from gateway.personas.persona_files import PersonaLibrary
from robotvoice.persona import Persona, VoiceSpec
from tests.gateway.personas.loading import load_personas

VOICE = "language: en\nvoice: {engine: espeak, voice: en}\n"


def write(folder: Path, id: str, name: str, more: str = "") -> Path:
    file = folder / id / "persona.yaml"
    file.parent.mkdir()
    file.write_text(f"name: {name}\n{VOICE}{more}")
    return file


@pytest.mark.parametrize("copy", ["a-copy", "spark-2"])
def test_a_copy_is_left_out_and_told_and_the_original_speaks_on(copy: str, tmp_path: Path) -> None:
    """Wherever the copy stands in the alphabet; and its aliases take nothing from anybody."""
    file = write(tmp_path, copy, "Spark", "aliases: [data, lore]\n")
    write(tmp_path, "spark", "Spark", "aliases: [data]\n")
    write(tmp_path, "zoe", "Zoe", "aliases: [lore]\n")
    library = load_personas(tmp_path)
    assert list(library.personas) == ["spark", "zoe"]
    assert {name: library.find(name).id for name in ("Spark", "data", "lore")} == {
        "Spark": "spark",
        "data": "spark",
        "lore": "zoe",
    }
    advice = f"give {copy} a name of its own"
    assert library.problems == (f"{file}:1: name: 'Spark' already belongs to spark; {advice}",)
    assert library.warnings == ()


def test_the_id_may_be_written_like_the_name(tmp_path: Path) -> None:
    write(tmp_path, "another", "Mr. Robot")
    write(tmp_path, "mr_robot", "Mr. Robot")
    assert list(load_personas(tmp_path).personas) == ["mr_robot"]


def test_an_id_wins_over_a_name_and_a_name_over_an_alias(tmp_path: Path) -> None:
    """Who only loses an alias is used without it."""
    anna = write(tmp_path, "anna", "Anna", "aliases:\n  - Bishop\n  - zoe\n  - caesar\n  - dora\n")
    write(tmp_path, "bishop", "Rook")
    carl = write(tmp_path, "carl", "BISHOP")
    write(tmp_path, "dora", "Caesar", "aliases: [zoe]\n")
    library = load_personas(tmp_path)
    assert {id: persona.aliases for id, persona in library.personas.items()} == {
        "anna": ("zoe",),
        "bishop": (),
        "dora": (),
    }
    assert library.find("bishop").id == "bishop"
    assert library.find("Caesar").id == library.find("dora").id == "dora"
    assert library.problems == (
        f"{carl}:1: name: 'BISHOP' already belongs to bishop; give carl a name of its own",
    )
    assert [line.removeprefix(f"{anna}:") for line in library.warnings[:3]] == [
        "5: aliases[0]: 'Bishop' already belongs to bishop, who is found by it; take it out here",
        "7: aliases[2]: 'caesar' already belongs to dora, who is found by it; take it out here",
        "8: aliases[3]: 'dora' already belongs to dora, who is found by it; take it out here",
    ]
    (last,) = library.warnings[3:]
    assert "aliases[0]: 'zoe' already belongs to anna" in last


def test_a_persona_may_repeat_its_own_names(tmp_path: Path) -> None:
    write(tmp_path, "rook", "Rook", "aliases: [rook, Rook]\n")
    library = load_personas(tmp_path)
    assert (library.problems, library.warnings) == ((), ())


def test_who_is_in_use_keeps_the_name_when_a_copy_appears(tmp_path: Path) -> None:
    """Neither id is like the name, and the copy comes first in the alphabet."""
    write(tmp_path, "robo", "Nova")
    used = load_personas(tmp_path)
    write(tmp_path, "copy", "Nova")
    found = load_personas(tmp_path, in_use=used.personas)
    assert list(succeeded(used, found, tmp_path, "robo").personas) == ["robo"]
    assert len(found.problems) == 1


def test_of_two_that_were_in_use_one_answers_to_the_name() -> None:
    """As when the second is used as it was; an id stands before a name, and that before an alias."""

    def persona(id: str, name: str, *aliases: str) -> Persona:
        return Persona(id, name, "en", VoiceSpec("espeak", "en"), aliases=aliases)

    everyone = (persona("ann", "Bob", "cleo"), persona("bob", "Cleo", "dan"), persona("eve", "Cleo", "ann"))
    library = PersonaLibrary({each.id: each for each in everyone})
    found = {name: library.find(name).id for name in ("ann", "bob", "cleo", "dan", "eve")}
    assert found == {"ann": "ann", "bob": "bob", "cleo": "bob", "dan": "bob", "eve": "eve"}

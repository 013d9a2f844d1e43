"""The owner's personas add to those that came with robotvoice, and a broken folder takes nobody away."""

from pathlib import Path

import pytest

from gateway.app import default_persona
from gateway.ground.folders import bundled_personas
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_sources import PersonaSources
from gateway.settings.settings import Settings
from robotvoice.errors import InvalidPersona, InvalidSettings

SHIPPED = ["gremlin", "spark", "vixen"]


def write(folder: Path, id: str, name: str = "", voice: str = "de", more: str = "") -> Path:
    file = folder / id / "persona.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    text = f"name: {name or id.title()}\nlanguage: en\nvoice: {{engine: espeak, voice: {voice}}}\n{more}"
    file.write_text(text)
    return file


def loaded(own: Path | None, *hide: str, named: bool = False) -> PersonaLibrary:
    return PersonaSources(own, bundled_personas(), frozenset(hide), named).load()


def test_a_new_one_adds_and_one_of_the_same_id_overrides(tmp_path: Path) -> None:
    write(tmp_path, "captain")
    write(tmp_path, "spark")
    library = loaded(tmp_path)
    assert list(library.personas) == ["captain", *SHIPPED]
    assert library.find("spark").voice.voice == "de"
    assert library.shipped == {"gremlin", "vixen"}
    assert library.problems == ()


def test_an_empty_folder_changes_nothing(tmp_path: Path) -> None:
    for own in (tmp_path, tmp_path / "none", None):
        library = loaded(own)
        assert (list(library.personas), library.problems) == (SHIPPED, ())


@pytest.mark.parametrize("broken", ["", "name: [", "voyce: 1\n", "\0"])
@pytest.mark.parametrize("id", ["captain", "spark"])
def test_a_broken_one_changes_nothing_and_is_told(tmp_path: Path, id: str, broken: str) -> None:
    """Also if it would have overridden one that was shipped."""
    write(tmp_path, id).write_text(broken)
    library = loaded(tmp_path)
    assert list(library.personas) == SHIPPED
    assert library.find("spark") == loaded(None).find("spark")
    assert all(line.startswith(f"{tmp_path / id / 'persona.yaml'}:") for line in library.problems)
    assert library.problems


def test_a_folder_for_one_without_a_file_in_it_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "spark").mkdir()
    library = loaded(tmp_path)
    assert list(library.personas) == SHIPPED
    assert library.problems == (
        f"{tmp_path}/spark/persona.yaml:1: file: is missing; write one, or remove the folder",
    )


def test_a_folder_that_cannot_be_read_changes_nothing_and_is_told_if_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for own in (tmp_path / "none", tmp_path / "file"):
        library = loaded(own, named=True)
        assert list(library.personas) == SHIPPED
        (problem,) = library.problems
        assert problem.startswith(f"the personas folder {own} cannot be read (")


def test_those_that_are_hidden_are_left_out_whoever_they_belong_to(tmp_path: Path) -> None:
    write(tmp_path, "captain")
    write(tmp_path, "broken").write_text("name")
    library = loaded(tmp_path, "captain", "vixen", "broken")
    assert (list(library.personas), library.problems) == (["gremlin", "spark"], ())
    assert list(loaded(tmp_path, "*", "broken").personas) == ["captain"]


def test_who_hides_everybody_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidPersona, match=r"no persona in .* can be used, and \* is left out by hide"):
        loaded(tmp_path, "*")


def test_an_id_that_is_hidden_and_nobodys_is_told_with_a_near_one(tmp_path: Path) -> None:
    write(tmp_path, "captain")
    sources = PersonaSources(tmp_path, bundled_personas(), frozenset({"vixn", "captain", "*", "x"}))
    assert sources.unknown_hidden() == [
        "hide: there is no persona 'vixn' that could be left out; did you mean vixen?",
        "hide: there is no persona 'x' that could be left out",
    ]


def test_a_name_that_both_want_is_the_owners_unless_it_is_an_id(tmp_path: Path) -> None:
    """SPARK is also called data."""
    write(tmp_path, "android", "Data")
    write(tmp_path, "foxy", "Vixen")
    write(tmp_path, "gnome", more="aliases: [spark, gremmy]\n")
    library = loaded(tmp_path)
    assert library.find("data").id == "android"
    assert library.find("spark").aliases == ()
    assert library.find("gremmy").id == "gnome"
    assert library.problems == (
        f"{tmp_path}/foxy/persona.yaml:1: name: 'Vixen' already belongs to vixen; give foxy a name of its own"
        ', or leave out the one that came with robotvoice: hide = ["vixen"]',
    )
    assert len(library.warnings) == 1 and "'spark' already belongs to spark" in library.warnings[0]
    assert loaded(tmp_path, "vixen").find("Vixen").id == "foxy"


@pytest.mark.parametrize("broken", [True, False])
def test_a_default_persona_that_is_broken_or_out_of_reach_does_not_keep_a_gateway_from_starting(
    tmp_path: Path, broken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "own"
    if broken:
        write(own, "captain").write_text("name: [")
    settings = Settings(default_persona="captain", personas=own)
    assert default_persona(settings, settings.persona_sources.load()) == "spark"
    assert "default_persona captain cannot be used now, so spark speaks" in caplog.text


def test_a_default_persona_that_nobody_is_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "captain")
    for hide, default in (((), "captian"), (("captain",), "captain")):
        settings = Settings(default_persona=default, personas=tmp_path, hide=hide)
        with pytest.raises(InvalidSettings, match="default_persona: no voice"):
            default_persona(settings, settings.persona_sources.load())


@pytest.mark.parametrize(
    ("told", "hide"),
    [
        (["a", "b"], ("a", "b")),
        ([], ()),
        ("a,b", ("a", "b")),
        ("a b", ("a", "b")),
        ("a", ("a",)),
        ("*", ("*",)),
    ],
)
def test_ids_to_hide_are_a_list_or_words(told: object, hide: tuple[str, ...]) -> None:
    assert Settings(hide=told).hide == hide  # type: ignore[arg-type]  # as files and variables give it

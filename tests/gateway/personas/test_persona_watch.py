"""Persona files that change while the gateway runs, as editors and people change them."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.personas.active_personas import ActivePersonas
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_sources import PersonaSources
from gateway.personas.persona_watch import PersonaWatch
from gateway.requests.app_keys import PERSONAS
from robotvoice.errors import UnknownVoice
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.in_process import running, soon
from tests.gateway.personas.loading import load_personas


def yaml(name: str, voice: str = "en", more: str = "") -> str:
    return f"name: {name}\nlanguage: en\nvoice: {{engine: espeak, voice: {voice}}}\n{more}"


CLONED = """name: Rook
language: en
voice: {engine: mlx, model: a/model, reference: clip.wav, x_vector_only: true}
fallbacks: [{engine: espeak, voice: en}]
"""
CONSENT = "consent: {subject: Ada, granted_by: Ada, scope: home}\n"


def write(folder: Path, id: str, text: str) -> Path:
    """In place, as the simplest of editors does."""
    file = folder / id / "persona.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def replace(folder: Path, id: str, text: str) -> None:
    """As careful editors do: a draft beside it, a backup, and a rename."""
    file = folder / id / "persona.yaml"
    draft = file.with_name(".persona.yaml.swp")
    draft.write_text(text)
    shutil.copy(file, file.with_name("persona.yaml~"))
    file.unlink()
    draft.rename(file)


class Watched:
    """A folder of personas and a shelf that is kept like it."""

    def __init__(self, folder: Path, sources: PersonaSources | None = None) -> None:
        self.folder = folder
        self.told: list[PersonaLibrary] = []
        sources = sources or PersonaSources(folder)
        self.shelf = ActivePersonas(sources.load())
        self.watch = PersonaWatch(self.shelf, sources, default="ann", changed=self._hear)

    async def _hear(self, library: PersonaLibrary) -> None:
        self.told.append(library)

    def voice(self, name: str) -> str | None:
        """What this persona speaks with; None if there is no such one."""
        try:
            return self.shelf.library.find(name).voice.voice
        except UnknownVoice:
            return None

    async def until(self, name: str, voice: str | None) -> None:
        await soon(lambda: self.voice(name) == voice)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    folder = tmp_path / "personas"
    folder.mkdir()
    write(folder, "ann", yaml("Ann"))
    write(folder, "bob", yaml("Bob"))
    watched = Watched(folder)
    running = asyncio.create_task(watched.watch.run())
    await asyncio.sleep(0.3)
    yield watched
    running.cancel()
    await asyncio.wait({running})


async def test_an_edit_is_taken_into_use_and_told(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    before = watched.shelf.library.find("bob")
    write(watched.folder, "bob", yaml("Bob", "de"))
    await watched.until("bob", "de")
    assert before.voice.voice == "en"
    assert watched.shelf.library.find("bob").revision != before.revision
    assert watched.told[-1].personas["bob"].voice.voice == "de"
    assert "persona bob has changed" in caplog.messages


async def test_a_broken_one_is_used_as_it_was_until_it_is_mended(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    write(watched.folder, "bob", yaml("Bob", more="voise: x\n"))
    await soon(lambda: len(watched.shelf.library.problems) == 2)
    assert watched.voice("bob") == "en"
    cause, kept = watched.shelf.library.problems
    assert "persona.yaml:4: voise: there is no such key" in cause
    assert "the last good one speaks" in kept
    assert {cause, kept} <= set(caplog.messages)
    assert not watched.told
    write(watched.folder, "bob", yaml("Bob", "fr"))
    await watched.until("bob", "fr")
    assert not watched.shelf.library.problems


async def test_a_new_one_appears_and_a_removed_one_goes(watched: Watched) -> None:
    write(watched.folder, "cid", yaml("Cid", "it"))
    await watched.until("cid", "it")
    shutil.rmtree(watched.folder / "bob")
    await watched.until("bob", None)
    assert list(watched.shelf.library.personas) == ["ann", "cid"]


async def test_one_that_is_renamed_goes_by_its_new_name(watched: Watched) -> None:
    (watched.folder / "bob").rename(watched.folder / "rob")
    write(watched.folder, "rob", yaml("Rob"))
    await watched.until("rob", "en")
    await watched.until("bob", None)


async def test_an_editor_that_replaces_the_file_changes_it(watched: Watched) -> None:
    for voice in ("de", "fr", "it"):
        replace(watched.folder, "bob", yaml("Bob", voice))
        await watched.until("bob", voice)
    assert all("bob" in library.personas for library in watched.told)


async def test_the_default_persona_stays_whatever_happens(watched: Watched) -> None:
    shutil.rmtree(watched.folder / "ann")
    await soon(lambda: bool(watched.shelf.library.problems))
    assert watched.voice("ann") == "en"
    assert "it is the default persona" in watched.shelf.library.problems[0]


async def test_a_storm_of_touches_changes_nothing(watched: Watched) -> None:
    file = watched.folder / "bob" / "persona.yaml"
    for number in range(2000):
        os.utime(file, (number, number))
        if number % 100 == 0:
            await asyncio.sleep(0.01)
    library = watched.shelf.library
    write(watched.folder, "ann", yaml("Ann", "de"))
    await watched.until("ann", "de")
    assert len(watched.told) == 1
    assert watched.shelf.library.personas["bob"] == library.personas["bob"]


async def test_a_folder_that_is_moved_away_keeps_everybody_and_may_come_back(watched: Watched) -> None:
    away = watched.folder.with_name("away")
    watched.folder.rename(away)
    await soon(lambda: bool(watched.shelf.library.problems))
    assert set(watched.shelf.library.personas) == {"ann", "bob"}
    write(away, "bob", yaml("Bob", "de"))
    away.rename(watched.folder)
    await watched.until("bob", "de")
    assert not watched.shelf.library.problems


async def test_nobody_is_cloned_on_once_something_is_wrong_with_the_consent(watched: Watched) -> None:
    rook = watched.folder / "rook"
    rook.mkdir()
    (rook / "clip.wav").write_bytes(encoded(spoken(12)))
    write(watched.folder, "rook", CLONED + CONSENT)
    await soon(lambda: "rook" in watched.shelf.library.personas)
    before = watched.shelf.library.find("rook")
    assert before.voice.engine == "mlx"
    write(watched.folder, "rook", CLONED)
    await soon(lambda: watched.shelf.library.find("rook").voice.engine == "espeak")
    assert watched.shelf.library.find("rook").revision != before.revision
    write(watched.folder, "rook", CLONED + CONSENT)
    await soon(lambda: watched.shelf.library.find("rook") == before)


async def test_a_gateway_speaks_with_what_is_in_the_folder_now(tmp_path: Path) -> None:
    write(tmp_path, "ann", yaml("Ann"))
    async with running(load_personas(tmp_path), watched=tmp_path) as gateway:
        assert (await gateway.say("Hello.", "bob")).status == 404
        write(tmp_path, "bob", yaml("Bob"))

        await soon(lambda: "bob" in gateway.app[PERSONAS].library.personas)
        assert (await gateway.say("Hello.", "bob")).frames > 0
        write(tmp_path, "bob", "broken")
        await soon(lambda: bool(gateway.app[PERSONAS].library.problems))
        assert (await gateway.ask("/health")).json["problems"]
        assert (await gateway.say("Hello.", "bob")).frames > 0


async def test_the_owners_folder_adds_whenever_it_comes_and_an_override_that_goes_is_undone(
    tmp_path: Path,
) -> None:
    """Nobody else is ever gone for it, and an override that breaks stays as it was."""
    package, own = tmp_path / "package", tmp_path / "own"
    package.mkdir()
    write(package, "ann", yaml("Ann"))
    write(package, "bob", yaml("Bob"))
    sources = PersonaSources(own, package)
    watched = Watched(tmp_path, sources)
    running = asyncio.create_task(watched.watch.run())
    try:
        draft = tmp_path / "draft"
        draft.mkdir()
        write(draft, "bob", yaml("Bob", "de"))
        write(draft, "cid", yaml("Cid"))
        (draft / "empty").mkdir()
        draft.rename(own)
        await watched.until("bob", "de")
        assert set(watched.shelf.library.personas) == {"ann", "bob", "cid"}
        write(own, "bob", "broken")
        await soon(lambda: len(watched.shelf.library.problems) == 3)
        assert watched.voice("bob") == "de" and watched.shelf.library.shipped == {"ann"}
        shutil.rmtree(own / "bob")
        await watched.until("bob", "en")
        assert watched.shelf.library.shipped == {"ann", "bob"}
        shutil.rmtree(own)
        await soon(lambda: bool(watched.shelf.library.problems))
        assert set(watched.shelf.library.personas) == {"ann", "bob", "cid"}
        own.mkdir()
        await watched.until("cid", None)
        assert all({"ann", "bob"} <= set(library.personas) for library in watched.told)
    finally:
        running.cancel()
        await asyncio.wait({running})

"""What the phrasebook holds is bounded, and what nobody can use is taken away."""

import os
from pathlib import Path

import pytest

from tests.edge_client.phrase_rig import BACK, HELLO, MOMENT, NEW, OLD, VIXEN, Book, Pack, as_manifest, pcm
from tests.edge_client.test_phrase_disk import put

SECOND = 48_044
"""Bytes of a recording of one second"""


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def keep(book: Book, text: str, seconds: float = 1.0, revision: str | None = None) -> bool:
    book.kept.open()
    revision = revision or book.revision
    name = book.kept.name(VIXEN, revision, text)
    assert name
    sound = pcm(text, revision, seconds)
    return book.kept.write((VIXEN, revision, name), sound, "mlx", VIXEN, book.revisions())


def used(book: Book) -> int:
    return sum(path.stat().st_size for path in book.store.folder.rglob("*") if path.is_file())


def test_what_is_held_is_bounded_and_the_one_unused_for_longest_goes_first(book: Book) -> None:
    book.store.limit = 5 * SECOND + 2_000
    put(book, Pack([HELLO], seconds=2.0))
    assert all(keep(book, text) for text in ("One.", "Two.", "Three."))
    (folder,) = book.store.folder.glob("*/kept-*")
    for age, text in enumerate(("Two.", "One.", "Three.")):
        name = book.kept.name(VIXEN, OLD, text)
        assert name
        os.utime(folder / name, (1e9 + age, 1e9 + age))
    assert book.kept.read(VIXEN, OLD, "Two."), "it is used again"
    assert keep(book, "Four.")
    found = [text for text in ("One.", "Two.", "Three.", "Four.") if book.kept.read(VIXEN, OLD, text)]
    assert found == ["Two.", "Three.", "Four."]
    assert used(book) <= book.store.limit
    assert book.texts() == [HELLO], "phrases make no room for what is heard"


def test_phrases_need_their_room_and_say_so(book: Book) -> None:
    book.store.limit = 3 * SECOND
    assert keep(book, "One.")
    put(book, Pack([HELLO, MOMENT], seconds=1.0))
    assert book.kept.read(VIXEN, OLD, "One.") is None
    with pytest.raises(Exception, match=r"no room for the 0\.2 MB of vixen's phrases"):
        put(book, Pack([HELLO, MOMENT, BACK, "More."], seconds=1.0))
    assert book.texts() == [HELLO, MOMENT]
    assert not keep(book, "One.", 2.0)
    assert used(book) <= book.store.limit


def test_a_pack_of_an_old_revision_makes_room_for_the_new_one(book: Book) -> None:
    book.store.limit = 3 * SECOND
    put(book, Pack([HELLO, MOMENT], seconds=1.0))
    book.revision = NEW
    put(book, Pack([HELLO, MOMENT], NEW, seconds=1.0))
    assert book.texts() == [HELLO, MOMENT]
    assert used(book) <= book.store.limit


def test_what_nobody_can_use_is_taken_away(book: Book) -> None:
    put(book, Pack())
    assert keep(book, "One.")
    (book.store.folder / "gone").mkdir()
    (book.store.folder / "gone" / "book.json").write_text("{}")
    (book.store.folder / VIXEN / ".new-1234").write_text("half")
    book.store.tidy({VIXEN: NEW})
    assert book.kept.read(VIXEN, OLD, "One.") is None
    wanted = {f"{each.sha256}.wav" for each in as_manifest(Pack()).sentences}
    wanted |= {"lock", VIXEN, "book.json", Pack().id}
    assert {path.name for path in book.store.folder.rglob("*")} == wanted
    book.store.tidy({})
    assert [path.name for path in book.store.folder.iterdir()] == ["lock"]

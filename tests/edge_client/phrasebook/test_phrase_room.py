"""What the phrasebook holds is bounded, and what nobody can use is taken away."""

import os
from dataclasses import replace

import pytest

from edge_client.phrasebook.pack_intake import Intake
from edge_client.phrasebook.phrase_manifest import PhrasesFailed
from edge_client.phrasebook.phrase_store import BLOCK
from robotvoice.kept_sound.kept_sound import GONE, STAYS
from tests.edge_client.phrasebook.phrase_rig import (
    BACK,
    HELLO,
    MOMENT,
    NEW,
    OLD,
    VIXEN,
    Book,
    Pack,
    as_manifest,
    pcm,
    put,
)

SECOND = 12 * BLOCK
"""Bytes that a recording of one second takes on a disk"""


def keep(book: Book, text: str, seconds: float = 1.0, revision: str | None = None) -> bool:
    book.store.open_to_keep()
    revision = revision or book.revision
    name = book.store.kept_name(VIXEN, revision, text)
    assert name
    sound = pcm(text, revision, seconds)
    return book.store.keep((VIXEN, revision, name), sound, "mlx", VIXEN, book.revisions())


def used(book: Book) -> int:
    return book.store.bytes_of(book.store.folder)


def test_what_is_held_is_bounded_and_the_one_unused_for_longest_goes_first(book: Book) -> None:
    book.store.limit = 5 * SECOND + 2 * BLOCK
    put(book, Pack([HELLO], seconds=2.0))
    assert all(keep(book, text) for text in ("One.", "Two.", "Three."))
    (folder,) = book.store.folder.glob("*/kept-*")
    for age, text in enumerate(("Two.", "One.", "Three.")):
        name = book.store.kept_name(VIXEN, OLD, text)
        assert name
        os.utime(folder / name, (1e9 + age, 1e9 + age))
    assert book.store.read_kept(VIXEN, OLD, "Two."), "it is used again"
    assert keep(book, "Four.")
    found = [text for text in ("One.", "Two.", "Three.", "Four.") if book.store.read_kept(VIXEN, OLD, text)]
    assert found == ["Two.", "Three.", "Four."]
    assert used(book) <= book.store.limit
    assert book.texts() == [HELLO], "phrases make no room for what is heard"


def test_phrases_need_their_room_and_say_so(book: Book) -> None:
    book.store.limit = 3 * SECOND
    assert keep(book, "One.")
    put(book, Pack([HELLO, MOMENT], seconds=1.0))
    assert book.store.read_kept(VIXEN, OLD, "One.") is None
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
    (book.store.folder / VIXEN / ".new-1234").write_text("half")
    book.store.tidy({VIXEN: NEW}, ["gone"])
    assert book.store.read_kept(VIXEN, OLD, "One.") is None
    wanted = {f"{each.sha256}.wav" for each in as_manifest(Pack()).sentences}
    wanted |= {".lock", "gone", GONE, VIXEN, "book.json"}
    assert {path.name for path in book.store.folder.rglob("*")} == wanted
    assert book.texts() == [HELLO, MOMENT]


def test_a_persona_that_is_gone_goes_at_once(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    """Removed at the gateway, or its voice may not be used any more."""
    put(book, Pack())
    assert keep(book, "One.")
    book.store.tidy({"other": OLD})
    assert [path.name for path in book.store.folder.rglob("*")] == [".lock"]
    assert caplog.messages == ["the voice of vixen may not be used any more; recordings erased: 3"]
    assert not book.store._read, "memory is not for those that are gone"


def test_a_persona_with_a_slip_in_its_file_is_held_for_a_day(book: Book) -> None:
    put(book, Pack())
    assert keep(book, "One.")
    mark = book.store.folder / VIXEN / GONE
    for seconds in (0.0, STAYS - 600, -STAYS):
        book.store.tidy({}, [VIXEN])
        long_ago = mark.stat().st_mtime - seconds
        os.utime(mark, (long_ago, long_ago))
        book.store.tidy({}, [VIXEN])
        assert book.texts() == [HELLO, MOMENT]
        assert book.store.read_kept(VIXEN, OLD, "One.")
        book.store.tidy(book.revisions())
        assert not mark.exists()
    assert book.store._read.keys() == {VIXEN}
    book.store.tidy({}, [VIXEN])
    os.utime(mark, (1e9, 1e9))
    book.store.tidy({}, [VIXEN])
    assert [path.name for path in book.store.folder.iterdir()] == [".lock"]
    assert not book.store._read, "memory is not for those that are gone"


def test_a_persona_that_is_missing_makes_room_first(book: Book) -> None:
    put(book, Pack())
    assert keep(book, "One.")
    book.store.limit = used(book)
    other = replace(as_manifest(Pack([BACK])), persona="other")
    Intake(book.store, other).prepare({"other": OLD})
    assert {path.name for path in book.store.folder.iterdir()} == {".lock", "other"}


def test_many_small_files_count_as_what_they_take_on_the_disk(book: Book) -> None:
    book.store.limit = 10 * BLOCK
    assert all(keep(book, f"{number}.", 1 / 24_000) for number in range(20))
    assert len(list(book.store.folder.glob("*/kept-*/*"))) == 10
    texts = [f"{number}." for number in range(10)]
    with pytest.raises(PhrasesFailed, match="no room"):
        put(book, Pack(texts, seconds=1 / 24_000))
    assert not list(book.store.folder.rglob("*.part"))
    made_up = replace(as_manifest(Pack(texts, seconds=1 / 24_000)), persona="other")
    with pytest.raises(PhrasesFailed, match="no room"):
        Intake(book.store, made_up).prepare({**book.revisions(), "other": OLD})
    assert not (book.store.folder / "other").exists()


@pytest.mark.parametrize("persona", ["lock", "kept-x", "book"])
def test_a_persona_may_have_any_name(book: Book, persona: str) -> None:
    book.store.open()
    revisions = {**book.revisions(), persona: OLD}
    pack = Pack()
    intake = Intake(book.store, replace(as_manifest(pack), persona=persona))
    for recording in intake.prepare(revisions):
        intake.append(recording, pack.files[recording.text])
        intake.finish(recording)
    intake.switch()
    assert keep(book, "One.")
    book.store.limit = used(book)
    assert book.store.room_for(BLOCK, revisions)
    assert book.store.book(persona)
    assert not book.store.read_kept(VIXEN, OLD, "One.")


def test_an_old_pack_goes_with_its_book(book: Book) -> None:
    put(book, Pack())
    book.store.limit = used(book)
    assert book.store.room_for(BLOCK, {VIXEN: NEW})
    assert used(book) == 0

"""The phrasebook's disk: bounded, shared with other processes, and whole after whatever happens to it."""

import asyncio
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from edge_client.phrasebook.pack_intake import Intake
from edge_client.phrasebook.phrase_store import BOOK, PhraseStore
from robotvoice.ground.state_files import UNFINISHED, read_whole
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import (
    BACK,
    HELLO,
    MOMENT,
    VIXEN,
    Book,
    Pack,
    PhraseGateway,
    as_manifest,
    digest,
    pcm,
    put,
    running_pull,
)

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_crash_before_the_switch_leaves_the_old_book_and_the_next_pull_ends_it(
    gateway: PhraseGateway, book: Book
) -> None:
    """All recordings of the new pack are on the disk, and the process is gone before it says so."""
    put(book, Pack())
    book.store.close()
    gateway.packs[VIXEN] = Pack([HELLO, BACK])
    program = f"""
import os
from pathlib import Path
from tests.edge_client.phrasebook.phrase_rig import Book, Pack, HELLO, BACK, put
Path.replace = lambda self, to: os._exit(9) if to.name == {BOOK!r} else os.replace(self, to)
put(Book(Path({str(book.folder)!r})), Pack([HELLO, BACK]))
"""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", program]
    crashed = await asyncio.to_thread(
        subprocess.run, command, cwd=root, timeout=30, check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert crashed.returncode == 9
    assert book.texts() == [HELLO, MOMENT]
    assert await book.plays(BACK) is None
    async with running_pull(book.pull(gateway)):
        await until(lambda: book.texts() == [HELLO, BACK])
    assert gateway.recordings_asked == [], "the recordings were there"
    assert not list(book.folder.rglob(UNFINISHED + "*"))


async def test_a_full_disk_is_told_leaves_nothing_half_done_and_the_old_book_plays(
    gateway: PhraseGateway, book: Book
) -> None:
    put(book, Pack())
    gateway.packs[VIXEN] = Pack([HELLO, BACK], seconds=2.0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with running_pull(book.pull(gateway)) as pull:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
        try:
            pull.look()
            await until(lambda: "cannot be written" in (pull.as_json()["problem"] or ""))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert await book.plays(HELLO) in (pcm(HELLO), pcm(HELLO, seconds=2.0))
        await until(lambda: book.texts() == [HELLO, BACK])
        await until(lambda: pull.as_json()["problem"] is None)
    assert not list(book.folder.rglob("*.part"))


async def test_only_one_process_pulls_and_the_other_one_reads(gateway: PhraseGateway, book: Book) -> None:
    other = Book(book.folder)
    async with running_pull(book.pull(gateway)) as first:
        await until(book.texts)
        async with running_pull(other.pull(gateway)) as second:
            await until(lambda: "another process" in (second.as_json()["problem"] or ""))
            assert await other.plays(HELLO) == pcm(HELLO)
            gateway.packs[VIXEN] = Pack([MOMENT])
            first.told({VIXEN: gateway.packs[VIXEN].id})
            await until(lambda: other.texts() == [MOMENT])
            assert await other.plays(MOMENT) == pcm(MOMENT)
            assert await other.plays(HELLO) is None
            assert not can_write(other)


def can_write(book: Book) -> bool:
    """Whether it can be written to."""
    try:
        book.store.open()
    except BlockingIOError:
        return False
    return True


async def test_the_other_process_takes_over_when_the_first_ends(gateway: PhraseGateway, book: Book) -> None:
    other = Book(book.folder)
    async with running_pull(other.pull(gateway)) as second:
        async with running_pull(book.pull(gateway)):
            await until(book.texts)
        gateway.packs[VIXEN] = Pack([BACK])
        second.told(None)
        await until(lambda: other.texts() == [BACK])


async def test_without_room_nothing_is_held(gateway: PhraseGateway, book: Book) -> None:
    put(book, Pack())
    book.store.close()
    off = Book(book.folder, 0)
    assert await off.plays(HELLO) is None
    async with running_pull(off.pull(gateway)) as pull:
        await until(lambda: not (book.store.folder / VIXEN).exists())
        assert pull.as_json()["problem"] is None
    assert gateway.asked == []


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"persona": "ada"}'])
async def test_a_book_that_cannot_be_read_is_no_book_and_is_pulled_again(
    gateway: PhraseGateway, book: Book, spoilt: bytes
) -> None:
    put(book, Pack())
    (book.store.folder / VIXEN / BOOK).write_bytes(spoilt)
    assert await book.plays(HELLO) is None
    async with running_pull(book.pull(gateway)):
        await until(lambda: book.texts() == [HELLO, MOMENT])
    assert gateway.recordings_asked == [], "the recordings are still good"


async def test_a_read_only_state_folder_is_told(gateway: PhraseGateway, tmp_path: Path) -> None:
    (tmp_path / "phrases").write_text("a file where the folder should be")
    book = Book(tmp_path)
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: "cannot be written" in (pull.as_json()["problem"] or ""))
    assert await book.plays(HELLO) is None


def test_a_link_is_not_followed(book: Book, tmp_path: Path) -> None:
    put(book, Pack([HELLO], seconds=1.0), switch=False)
    manifest = as_manifest(Pack([MOMENT]))
    victim = tmp_path / "victim"
    victim.write_text("precious")
    intake = Intake(book.store, manifest)
    (missing,) = intake.prepare(book.revisions())
    book.store.path(manifest, missing).with_suffix(".part").symlink_to(victim)
    with pytest.raises(OSError, match="symbolic link"):
        intake.append(missing, b"RIFF")
    assert read_whole(victim, 100) == b"precious"


def test_an_empty_store_has_nothing(tmp_path: Path) -> None:
    store = PhraseStore(tmp_path / "nowhere", 1, tmp_path / "key")
    assert (store.book(VIXEN), store.shelves()) == (None, [])
    assert not (tmp_path / "nowhere").exists()


def as_it_was(book: Book, pack: Pack) -> None:
    """Packs had folders of their own once."""
    put(book, pack)
    book.store.close()
    persona = book.store.folder / VIXEN
    (persona / pack.id).mkdir()
    for path in persona.glob("*.wav"):
        path.rename(persona / pack.id / path.name)


async def test_phrases_of_an_older_robotvoice_are_played_and_come_to_their_place(
    gateway: PhraseGateway, book: Book
) -> None:
    as_it_was(book, Pack())
    begun = book.store.folder / VIXEN / ("f" * 64)
    begun.mkdir()
    back = Pack([BACK]).files[BACK]
    (begun / f"{digest(back)}.part").write_bytes(back[:4000])
    assert await book.plays(HELLO) == pcm(HELLO), "whoever only reads finds them where they are"
    gateway.packs[VIXEN] = Pack([HELLO, MOMENT, BACK])
    async with running_pull(book.pull(gateway)):
        await until(lambda: book.texts() == [HELLO, MOMENT, BACK])
    assert gateway.recordings_asked == [(digest(back), "bytes=4000-")]
    assert [path for path in (book.store.folder / VIXEN).iterdir() if path.is_dir()] == []


async def test_without_a_gateway_they_stay(book: Book) -> None:
    as_it_was(book, Pack())
    async with running_pull(book.pull(None)):
        await until(lambda: book.texts() == [HELLO, MOMENT])
        await until(lambda: not (book.store.folder / VIXEN / Pack().id).exists())
        assert await book.plays(MOMENT) == pcm(MOMENT)

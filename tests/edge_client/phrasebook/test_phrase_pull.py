"""Phrases come to the robot whole or not at all, whatever happens on the way."""

import asyncio
import stat

import pytest

from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import (
    BACK,
    HELLO,
    MOMENT,
    NEW,
    VIXEN,
    Book,
    Pack,
    PhraseGateway,
    digest,
    pcm,
    running_pull,
)

pytestmark = pytest.mark.usefixtures("impatient")


async def test_what_the_gateway_has_is_pulled_and_played(gateway: PhraseGateway, book: Book) -> None:
    assert await book.plays(HELLO) is None
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: book.texts() == [HELLO, MOMENT])
        await until(lambda: pull.as_json()["personas"])
        told = pull.as_json()
        assert (told["problem"], told["pulling"]) == (None, None)
        assert told["last_pull"] > 0
        (shelf,) = told["personas"]
        assert (shelf["persona"], shelf["phrases"], shelf["complete"], shelf["kept"]) == (VIXEN, 2, True, 0)
        assert told["bytes"] == shelf["bytes"] > 2 * 9600
    assert await book.plays(HELLO) == pcm(HELLO)
    assert await book.plays("Hello.") is None


async def test_files_are_for_their_owner_only(gateway: PhraseGateway, book: Book) -> None:
    async with running_pull(book.pull(gateway)):
        await until(book.texts)
    files = [path for path in book.folder.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize("ranges", [True, False])
async def test_a_pull_that_was_cut_goes_on_where_it_was(
    gateway: PhraseGateway, book: Book, ranges: bool
) -> None:
    """And begins again with a gateway that sends only the whole."""
    gateway.cuts.extend([4000, 3000])
    gateway.ranges = ranges
    gateway.packs[VIXEN] = Pack([HELLO])
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        await until(lambda: pull.as_json()["problem"] is None)
    (name, first), (_, second), (_, third) = gateway.recordings_asked
    assert name == digest(gateway.packs[VIXEN].files[HELLO])
    assert first is None
    assert (second, third) == ("bytes=4000-", "bytes=7000-" if ranges else "bytes=3000-")


async def test_a_pull_goes_on_after_the_daemon_was_restarted(gateway: PhraseGateway, book: Book) -> None:
    gateway.packs[VIXEN] = Pack([HELLO])
    gateway.cuts.extend([4000] + [0] * 1000)
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: pull.as_json()["problem"])
    gateway.cuts.clear()
    gateway.asked.clear()
    async with running_pull(Book(book.folder).pull(gateway)):
        await until(book.texts)
    assert [how for _, how in gateway.recordings_asked] == ["bytes=4000-"]


@pytest.mark.parametrize(
    "lie",
    [pcm(HELLO, NEW), b"RIFF" + bytes(9640), b""],
    ids=["another recording's sound", "no sound", "nothing"],
)
async def test_a_recording_that_is_not_what_was_told_is_refused_and_the_old_book_stays(
    gateway: PhraseGateway, book: Book, lie: bytes
) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        gateway.packs[VIXEN] = Pack([HELLO, BACK], lies={BACK: lie})
        pull.told({VIXEN: gateway.packs[VIXEN].id})
        await until(lambda: pull.as_json()["problem"])
        assert "vixen: " in pull.as_json()["problem"]
        assert book.texts() == [HELLO, MOMENT]
        gateway.packs[VIXEN] = Pack([HELLO, BACK])
        await until(lambda: book.texts() == [HELLO, BACK])
        await until(lambda: pull.as_json()["problem"] is None)


async def test_what_is_no_wav_file_is_refused_though_its_hash_is_right(
    gateway: PhraseGateway, book: Book
) -> None:
    content = bytes(9644)
    told = {"sentences": [{"text": HELLO, "sha256": digest(content), "bytes": len(content)}]}

    class Liar(Pack):
        @property
        def files(self) -> dict[str, bytes]:
            return {HELLO: content}

    gateway.packs[VIXEN] = Liar([HELLO], told=told)
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: pull.as_json()["problem"])
        assert "no WAV file" in pull.as_json()["problem"]
    assert book.store.book(VIXEN) is None


async def test_recordings_of_another_revision_than_was_learned_wait(
    gateway: PhraseGateway, book: Book
) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        gateway.packs[VIXEN] = Pack(revision=NEW)
        pull.told({VIXEN: gateway.packs[VIXEN].id})
        await until(lambda: "another revision" in (pull.as_json()["problem"] or ""))
        assert await book.plays(HELLO) == pcm(HELLO)
        book.revision = NEW
        assert await book.plays(HELLO) is None, "what is held is of the revision before"
        pull.look()
        await until(lambda: pull.as_json()["problem"] is None)
        await until(lambda: (held := book.store.book(VIXEN)) is not None and held.revision == NEW)
        assert await book.plays(HELLO) == pcm(HELLO, NEW)
    held = {digest(content) for content in gateway.packs[VIXEN].files.values()}
    assert {path.stem for path in (book.folder / "phrases" / VIXEN).glob("*.wav")} == held


async def test_a_pack_that_grows_is_used_as_it_is_and_only_what_is_new_is_pulled(
    gateway: PhraseGateway, book: Book
) -> None:
    gateway.packs[VIXEN] = Pack([HELLO], complete=False)
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: book.texts() == [HELLO])
        await until(lambda: pull.as_json()["personas"])
        assert pull.as_json()["personas"][0]["complete"] is False
        gateway.packs[VIXEN] = Pack([HELLO, MOMENT])
        pull.told({VIXEN: gateway.packs[VIXEN].id})
        await until(lambda: book.texts() == [HELLO, MOMENT])
    files = gateway.packs[VIXEN].files
    assert gateway.recordings_asked == [(digest(files[HELLO]), None), (digest(files[MOMENT]), None)]


async def test_a_gateway_that_makes_its_recordings_anew_takes_none_from_the_robot(
    gateway: PhraseGateway, book: Book
) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        gateway.packs[VIXEN] = Pack([], complete=False)
        gateway.asked.clear()
        pull.told({VIXEN: gateway.packs[VIXEN].id})
        await until(lambda: gateway.asked)
        pull.look()
        await until(lambda: pull.as_json()["pulling"] is None)
        assert book.texts() == [HELLO, MOMENT]
        gateway.packs[VIXEN] = Pack([], complete=True)
        pull.told({VIXEN: gateway.packs[VIXEN].id})
        await until(lambda: book.texts() == [])


async def test_what_is_up_to_date_is_not_asked_for_again(gateway: PhraseGateway, book: Book) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        for _ in range(5):
            pull.told({VIXEN: gateway.packs[VIXEN].id})
            await asyncio.sleep(0.05)
    assert len(gateway.asked) == 3


async def test_a_gateway_that_is_back_is_asked_what_it_has_now(gateway: PhraseGateway, book: Book) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        gateway.packs[VIXEN] = Pack([BACK])
        pull.told(None)
        await until(lambda: book.texts() == [BACK])


async def test_a_persona_without_phrases_does_not_trouble_anybody(gateway: PhraseGateway, book: Book) -> None:
    gateway.packs.clear()
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: gateway.asked)
        for _ in range(5):
            pull.look()
            await asyncio.sleep(0.05)
        assert pull.as_json()["problem"] is None
    assert len(gateway.asked) == 1


async def test_a_damaged_recording_is_not_played_and_pulled_again(gateway: PhraseGateway, book: Book) -> None:
    async with running_pull(book.pull(gateway)) as pull:
        await until(book.texts)
        hello = digest(gateway.packs[VIXEN].files[HELLO])
        victim = book.folder / "phrases" / VIXEN / f"{hello}.wav"
        good = victim.read_bytes()
        for spoil in (lambda: victim.write_bytes(good[:-2] + b"!!"), victim.unlink):
            spoil()
            assert await book.plays(HELLO) is None
            assert book.damaged.pop() == VIXEN
            pull.suspect(VIXEN)
            await until(lambda: victim.exists() and victim.read_bytes() == good)
            assert await book.plays(HELLO) == pcm(HELLO)

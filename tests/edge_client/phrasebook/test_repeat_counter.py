"""What the gateway says often is kept for the time without it; nothing on the disk tells what it was."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from edge_client.phrasebook import repeat_counter as phrase_keeping
from edge_client.phrasebook.repeat_counter import RepeatCounter
from robotvoice.errors import EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Sentence
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import NEW, OLD, VIXEN, Book
from tests.fakes.fake_gateway import CHUNK
from tests.fakes.scripted_engine import DIES, ScriptedEngine

HELLO = Sentence(0, "The weather is fine today.")
VOICE = VoiceSpec("gateway", VIXEN)


@pytest.fixture
async def keeping(book: Book) -> AsyncIterator[RepeatCounter]:
    keeping = RepeatCounter(book.store, book.revisions)
    running = asyncio.create_task(keeping.run())
    await until(lambda: keeping.hearing("Anything.", VIXEN))
    yield keeping
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def kept_files(book: Book) -> list[Path]:
    return list(book.store.folder.glob("*/kept-*/*"))


def kept(book: Book) -> bytes | None:
    """Its sound."""
    found = book.store.read_kept(VIXEN, book.revision, HELLO.text)
    if found is None:
        return None
    sound, engine, voice = found
    assert (engine, voice) == ("fake", VIXEN)
    return bytes(sound)


async def written(keeping: RepeatCounter) -> None:
    """All that waits."""
    await until(keeping._waiting.empty)
    await asyncio.sleep(0.05)


async def say(keeping: RepeatCounter, *script: float | BaseException) -> bytes:
    """By an engine of this script."""
    engine = keeping.listening(ScriptedEngine("fake", script))
    async with aclosing(engine.speak(HELLO, VOICE)) as chunks:
        return b"".join([chunk.pcm async for chunk in chunks])


async def test_the_second_time_it_is_heard_it_is_kept(book: Book, keeping: RepeatCounter) -> None:
    said = await say(keeping, 10, 20)
    await written(keeping)
    assert kept(book) is None
    assert await say(keeping, 10, 20) == said
    await until(lambda: kept(book) == said)
    (file,) = kept_files(book)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((book.folder / "phrase-key").stat().st_mode) == 0o600
    assert HELLO.text.encode() not in file.read_bytes()


async def test_what_was_cut_is_not_counted_and_not_kept(book: Book, keeping: RepeatCounter) -> None:
    """By whoever listens, or because the gateway broke off."""
    for _ in range(3):
        with pytest.raises(EngineFailure):
            await say(keeping, 10, DIES)
        async with aclosing(keeping.listening(ScriptedEngine("fake")).speak(HELLO, VOICE)) as chunks:
            assert await anext(chunks)
    assert await say(keeping, 10)
    await written(keeping)
    assert kept(book) is None, "it was heard to its end once"
    assert await say(keeping, 10)
    await until(lambda: kept(book))


def hear(keeping: RepeatCounter, *chunks: AudioChunk, persona: str = VIXEN) -> None:
    """To its end."""
    if hearing := keeping.hearing(HELLO.text, persona):
        for chunk in chunks:
            hearing.add(chunk)
        keeping.heard(hearing)


OWN = AudioChunk(CHUNK, AudioFormat(24_000), Origin("fake", VIXEN))


@pytest.mark.parametrize(
    "other",
    [
        AudioChunk(CHUNK, AudioFormat(22_050), Origin("fake", VIXEN)),
        AudioChunk(CHUNK, AudioFormat(24_000), Origin("fake", "another")),
        AudioChunk(bytes(4_000_000), AudioFormat(24_000), Origin("fake", VIXEN)),
    ],
    ids=["another rate", "two voices", "far too long"],
)
async def test_what_could_not_be_played_again_is_not_kept(
    book: Book, keeping: RepeatCounter, other: AudioChunk
) -> None:
    for _ in range(4):
        hear(keeping, OWN, other)
    await written(keeping)
    assert kept_files(book) == []


async def test_what_was_begun_in_another_revision_is_not_kept(book: Book, keeping: RepeatCounter) -> None:
    """And what was kept of one is not played in another."""
    hear(keeping, OWN)
    hearing = keeping.hearing(HELLO.text, VIXEN)
    assert hearing
    hearing.add(OWN)
    book.revision = NEW
    keeping.heard(hearing)
    await written(keeping)
    assert kept_files(book) == []
    hear(keeping, OWN)
    hear(keeping, OWN)
    await until(lambda: kept(book) == CHUNK)
    book.revision = OLD
    assert kept(book) is None


async def test_a_persona_without_a_cloned_voice_is_not_kept(book: Book, keeping: RepeatCounter) -> None:
    for _ in range(3):
        hear(keeping, OWN, persona="spark")
    await written(keeping)
    assert kept_files(book) == []


@pytest.mark.parametrize("damage", ["changed", "cut", "renamed", "another key"])
async def test_what_was_damaged_is_not_played(book: Book, keeping: RepeatCounter, damage: str) -> None:
    hear(keeping, OWN)
    hear(keeping, OWN)
    await until(lambda: kept(book))
    (file,) = kept_files(book)
    content = file.read_bytes()
    if damage == "changed":
        file.write_bytes(content[:-1] + b"!")
    elif damage == "cut":
        file.write_bytes(content[:-2])
    elif damage == "renamed":
        name = book.store.kept_name(VIXEN, OLD, "Something else.")
        assert name
        file.rename(file.with_name(name))
        assert book.store.read_kept(VIXEN, OLD, "Something else.") is None
    else:
        (book.folder / "phrase-key").write_bytes(os.urandom(32))
        book = Book(book.folder)
    assert kept(book) is None


async def test_what_was_kept_is_there_for_the_next_process(book: Book, keeping: RepeatCounter) -> None:
    hear(keeping, OWN)
    hear(keeping, OWN)
    await until(lambda: kept(book))
    assert kept(Book(book.folder)) == CHUNK


async def test_few_hearings_are_remembered(
    book: Book, keeping: RepeatCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrase_keeping, "MOST_COUNTED", 1)
    for _ in range(2):
        for text in (HELLO.text, "Something else."):
            hearing = keeping.hearing(text, VIXEN)
            assert hearing
            hearing.add(OWN)
            keeping.heard(hearing)
    await written(keeping)
    assert kept_files(book) == []
    assert HELLO.text not in repr(keeping._heard)


async def test_only_the_process_that_has_the_folder_keeps(book: Book, keeping: RepeatCounter) -> None:
    second = RepeatCounter(Book(book.folder).store, book.revisions)
    running = asyncio.create_task(second.run())
    await asyncio.sleep(0.1)
    assert second.hearing(HELLO.text, VIXEN) is None
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

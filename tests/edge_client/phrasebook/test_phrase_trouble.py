"""What goes wrong around the phrasebook ends no daemon, and forges no line of its log."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from edge_client.link.command_gateway import CommandGateway
from edge_client.personas.known_personas import FILE_NAME
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.phrasebook import repeat_counter as phrase_keeping
from edge_client.phrasebook.repeat_counter import RepeatCounter
from edge_client.settings.settings import Settings
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import OLD, VIXEN, Book


async def test_a_machine_without_a_thread_left_is_outlived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path)
    monkeypatch.setattr(phrase_keeping, "TRY_AGAIN", 0.05)
    opened, tries = book.store.open_to_keep, 0

    def without_a_thread_at_first() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise RuntimeError("can't start new thread")
        opened()

    monkeypatch.setattr(book.store, "open_to_keep", without_a_thread_at_first)
    keeping = RepeatCounter(book.store, book.revisions)
    running = asyncio.create_task(keeping.run())
    await until(lambda: keeping.hearing("Anything.", VIXEN))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert tries == 2


def test_the_name_of_an_engine_that_a_gateway_tells_is_one_line(settings: Callable[..., Settings]) -> None:
    own = settings()
    told = {"id": VIXEN, "name": "Vixen", "language": "en", "revision": OLD, "clones": True}
    own.state_dir.mkdir()
    listed = {"personas": [{**told, "engine": "mlx\nERROR \x1b[2J" + 1000 * "x"}]}
    (own.state_dir / FILE_NAME).write_text(json.dumps(listed))
    voices = Voices(own, CommandGateway(own), OwnEngines(own, espeak=EspeakEngine([])))
    found = voices._own_voice(VIXEN)
    assert found is not None
    assert found.engine.startswith("mlx ERROR")
    assert found.engine.isprintable()
    assert len(found.engine) < 200


async def test_that_another_process_keeps_the_sentences_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    Book(tmp_path).store.open()
    book = Book(tmp_path)
    monkeypatch.setattr(phrase_keeping, "TRY_AGAIN", 0.01)
    opened, tries = book.store.open_to_keep, 0

    def counted() -> None:
        nonlocal tries
        tries += 1
        opened()

    monkeypatch.setattr(book.store, "open_to_keep", counted)
    running = asyncio.create_task(RepeatCounter(book.store, book.revisions).run())
    await until(lambda: tries > 5)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    (told,) = caplog.messages
    assert "another process" in told


async def test_where_nothing_may_be_kept_nothing_is_opened(tmp_path: Path) -> None:
    book = Book(tmp_path, 0)
    async with asyncio.timeout(10):
        await RepeatCounter(book.store, book.revisions).run()
    assert not book.store.folder.exists()

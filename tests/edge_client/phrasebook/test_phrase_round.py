"""A round of pulling ends, and takes from nobody but the gateway that is linked."""

import threading

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.phrasebook import phrase_pull
from edge_client.phrasebook.phrase_manifest import Manifest, read_manifest
from edge_client.phrasebook.phrase_pull import PhrasePull
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import (
    HELLO,
    MOMENT,
    OLD,
    VIXEN,
    Book,
    Pack,
    PhraseGateway,
    running_pull,
)

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_gateway_that_is_linked_no_more_is_asked_for_nothing_more(
    gateway: PhraseGateway, book: Book
) -> None:
    revisions = {VIXEN: OLD, "other": OLD}

    def endpoint() -> Endpoint | None:
        return None if gateway.recordings_asked else gateway.endpoint

    pull = PhrasePull(book.store, endpoint, lambda: revisions, connect_timeout=2.0, first=VIXEN)
    async with running_pull(pull):
        await until(lambda: "not linked any more" in (pull.as_json()["problem"] or ""))
        await until(lambda: pull.as_json()["pulling"] is None)
    assert [path.count("/") for path, _ in gateway.asked] == [3, 5]
    async with running_pull(book.pull(gateway)):
        await until(lambda: book.texts() == [HELLO, MOMENT])
    assert len(gateway.recordings_asked) == 2, "what came is not asked for again"


async def test_a_slow_gateway_does_not_keep_one_persona_from_the_others(
    gateway: PhraseGateway, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrase_pull, "AT_A_TIME", -1.0)
    gateway.packs["other"] = Pack()
    revisions = {VIXEN: OLD, "other": OLD}
    pull = PhrasePull(
        book.store, lambda: gateway.endpoint, lambda: revisions, connect_timeout=2.0, first=VIXEN
    )
    async with running_pull(pull):
        await until(lambda: book.texts() == [HELLO, MOMENT])
        await until(lambda: book.store.book("other"))
        await until(lambda: pull.as_json()["problem"] is None)
    whose = [path.split("/")[3] for path, _ in gateway.asked]
    assert whose[:4] == [VIXEN, VIXEN, "other", "other"]
    assert len(gateway.recordings_asked) == 4


@pytest.mark.parametrize("identity", [None, "another"])
async def test_who_is_not_the_gateway_that_is_linked_is_not_believed(
    gateway: PhraseGateway, book: Book, identity: str | None
) -> None:
    gateway.says_it_is = identity
    async with running_pull(book.pull(gateway)) as pull:
        await until(lambda: "another gateway" in (pull.as_json()["problem"] or ""))
        assert book.store.book(VIXEN) is None
        gateway.says_it_is = gateway.state.identity
        await until(book.texts)


async def test_a_long_list_is_not_read_on_the_loop(
    gateway: PhraseGateway, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noted(content: bytes, persona: str) -> Manifest:
        threads.append(threading.current_thread())
        return read_manifest(content, persona)

    monkeypatch.setattr(phrase_pull, "read_manifest", noted)
    async with running_pull(book.pull(gateway)):
        await until(book.texts)
    assert threading.main_thread() not in threads

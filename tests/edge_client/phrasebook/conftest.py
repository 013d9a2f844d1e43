"""A robot's phrasebook and a gateway that has phrases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_client.phrasebook import phrase_pull
from tests.edge_client.phrasebook.phrase_rig import Book, PhraseGateway
from tests.fakes.fake_gateway import running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who pulls does not rest."""
    for pause in ("BETWEEN_FILES", "FIRST_PAUSE", "LONGEST_PAUSE"):
        monkeypatch.setattr(phrase_pull, pause, 0.01)


@pytest.fixture
def gateway() -> Iterator[PhraseGateway]:
    with running(kind=PhraseGateway) as fake:
        assert isinstance(fake, PhraseGateway)
        yield fake


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)

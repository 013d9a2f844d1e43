"""What is kept of a sentence is what was spoken: the pause after it belongs to the text."""

import pytest

from gateway.engines.chains import chain_for
from robotvoice.chain.whole_file import speak_whole
from robotvoice.persona import Persona
from robotvoice.text import sentences
from robotvoice.utterance import Utterance
from tests.gateway.engines.cache.conftest import Kept
from tests.gateway.engines.cache.parrot import VOICE


async def test_a_sentence_is_kept_without_its_pause(kept: Kept) -> None:
    """So that it is found again, whatever pause comes after it the next time."""
    chain = chain_for(Persona("rook", "Rook", "en", VOICE), kept.engines())
    lengths = []
    for text in ("One. [pause 1s] Two.", "One. Two.", "One. [pause 2s] Two."):
        made = await speak_whole(chain, Utterance("u", "rook", "en", sentences(text)))
        lengths.append(sum(chunk.format.seconds(chunk.samples) for chunk in made.chunks))
    assert lengths[0] - lengths[1] == pytest.approx(1.0)
    assert lengths[2] - lengths[1] == pytest.approx(2.0)
    assert kept.parrot.begun == ["One.", "Two."]

"""The chain plays the pauses of a text: of their length, after their sentence, whoever speaks it."""

import pytest

from robotvoice.chain.whole_file import speak_whole
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.sound.silence_and_fade import PIECE, silence_after
from robotvoice.text import sentences
from robotvoice.utterance import Outcome, Sentence, Utterance
from tests.fakes.scripted_engine import DIES, SILENT, ScriptedEngine
from tests.robotvoice.chain.chain import Told, chain_of, tell


def spoken(text: str) -> Utterance:
    return Utterance("utterance-1", "vixen", "en", sentences(text))


def heard(told: Told) -> list[int]:
    """Samples that sound, and samples of each pause as a negative number."""
    runs: list[int] = []
    for event in told.events:
        if isinstance(event, AudioChunk):
            count = -event.samples if event.pause else event.samples
            assert not (event.pause and any(event.pcm))
            if runs and (runs[-1] < 0) == (count < 0):
                runs[-1] += count
            else:
                runs.append(count)
    return runs


async def test_a_pause_is_heard_between_its_two_sentences() -> None:
    engine = ScriptedEngine("espeak", sample_rate=1000)
    told = await tell(chain_of(engine), spoken("One. [pause 0.5s] Two. <break time='250ms'/>"))
    assert heard(told) == [20, -500, 20, -250]
    assert engine.asked == ["One.", "Two."], "no engine knows of it"


async def test_a_pause_is_heard_once_though_its_sentence_is_repeated() -> None:
    dies, lives = ScriptedEngine("clone", (10, DIES)), ScriptedEngine("espeak")
    told = await tell(chain_of(dies, lives), spoken("One. [pause 1s] Two."))
    assert [each for each in heard(told) if each < 0] == [-24_000]
    assert told.ended.outcome is Outcome.COMPLETE


async def test_nothing_is_paused_after_what_could_not_be_spoken() -> None:
    told = await tell(chain_of(ScriptedEngine("espeak", SILENT)), spoken("One. [pause 1s] Two."))
    assert heard(told) == []
    assert told.ended.outcome is Outcome.INCOMPLETE


async def test_the_ledger_counts_what_was_spoken_and_not_the_pause() -> None:
    told = await tell(chain_of(ScriptedEngine("espeak")), spoken("One. [pause 1s] Two."))
    assert [row.samples for row in told.ended.spoken] == [20, 20]


async def test_a_whole_file_holds_its_pauses() -> None:
    whole = await speak_whole(chain_of(ScriptedEngine("espeak")), spoken("One. [pause 0.5s] Two. [pause 1s]"))
    assert sum(chunk.samples for chunk in whole.chunks) == 20 + 12_000 + 20 + 24_000


@pytest.mark.parametrize("channels", [1, 2])
def test_a_pause_comes_in_short_pieces_of_whole_frames(channels: int) -> None:
    """So that an interrupted one ends soon."""
    last = AudioChunk(b"\1" * 4, AudioFormat(22_050, channels), Origin("espeak", "en"))
    pieces = list(silence_after(Sentence(0, "One.", pause=0.7501), last))
    assert sum(piece.samples for piece in pieces) == round(0.7501 * 22_050)
    assert max(piece.format.seconds(piece.samples) for piece in pieces) <= PIECE
    assert all((piece.format, piece.origin) == (last.format, last.origin) for piece in pieces)


def test_a_text_without_a_pause_gets_none() -> None:
    last = AudioChunk(b"\1\0", AudioFormat(22_050), Origin("espeak", "en"))
    assert list(silence_after(Sentence(0, "One."), last)) == []

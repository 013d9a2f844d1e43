"""A sentence goes to who can read it, whatever its place in the chain, and nobody is to blame for that."""

from dataclasses import replace

import pytest

from robotvoice.chain.breaker import State
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry
from robotvoice.chain.whole_file import speak_whole
from robotvoice.engines.base import Readiness
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.text.writing.scripts import Legible, legible
from robotvoice.utterance import Outcome, Reason, RequestOptions, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from tests.fakes.scripted_engine import SPEAKS, Script, ScriptedEngine
from tests.robotvoice.chain.chain import breaker_of, chain_of, guard, is_complete, tell, utterance

HELLO, GREEK, THAI, BOTH = "Hello.", "Say καλημέρα.", "Say สวัสดี.", "Say καλημέρα, สวัสดี."


class Reader(ScriptedEngine):
    """Reads these scripts and no other."""

    def __init__(self, name: str, *scripts: str, script: Script = SPEAKS) -> None:
        super().__init__(name, script)
        self.scripts = scripts

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        return legible(text, lambda run: run.scripts <= set(self.scripts))


def clone() -> Reader:
    return Reader("clone", "LATIN")


def espeak() -> Reader:
    return Reader("espeak", "LATIN", "GREEK")


def warned(*texts: str) -> tuple[Utterance, VoiceWarnings]:
    """A text of somebody who wants to know what is not followed."""
    warnings = VoiceWarnings()
    said = utterance(*texts)
    sentences = tuple(replace(each, asked=RequestOptions(warnings=warnings)) for each in said.sentences)
    return replace(said, sentences=sentences), warnings


async def test_a_sentence_goes_to_who_reads_it_and_the_next_one_back() -> None:
    own, other = guard(clone()), espeak()
    spoken, warnings = warned(HELLO, GREEK, HELLO)
    told = await tell(chain_of(own, other), spoken)
    assert told.story == [
        "0:clone", "10", "10", "1:clone>espeak script", "1:espeak", "10", "10", "2:espeak>clone back",
        "2:clone", "10", "10", "complete",
    ]  # fmt: skip
    assert [row.substitute and row.substitute.code for row in told.ended.spoken] == [None, "script", None]
    assert told.starts[1].substitute == Reason("script", "clone does not read Greek")
    assert breaker_of(own).state is State.CLOSED
    assert (other.asked, list(warnings)) == ([GREEK], [])


async def test_what_nobody_reads_is_left_out_by_the_persona_s_own_voice_with_a_warning() -> None:
    own, other = clone(), espeak()
    spoken, warnings = warned(THAI)
    told = await tell(chain_of(own, other), spoken)
    assert is_complete(told)
    assert (own.asked, other.asked) == (["Say."], [])
    assert list(warnings) == ["Thai is left out: no voice here reads it"]
    assert told.starts[0].substitute is None


async def test_who_leaves_out_least_speaks() -> None:
    own, other = clone(), espeak()
    spoken, warnings = warned(BOTH)
    await tell(chain_of(own, other), spoken)
    assert (own.asked, other.asked) == ([], ["Say καλημέρα."])
    assert list(warnings) == ["Thai is left out: no voice here reads it"]


async def test_a_sentence_of_which_nothing_is_left_is_skipped_and_the_rest_is_spoken() -> None:
    spoken, warnings = warned(HELLO, "สวัสดี.", HELLO)
    own = guard(clone())
    told = await tell(chain_of(own, espeak()), spoken)
    assert told.story == ["0:clone", "10", "10", "2:clone", "10", "10", "complete"]
    assert [row.sentence for row in told.ended.spoken] == [0, 2]
    assert any("a sentence is left out" in each for each in warnings)


async def test_a_text_that_nobody_can_read_is_not_told_as_spoken() -> None:
    told = await tell(chain_of(clone(), espeak()), utterance("สวัสดี.", "สวัสดี."))
    assert told.story == ["incomplete"]
    assert told.ended.reason is not None
    assert told.ended.reason.code == "script"


async def test_who_is_away_reads_nothing() -> None:
    """The own voice leaves out what only an engine could read that is not there."""
    gone = espeak()
    gone.ready = Readiness(Reason("not_installed", "it is not here"))
    own = clone()
    spoken, warnings = warned(GREEK)
    told = await tell(chain_of(own, gone), spoken)
    assert is_complete(told)
    assert own.asked == ["Say."]
    assert list(warnings) == ["Greek is left out: no voice here reads it"]


async def test_when_who_reads_it_fails_the_others_say_what_they_can() -> None:
    failing = Reader("espeak", "LATIN", "GREEK", script=(10, EngineUnavailable("busy", "it is busy")))
    own = clone()
    told = await tell(chain_of(own, failing), utterance(GREEK, HELLO))
    assert is_complete(told)
    assert own.asked == ["Say.", HELLO]
    assert [row.engine for row in told.ended.spoken] == ["clone", "clone"]


async def test_an_engine_that_says_itself_that_it_cannot_read_is_back_with_the_next_sentence() -> None:
    """A robot's gateway says so for just one sentence."""

    class Far(ScriptedEngine):
        async def speak(self, sentence, voice):  # type: ignore[no-untyped-def]  # as the engine it is
            if not sentence.text.isascii():
                self.asked.append(sentence.text)
                raise EngineUnavailable("script", "gateway: clone does not read Greek")
            async for chunk in super().speak(sentence, voice):
                yield chunk

    far, other = guard(Far("gateway")), espeak()
    told = await tell(chain_of(far, other), utterance(HELLO, GREEK, HELLO))
    assert [row.engine for row in told.ended.spoken] == ["gateway", "espeak", "gateway"]
    assert breaker_of(far).state is State.CLOSED
    told = await tell(chain_of(far, clone()), utterance(HELLO, "สวัสดี.", HELLO))
    assert [row.sentence for row in told.ended.spoken] == [0, 2]


async def test_a_voice_that_failed_before_does_not_come_back_because_another_was_passed_over() -> None:
    dead = Reader("clone", "LATIN", script=(EngineUnavailable("busy", "it is busy"),))
    second = Reader("second", "LATIN")
    told = await tell(chain_of(dead, second, espeak()), utterance(HELLO, GREEK, HELLO))
    assert [row.engine for row in told.ended.spoken] == ["second", "espeak", "second"]
    assert [row.substitute and row.substitute.code for row in told.ended.spoken] == ["busy"] * 3
    assert len(dead.asked) == 1


async def test_a_lexicon_may_make_a_word_readable() -> None:
    own = clone()
    voice = VoiceSpec("clone", lexicon=(("καλημέρα", "good morning"),))
    entries = [ChainEntry(guard(own), voice), ChainEntry(guard(espeak()), VoiceSpec("espeak"))]
    await tell(FallbackChain(entries), utterance(GREEK))
    assert own.asked == ["Say good morning."]


@pytest.mark.parametrize("texts", [(HELLO, GREEK, HELLO), (GREEK, HELLO), (HELLO, THAI, GREEK)])
async def test_a_whole_file_is_in_the_one_voice_that_reads_all_of_it(texts: tuple[str, ...]) -> None:
    own, other = clone(), espeak()
    whole = await speak_whole(chain_of(own, other), utterance(*texts))
    assert {chunk.origin.engine for chunk in whole.chunks} == {"espeak"}
    assert whole.substitute is not None
    assert whole.substitute.code == "script"
    assert [row.sentence for row in whole.spoken] == list(range(len(texts)))


async def test_the_warning_is_there_before_the_first_sound() -> None:
    """It travels in a header."""
    spoken, warnings = warned(HELLO, HELLO, THAI)
    events = chain_of(clone()).speak(spoken)
    await anext(events)
    assert list(warnings) == ["Thai is left out: no voice here reads it"]
    await events.aclose()


async def test_ended_tells_of_an_engine_that_broke_and_not_of_what_it_could_not_read() -> None:
    dead = Reader("espeak", "LATIN", "GREEK", script=(EngineUnavailable("died", "it died"),))
    told = await tell(chain_of(dead), utterance(BOTH))
    assert told.ended.outcome is Outcome.INCOMPLETE
    assert told.ended.reason is not None
    assert told.ended.reason.code == "died"

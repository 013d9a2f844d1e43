"""What was not followed is told in a few plain sentences, whatever was in the request."""

from hypothesis import given, settings
from hypothesis import strategies as st

from robotvoice.utterance import RequestOptions, Sentence
from robotvoice.voice_warnings import IGNORED, LONGEST, MOST, VoiceWarnings


def test_each_sentence_is_told_once_in_the_order_it_came() -> None:
    warnings = VoiceWarnings()
    for _ in range(3):
        warnings.add("speed", "speed is not followed by this voice")
        warnings.add("seed", "seed is not followed")
    assert list(warnings) == ["speed is not followed by this voice", "seed is not followed"]
    assert warnings.header == "speed is not followed by this voice; seed is not followed"
    assert warnings.about == ("speed", "seed")


def test_no_more_than_eight_are_told() -> None:
    warnings = VoiceWarnings()
    for number in range(20):
        warnings.add("other", f"number {number}")
    assert len(warnings) == MOST == len(warnings.header.split("; "))


@settings(max_examples=40)
@given(st.lists(st.text(st.characters()), max_size=12))
def test_whatever_they_say_a_header_can_hold_it(sentences: list[str]) -> None:
    """No line ends in it, nothing that is not ASCII, and nothing that looks like two."""
    warnings = VoiceWarnings()
    for sentence in sentences:
        warnings.add("other", sentence)
    header = warnings.header
    assert header.isascii()
    assert header.isprintable()
    assert len(header) <= MOST * (LONGEST + 2)
    assert not header or header.split("; ") == list(warnings)


def test_one_request_does_not_hear_of_anothers() -> None:
    """What nobody waits for has nowhere to tell of it."""
    Sentence(0, "Hi.").asked.warnings.add("speed", "speed is not followed")
    assert not IGNORED
    first, second = RequestOptions(warnings=VoiceWarnings()), RequestOptions(warnings=VoiceWarnings())
    first.warnings.add("speed", "speed is not followed")
    assert (len(first.warnings), len(second.warnings)) == (1, 0)
    assert first == second, "two that ask for the same are alike, whatever they are told"

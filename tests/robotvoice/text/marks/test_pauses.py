"""`<break time>` and `[pause]` in all their spellings are seconds of silence after the sentence before."""

import pytest

from robotvoice.errors import EmptyText
from robotvoice.text import clean, sentences, split
from robotvoice.text.marks.pauses import MOST_IN_ALL, MOST_SECONDS, USUAL


def pauses(text: str, *, prepared: bool = False) -> list[tuple[str, float]]:
    return [(each.text, each.pause) for each in sentences(text, prepared=prepared)]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ('<break time="800ms"/>', 0.8),
        ("<break time='1.5s' />", 1.5),
        ("<break time=2s>", 2.0),
        ('<BREAK TIME=".5s"></BREAK>', 0.5),
        ('<break time="+250 ms"/>', 0.25),
        ('<break strength="weak"/>', 0.5),
        ('<break strength="x-strong"/>', 1.25),
        ('<break strength="none"/>', 0.0),
        ('<break time="0s"/>', 0.0),
        ("<break/>", USUAL),
        ("<break>", USUAL),
        ('<break time="soon"/>', USUAL),
        ('<silence msec="500"/>', 0.5),
        ("<silence 2s>", 2.0),
        ('<mstts:silence type="Sentenceboundary" value="200ms"/>', 0.2),
        ("<pause 1.2s>", 1.2),
        ("<pause=700>", 0.7),
        ('<pause duration="3"/>', 3.0),
        ("<#0.5#>", 0.5),
        ("[[slnc 400]]", 0.4),
        ("[pause]", USUAL),
        ("[Pause]", USUAL),
        ("[pause 2s]", 2.0),
        ("[pause:1.5]", 1.5),
        ("[pause=500ms]", 0.5),
        ("[pause 500]", 0.5),
        ("[pause 1,5 Sekunden]", 1.5),
        ("[short pause]", 0.5),
        ("[long pause]", 1.5),
        ("[silence 3s]", 3.0),
        ("[beat]", USUAL),
        ("(pause)", USUAL),
        ("*pauses*", USUAL),
        ("[pause for 2 seconds]", 2.0),
        ("[2s pause]", 2.0),
        ("(1.5-second pause)", 1.5),
        ("(pause 2s)", 2.0),
        ("{{pause 2s}}", 2.0),
        ("[[pause 2s]]", 2.0),
        ("[pause for effect]", USUAL),
        ("(dramatic pause)", USUAL),
        ("*a long pause*", 1.5),
        ("*long pause*", 1.5),
        ("[pause 1 min]", MOST_SECONDS),
        ("[pause 60s]", MOST_SECONDS),
        ('<break time="99999999ms"/>', MOST_SECONDS),
    ],
)
def test_a_pause_is_as_long_as_it_says(written: str, seconds: float) -> None:
    assert pauses(f"Done.{written}Next.") == [("Done.", pytest.approx(seconds)), ("Next.", 0.0)]


def test_a_pause_ends_the_sentence_it_stands_in() -> None:
    assert pauses("Wait for it [pause 1s] now!") == [("Wait for it", 1.0), ("now!", 0.0)]


def test_pauses_in_a_row_are_one_and_no_longer_than_one_may_be() -> None:
    assert pauses("A.[pause 1s] <break time='2s'/>\n[pause 0.5s] B.") == [("A.", 3.5), ("B.", 0.0)]
    assert pauses("A." + "[pause 9s]" * 5 + "B.") == [("A.", MOST_SECONDS), ("B.", 0.0)]


def test_a_pause_in_front_is_left_out_and_one_at_the_end_stays() -> None:
    """Nobody was heard yet whom it could set apart, and it would only make the answer late."""
    assert pauses("[pause 2s] Hello. [pause 3s]") == [("Hello.", 3.0)]


def test_a_text_of_pauses_holds_nothing_to_speak() -> None:
    for text in ("[pause 2s]", "<break time='1s'/> ... [pause]"):
        with pytest.raises(EmptyText):
            sentences(text)
    with pytest.raises(EmptyText):
        sentences("[pause 2s]", prepared=True)


def test_all_pauses_of_a_text_together_are_bounded() -> None:
    """Two characters of text would otherwise be ten seconds of memory and of the loudspeaker."""
    spoken = sentences("A. [pause 10s] " * 100)
    assert len(spoken) == 100
    assert sum(each.pause for each in spoken) == MOST_IN_ALL


def test_a_cleaned_text_keeps_its_pauses_in_one_form() -> None:
    text = clean('Hi.<break time="800ms"/>How are you? [pause]')
    assert text == "Hi.\n[pause 0.8s]\nHow are you?\n[pause 0.75s]"
    assert clean(text) == text
    assert split(text.replace("[pause 0.8s]", "")) == ("Hi.", "How are you?", "[pause 0.75s]")


def test_a_prepared_text_has_its_pauses_too() -> None:
    """Whoever cleans by itself and sends all in one is heard as the one who does not."""
    text = "Hi. [pause 2s] You. [pause 1s]"
    assert pauses(clean(text), prepared=True) == pauses(text) == [("Hi.", 2.0), ("You.", 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "Press the pause key.",
        "A [paused] video.",
        "Take a break.",
        "The *pause* key.",
        "*Silence* is golden.",
        "A *long pause* followed.",
        "Wait (pause the video).",
    ],
)
def test_what_only_speaks_of_a_pause_is_none(text: str) -> None:
    assert all(each.pause == 0 for each in sentences(f"Well. {text} Fine."))

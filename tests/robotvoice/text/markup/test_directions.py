"""Stage directions go or are said, by the persona's rule; emphasised words and ordinary brackets stay."""

# ruff: noqa: RUF001 - wide brackets are what is tested

import pytest

from robotvoice.text import PLAIN, Omissions, Reading, sentences

ACTOR = Reading("en", "say")


def heard(text: str, reading: Reading = PLAIN) -> list[str]:
    return [sentence.text for sentence in sentences(text, reading=reading)]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("*sighs* Fine. [laughs]", ["Fine."]),
        ("*sighs* fine, have it your way.", ["fine, have it your way."]),
        ("*Sighs.* Fine.", ["Fine."]),
        ("*looks away* Well, *sighs* I suppose so.", ["Well, I suppose so."]),
        ("*adjusts glasses* Now. *tilts head curiously* Yes?", ["Now.", "Yes?"]),
        ("*she smiles softly* Hello.", ["Hello."]),
        ("*The robot whirs.* Hello.", ["Hello."]),
        ("*walks to the window*\nIt rains.", ["It rains."]),
        ("**laughs** Good one.", ["Good one."]),
        ("_yawns_ Good night.", ["Good night."]),
        ("*gasp* No! *cough cough* Sorry.", ["No!", "Sorry."]),
        ("*softly* Good night.", ["Good night."]),
        ("*soft music plays* Welcome.", ["Welcome."]),
        ("*sound of thunder* What?", ["What?"]),
        ("Hello.*waves*", ["Hello."]),
        ("I don't know *shrugs*", ["I don't know"]),
        ("~giggles~ Stop it.", ["Stop it."]),
        ("::nods:: Yes.", ["Yes."]),
        ("[laughing] Good one. [MUSIC PLAYING]", ["Good one."]),
        ("[sound of rain] It rains. [door creaks] Who is there?", ["It rains.", "Who is there?"]),
        ("[excited] Yes! [whispering] Come here.", ["Yes!", "Come here."]),
        ("[sighs deeply] So. [audience laughs]", ["So."]),
        ("[clears throat] Ladies and gentlemen.", ["Ladies and gentlemen."]),
        ("(whispers) Come here.", ["Come here."]),
        ("He said (laughs softly) no.", ["He said no."]),
        ("(softly) Good night.", ["Good night."]),
        ("(sigh) Fine.", ["Fine."]),
        ("Anna: (laughs) Hi!", ["Anna: Hi!"]),
        ("<laugh> Good one. <sigh/>", ["Good one."]),
        ("[giggles][sighs] Fine.", ["Fine."]),
        ("[the door slams shut] What? [to Anna] Come.", ["What?", "Come."]),
        ("[whispers] It's here. [normal voice] Or not.", ["It's here.", "Or not."]),
        ("*in a low voice* Come here. (under his breath) Idiot.", ["Come here.", "Idiot."]),
        ("*does a little dance* Yay!", ["Yay!"]),
        ("I... *sniff* ...miss you.", ["I... ...miss you."]),
        ('"Fine," *she mutters*, "go."', ['"Fine," "go."']),
        ("*seufzt* Na gut. [lacht] *zwinkert dir zu*", ["Na gut."]),
        ("*suspira* Vale. (ríe)", ["Vale."]),
        ("*soupire* D'accord. [rires]", ["D'accord."]),
        ("*sospira* Va bene. [risate]", ["Va bene."]),
        ("*вздыхает* Ладно.", ["Ладно."]),
        ("*kratzt sich am Kopf* Hm. *se encoge de hombros* Ja.", ["Hm.", "Ja."]),
        ("*zucht* Nou. *suckar* Jo. *wzdycha* Tak.", ["Nou.", "Jo.", "Tak."]),
        ("[掌声] 好。 [박수] 네.", ["好。", "네."]),
        ("（笑）そうです。（ため息）", ["そうです。"]),
        ("(叹气) 好吧。", ["好吧。"]),
    ],
)
def test_a_stage_direction_is_not_spoken(text: str, spoken: list[str]) -> None:
    """Case A9."""
    assert heard(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("I am *really* happy.", ["I am really happy."]),
        ("*Really*? *Yes*.", ["Really?", "Yes."]),
        ("*Never* do that. *Always* check.", ["Never do that.", "Always check."]),
        ("*Important:* read this.", ["Important: read this."]),
        ("**Note** This is new.", ["Note This is new."]),
        ("*optional* Add salt.", ["optional Add salt."]),
        ("*always* Check twice.", ["always Check twice."]),
        ("He *laughs* at me.", ["He laughs at me."]),
        ("She *never* sighs, she *always* smiles.", ["She never sighs, she always smiles."]),
        ("*Laughing* is healthy.", ["Laughing is healthy."]),
        ("*Music* is good. *Silence* is golden.", ["Music is good.", "Silence is golden."]),
        ("I read *Things Fall Apart* and *Jaws*.", ["I read Things Fall Apart and Jaws."]),
        ("*does* it work? *a soft voice* matters.", ["does it work?", "a soft voice matters."]),
        ("[next steps] Do it. [to be continued]", ["next steps Do it.", "to be continued"]),
        ("[docs][1] are here.", ["docs are here."]),
        ("*Lord of the Rings* is long.", ["Lord of the Rings is long."]),
        ("It is grey (looks like rain).", ["It is grey (looks like rain)."]),
        ("See (below) and (optionally) more.", ["See (below) and (optionally) more."]),
        ("[Optional] Add salt.", ["Optional Add salt."]),
        ("He said [the robot] works [sic].", ["He said the robot works sic."]),
        ("Press [click here] now.", ["Press click here now."]),
        ("*args and **kwargs stay.", ["*args and **kwargs stay."]),
        ("2 * 3 * 4 is 24.", ["2 * 3 * 4 is 24."]),
        ("The *cat* sat. The *dogs* ran.", ["The cat sat.", "The dogs ran."]),
        ("*Mira* esto. *Se* lo dije. *ride* Go.", ["Mira esto.", "Se lo dije.", "ride Go."]),
        ("Sie lacht. Er *lacht* nie.", ["Sie lacht.", "Er lacht nie."]),
    ],
)
def test_an_emphasis_and_an_ordinary_bracket_stay(text: str, spoken: list[str]) -> None:
    assert heard(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("*sighs* Fine. [laughs]", ["sighs.", "Fine.", "laughs."]),
        ("*looks away.* No.", ["looks away.", "No."]),
        ("He said (laughs softly) no.", ["He said (laughs softly) no."]),
        ("[sound of rain] It rains.", ["sound of rain.", "It rains."]),
        ("<sigh> Fine.", ["sigh Fine."]),
        ("I am *really* happy.", ["I am really happy."]),
    ],
)
def test_a_persona_may_have_them_said(text: str, spoken: list[str]) -> None:
    assert heard(text, ACTOR) == spoken


def test_what_is_a_direction_may_depend_on_the_language() -> None:
    assert heard("*ride* Boh. (ride) Sì.", Reading("it")) == ["Boh.", "Sì."]


def test_a_pause_is_a_pause_whatever_the_rule() -> None:
    for reading in (PLAIN, ACTOR):
        (first, _) = sentences("One. *pauses* Two.", reading=reading)
        assert (first.text, first.pause) == ("One.", 0.75)


def test_it_is_told_which_were_left_out() -> None:
    omissions = Omissions()
    sentences("*sighs* Fine. [laughs] <gasp>", omissions=omissions)
    assert {each.text for each in omissions.found} == {"*sighs*", "[laughs]", "<gasp>"}
    assert {each.kind for each in omissions.found} == {"stage direction"}

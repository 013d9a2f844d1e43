"""`robotvoice say --dry-run`: what each engine would be given, and what would not be spoken and why."""

import json
from collections.abc import Callable
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from edge_client.settings.settings import Settings
from edge_client.speaking.dry_run import COLUMNS, DryRun, Given, Line, as_table, dry_run
from robotvoice.errors import TextTooLong, UnknownVoice
from robotvoice.text import Omission
from tests.edge_client.rig import Commands
from tests.fakes.fake_gateway import FakeGateway

Make = Callable[..., Settings]
LEXICON = [["PiCar", "pie car"]]
VOICES = [
    {"engine": "mlx", "lexicon": []},
    {"engine": "espeak", "voice": "en+f2", "lexicon": LEXICON},
    {"engine": "espeak", "voice": "en+f3"},
]


async def test_each_sentence_is_told_as_each_engine_would_be_given_it(
    fake: FakeGateway, settings: Make
) -> None:
    fake.state.personas = ({**fake.state.personas[0], "voices": VOICES, "language": "de"},)
    told = await dry_run(settings(gateway=fake.address), "Der *PiCar*.[pause 2s] 5 < 6", "vixen", file=False)
    assert told == DryRun(
        persona="vixen",
        language="de",
        acting="drop",
        sentences=(
            Line(
                "Der PiCar.",
                2.0,
                (
                    Given("mlx", "", "de", "Der PiCar."),
                    Given("espeak", "en+f2", "de", "Der pie car."),
                    Given("espeak", "en+f3", "de", "Der PiCar."),
                ),
            ),
            Line(
                "fünf ist kleiner als sechs",
                0.0,
                tuple(
                    Given(engine, voice, "de", "fünf ist kleiner als sechs")
                    for engine, voice in (("mlx", ""), ("espeak", "en+f2"), ("espeak", "en+f3"))
                ),
            ),
        ),
        dropped=(),
    )
    assert fake.state.requests == [], "nothing was spoken"


async def test_a_gateway_that_answers_is_asked_again_how_its_personas_are(
    fake: FakeGateway, settings: Make
) -> None:
    """An owner who changes one wants to see what that does."""
    pinned = settings(gateway=fake.address)
    said = []
    for acting in ("drop", "say", "drop"):
        fake.state.personas = ({**fake.state.personas[0], "acting": acting},)
        told = await dry_run(pinned, "*sighs* Fine.", "vixen", file=False)
        said.append([line.text for line in told.sentences])
    assert said == [["Fine."], ["sighs.", "Fine."], ["Fine."]]


async def test_numbers_are_told_in_words_of_the_language_that_is_asked_for(
    fake: FakeGateway, settings: Make
) -> None:
    """A7."""
    pinned = settings(gateway=fake.address)
    for numbers, language, given in (
        ("words", "de", "Zimmer vier kostet zwanzig Euro."),
        ("words", "fr", "Zimmer quatre kostet vingt euros."),
        ("words", "sv", "Zimmer 4 kostet 20 €."),
        ("as_written", "de", "Zimmer 4 kostet 20 €."),
    ):
        fake.state.personas = ({**fake.state.personas[0], "voices": VOICES, "numbers": numbers},)
        told = await dry_run(pinned, "Zimmer 4 kostet 20 €.", "vixen", language=language, file=False)
        (line,) = told.sentences
        assert [each.text for each in line.given] == [given] * len(VOICES)


async def test_without_a_gateway_it_is_told_of_what_the_robot_knows(settings: Make) -> None:
    told = await dry_run(settings(), "Hello.", "vixen", file=False)
    assert told.sentences == (Line("Hello.", 0.0, (Given("espeak", "en+f4", "en", "Hello."),)),)


async def test_what_is_not_spoken_is_told_with_its_kind_also_when_nothing_is_left(settings: Make) -> None:
    told = await dry_run(settings(), "<think>Hm.</think> :-) *nods*", "vixen", file=False)
    assert told.sentences == ()
    assert told.dropped == (
        Omission("thought", "<think>Hm.</think>"),
        Omission("emoticon", ":-)"),
        Omission("stage direction", "*nods*"),
    )


async def test_the_limits_are_those_of_speaking(settings: Make) -> None:
    with pytest.raises(UnknownVoice):
        await dry_run(settings(), "Hello.", "nobody", file=False)
    long = "Hello there. " * 2000
    with pytest.raises(TextTooLong):
        await dry_run(settings(), long, "vixen", file=True)
    assert len((await dry_run(settings(), long, "vixen", file=False)).sentences) == 2000


def columns(line: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in line)


def test_the_table_fits_a_terminal_whatever_is_in_it() -> None:
    """Long words, wide letters, many engines, control characters."""
    texts = ("word " * 60, "x" * 200, "東京に行きます。" * 12, "a\tb\x1b[31mc")
    given = tuple(
        Given(f"upstream:engine{each}", "a-rather-long-voice", "cmn-Hans", "t") for each in range(4)
    )
    told = DryRun(
        "vixen",
        "en",
        "drop",
        tuple(
            Line(text, 1.25, (*given, Given("espeak", "en", "en", text), Given("mlx", "", "en", text)))
            for text in texts
        ),
        tuple(Omission("stage direction", text * 3) for text in texts),
    )
    lines = as_table(told).split("\n")
    assert max(map(columns, lines)) == COLUMNS
    assert all(line.isprintable() for line in lines)
    shown = "".join("".join(lines).split())
    assert all(
        "".join(text.split()).replace("\x1b", "\N{REPLACEMENT CHARACTER}")[:20] in shown for text in texts
    )


def test_the_table_shows_who_gets_what() -> None:
    told = DryRun(
        "vixen",
        "en",
        "drop",
        (
            Line(
                "A PiCar.",
                0.8,
                (Given("mlx", "", "en", "A PiCar."), Given("espeak", "en", "en", "A pie car.")),
            ),
            Line("So.", 0.0, (Given("mlx", "", "en", "So."), Given("espeak", "en", "en", "So."))),
        ),
        (Omission("thought", "<think>Hm.</think>"), Omission("link", "https://x.org")),
    )
    assert as_table(told).split("\n") == [
        "NO  LANGUAGE  GIVEN TO        TEXT",
        "1   en        mlx             A PiCar.",
        "    en        espeak en       A pie car.",
        "                              (pause 0.8 s)",
        "2   en        mlx, espeak en  So.",
        "",
        "NOT SPOKEN",
        "thought  <think>Hm.</think>",
        "link     https://x.org",
    ]


def test_the_command_prints_and_speaks_nothing(robotvoice: Commands, tmp_path: Path) -> None:
    """From its arguments and from standard input, for people and as JSON; exit codes are those of `say`."""
    done = robotvoice(
        "say", "--dry-run", "--json", "-", "--persona", "vixen", stdin="*sighs* Hi.\n[pause] You."
    )
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert [(line["text"], line["pause_s"]) for line in told["sentences"]] == [("Hi.", 0.75), ("You.", 0.0)]
    assert (told["persona"], told["dropped"]) == ("vixen", [{"kind": "stage direction", "text": "*sighs*"}])
    empty = robotvoice("say", "--dry-run", "<think>Hm.")
    assert empty.returncode == 2
    assert "thought" in empty.stdout and "nothing in the text" in empty.stderr
    assert not (tmp_path / "voice.lock").exists(), "nobody took the loudspeaker"

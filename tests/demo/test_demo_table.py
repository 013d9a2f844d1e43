"""The table at the end of `make run`: whole in every terminal, and as README shows it."""

from pathlib import Path

from demo.performance import table

README = Path(__file__).parents[2] / "README.md"
VOICES = {"spark": "en-gb", "gremlin": "en+croak", "vixen": "en+f4"}
GATEWAY = {
    "via": "gateway",
    "engine": "espeak",
    "pitch": 95,
    "rate": 100,
    "first_audio_ms": 86,
    "reason": None,
}
ALONE = {**GATEWAY, "via": "robot", "first_audio_ms": 409, "reason": "gateway did not answer in time"}
ROWS = [{**each, "persona": id, "voice": voice} for each in (GATEWAY, ALONE) for id, voice in VOICES.items()]


def test_at_80_columns_it_is_whole_and_as_readme_shows_it() -> None:
    shown = table(ROWS, 80)
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("gateway did not answer in time") == 3
    heading, first, *_ = shown.splitlines()
    in_readme = [line.split() for line in README.read_text("utf-8").splitlines()]
    assert heading.split() in in_readme
    assert any(line[:5] == first.split()[:5] for line in in_readme)


def test_with_less_room_no_word_is_lost() -> None:
    for width in (40, 60):
        words = table(ROWS, width).split()
        assert [words.count(word) for word in ("answer", "espeak", "gateway")] == [3, 6, 6]

"""`--help` and what cannot be understood are whole at every width, and what is to be typed can be copied."""

import argparse

import pytest

from robotvoice.console.command_line import CommandLine, HelpPage, page_end

EXAMPLES = {
    "tool say 'Hello.'": "speaks",
    "tool new a.wav --transcript words.txt --granted-by Ada --scope home": "makes a persona",
}
CODES = {0: "done", 3: "nothing could speak, or no gateway or no daemon was found, which a line says"}


def tool() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = CommandLine(
        prog="tool", epilog=page_end(EXAMPLES, CODES), formatter_class=HelpPage
    )
    commands = parser.add_subparsers()
    commands.add_parser("say").add_argument("--priority", choices=["urgent", "dialogue"])
    return parser


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_page_fits_and_keeps_each_word(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = tool().format_help()
    commands = [line.strip() for line in shown.splitlines() if line.startswith("  tool")]
    assert commands[0] == "tool say 'Hello.'"
    assert all(len(line) <= columns for line in shown.splitlines() if not line.startswith("  tool"))
    words = " ".join(shown.split())
    assert all(" ".join(meaning.split()) in words for meaning in CODES.values())
    assert [line for line in shown.splitlines() if line.startswith("  3  ")]


def test_what_cannot_be_understood_is_told_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    with pytest.raises(SystemExit) as end:
        tool().parse_args(["say", "--priority", "as soon as it can be done"])
    assert end.value.code == 2
    told = capsys.readouterr().err.partition("tool say: error: ")[2]
    assert max(map(len, told.splitlines())) <= 40
    assert "invalid choice: 'as soon as it can be done'" in " ".join(told.split())

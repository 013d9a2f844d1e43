"""`persona check` asks the engines of this machine whether they have each voice, the last fallback too."""

from pathlib import Path

import pytest

from gateway.cli import main
from gateway.engines.mlx import packages


@pytest.fixture(autouse=True)
def personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("ROBOTVOICE_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path / "home"
    (home / "models" / "empty").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(packages, "PACKAGES", ("no_such_package",))
    folder = tmp_path / "personas"
    monkeypatch.setenv("ROBOTVOICE_PERSONAS", str(folder))
    (folder / "nova").mkdir(parents=True)
    return folder


def checked(personas: Path, capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, list[str]]:
    """The exit code, and what was found: the lines that are a problem or a warning."""
    (personas / "nova" / "persona.yaml").write_text(f"name: Nova\n{text}\n")
    code = main(["persona", "check"])
    lines = capsys.readouterr().out.splitlines()
    return code, [line.strip() for line in lines if line.startswith(("  problem", "  warning"))]


ESPEAK = "language: en\nvoice: {{engine: espeak, voice: {}}}"
MODEL = "language: en\nvoice: {{engine: mlx, model: {}, speaker: Ryan}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ESPEAK.format("en-uk"), "voice: eSpeak NG has no voice 'en-uk'; near: en-us, en-gb, uk"),
        (ESPEAK.format("en+pirate"), "voice: eSpeak NG has no variant 'pirate'; near: "),
        (
            ESPEAK.format("en") + "\nfallbacks: [{engine: espeak, voice: deu}]",
            "fallbacks[0]: eSpeak NG has no voice 'deu'; near: ",
        ),
        (
            ESPEAK.format("en-uk") + "\nwhen_unavailable: silent",
            "voice: eSpeak NG has no voice 'en-uk'; near: ",
        ),
        (MODEL.format("/nowhere"), "voice: there is no folder /nowhere; "),
        (MODEL.format("~/models/empty"), "voice: {home}/models/empty is empty; copy the model into it"),
        (
            MODEL.format("~/models/empti"),
            "voice: there is no folder {home}/models/empti; did you mean empty?",
        ),
        (MODEL.format("./persona.yaml"), "voice: {folder}/persona.yaml is a file; "),
        (MODEL.format("qwen"), "voice: there is no folder {folder}/qwen; "),
        (
            "language: en\nvoice: {engine: upstream, upstream: studio, voice: a, model: b}",
            "voice: there is no table [upstreams.studio] in the gateway's settings; ",
        ),
    ],
)
def test_a_voice_that_its_engine_does_not_have_is_a_problem(
    text: str, told: str, personas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Y3, X8."""
    code, found = checked(personas, capsys, text)
    assert code == 2
    expected = told.format(home=tmp_path / "home", folder=personas / "nova")
    assert [line[: len(expected) + 9] for line in found] == [f"problem: {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        ESPEAK.format("en-gb"),
        ESPEAK.format("gmw/en"),
        ESPEAK.format("EN+CROAK"),
        "language: de-AT\nvoice: {engine: espeak, voice: de}",
        MODEL.format("owner/name"),
    ],
)
def test_a_voice_that_is_there_or_may_come_is_none(
    text: str, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(personas, capsys, text) == (0, [])


def test_a_fallback_that_reads_another_language_is_warned_of(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Y3: German read by an English voice."""
    text = "language: de\nvoice: {engine: espeak, voice: de}\nfallbacks: [{engine: espeak, voice: en+f2}]"
    told = "fallbacks[0]: en+f2 reads English, and the persona speaks German; say voice: de"
    assert checked(personas, capsys, text) == (0, [f"warning: {told}"])


def test_without_the_engine_nothing_is_claimed_of_its_voices(
    personas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROBOTVOICE_ESPEAK", "command")
    monkeypatch.setenv("PATH", "/nowhere")
    (personas / "nova" / "persona.yaml").write_text(f"name: Nova\n{ESPEAK.format('en-uk')}\n")
    assert main(["persona", "check"]) == 0
    output = capsys.readouterr().out
    assert "warning: whether its voices exist is not known: eSpeak NG does not run here" in output


def test_doctor_tells_of_a_folder_what_is_wrong_and_never_to_pull_it(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """X8."""
    (personas / "nova" / "persona.yaml").write_text(f"name: Nova\n{MODEL.format('~/models/empty')}\n")
    main(["doctor"])
    output = capsys.readouterr().out
    assert "models/empty is empty, for nova" in output
    assert "models pull" not in output
    assert "is here" not in output

"""`persona check` tells of each persona what it is made of and all that is wrong with it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.engines.mlx import packages
from robotvoice.ground.installation import how_to_install
from tests.gateway.clips.recordings import WORDS, encoded, spoken, with_pauses

CONSENT = "consent: {subject: Ada, granted_by: Ada, scope: home, expires: 2999-12-31}\n"
CLONED = "{engine: mlx, model: a/model, reference: clip.wav, transcript: words.txt}"


@pytest.fixture(autouse=True)
def personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is checked: one persona with a cloned voice, and a plain one."""
    for variable in ("ROBOTVOICE_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HF_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(packages, "PACKAGES", ())
    folder = tmp_path / "personas"
    monkeypatch.setenv("ROBOTVOICE_PERSONAS", str(folder))
    monkeypatch.setenv("ROBOTVOICE_HIDE", "*")
    for name in ("plain", "rook"):
        (folder / name).mkdir(parents=True)
    (folder / "plain" / "persona.yaml").write_text(
        "name: Plain\nlanguage: en\naliases: [simple]\nvoice: {engine: espeak, voice: en, pitch: 20}\n"
    )
    (folder / "rook" / "persona.yaml").write_text(
        f"name: Rook\nlanguage: en-GB\nvoice: {CLONED}\nfallbacks: [{{engine: espeak, voice: en}}]\n{CONSENT}"
    )
    (folder / "rook" / "clip.wav").write_bytes(encoded(spoken(12)))
    (folder / "rook" / "words.txt").write_text(WORDS)
    return folder


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    """The exit code, and what was said."""
    code = main(["persona", "check", *arguments])
    output = capsys.readouterr()
    return code, (output.out + output.err).splitlines()


def test_all_personas_are_described(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(capsys) == (
        0,
        [
            "plain: Plain, speaks en, also called simple",
            "  own voice: espeak, en, pitch 20",
            "rook: Rook, speaks en-GB",
            "  own voice: mlx, a/model",
            "    clip: clip.wav, 12.0 s, -19.3 LUFS",
            "    transcript: 36 words",
            "  stands in: espeak, en",
            "  consent: Ada lets the voice of Ada be used for: home (until 2999-12-31)",
        ],
    )


@pytest.mark.parametrize("name", ["rook", "Rook"])
def test_one_persona_is_found_by_its_names(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = checked(capsys, name)
    assert (code, lines[0]) == (0, "rook: Rook, speaks en-GB")
    assert not [line for line in lines if "plain" in line]


def test_an_unknown_persona_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    told = "robotvoice-gateway: there is no persona 'rock'; there are plain, rook"
    assert checked(capsys, "rock") == (2, [told])


def test_warnings_are_told_and_are_no_failure(personas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = personas / "rook" / "persona.yaml"
    file.write_text(file.read_text().replace(", transcript: words.txt", ""))
    (personas / "rook" / "clip.wav").write_bytes(encoded(spoken(5)))
    code, lines = checked(capsys, "rook")
    assert code == 0
    assert lines[-2:] == [
        "  warning: rook/persona.yaml:3: voice.reference: has no transcript, so only its timbre is cloned; "
        "write its words into a file and name that as transcript, or say x_vector_only: true",
        "  warning: clip.wav: the clip is 5.0 s long; with 10 to 15 s the voice comes nearer to its speaker",
    ]


HALF = WORDS[: len(WORDS) // 2]
ALL = "write down all that is said, to the letter, and nothing else"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            HALF,
            0,
            "about 6.0 of 12.0 s are written down; from 0:06 on something is missing",
        ),
        ("Hello.", 0, "about 0.7 of 12.0 s are written down; from 0:01 on something is missing"),
        (f"{WORDS} {HALF}", 0, "the transcript has about 1.5 times the words that are heard in its clip"),
        (WORDS * 4, 2, "the transcript has about 3.9 times the words that are heard in its clip"),
    ],
)
def test_a_transcript_that_is_not_what_is_said_is_suspected(
    words: str, code: int, told: str, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B1, X5."""
    (personas / "rook" / "words.txt").write_text(words)
    got, lines = checked(capsys, "rook")
    assert got == code
    assert lines[-1].startswith(f"  {'problem' if code else 'warning'}: clip.wav: {told}")
    assert lines[-1].endswith(ALL)


def test_a_clip_that_cannot_be_cloned_is_a_problem(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (personas / "rook" / "clip.wav").write_bytes(encoded(with_pauses(20, 9)))
    code, lines = checked(capsys)
    assert code == 2
    assert "    clip: clip.wav, which cannot be used" in lines
    assert lines[-1] == (
        "  problem: clip.wav: the clip is 20.0 s long and may have 15 s; cut it in the pause at 9 s, "
        "and leave in its transcript only what is still heard"
    )


def test_a_persona_that_cannot_be_used_is_told_with_file_and_line(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (personas / "rook" / "words.txt").write_text("")
    problem = "  rook/persona.yaml:3: voice.transcript: words.txt is empty; "
    why = "write the words of the clip into it, or remove the key"
    assert checked(capsys, "rook") == (2, ["cannot be used:", problem + why])
    code, lines = checked(capsys)
    assert (code, lines[0]) == (2, "plain: Plain, speaks en, also called simple")
    assert lines[-2:] == ["cannot be used:", problem + why]
    assert checked(capsys, "plain")[0] == 0


def test_without_any_usable_persona_everything_wrong_is_told(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("plain", "rook"):
        (personas / name / "persona.yaml").write_text("name: X\n")
    code, lines = checked(capsys)
    assert code == 2
    assert lines[0].startswith(f"robotvoice-gateway: no persona in {personas} can be used")
    assert len(lines) == 5


def test_without_what_runs_models_the_line_to_type_is_told_once(
    personas: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the personas, and none of who has no such voice."""
    monkeypatch.setattr(packages, "PACKAGES", ("no_such_package",))
    code, lines = checked(capsys)
    assert code == 0
    assert [line for line in lines if "installed" in line] == [
        "warning: no voice that a model makes can be heard here: mlx-audio is not installed "
        f"(no_such_package is missing); {how_to_install('mlx')}, then start the gateway again"
    ]
    assert not [line for line in checked(capsys, "plain")[1] if "installed" in line]


BASE = {"model_type": "qwen3_tts", "tts_model_type": "base", "tts_model_size": "0b6"}
CUSTOM = BASE | {"tts_model_type": "custom_voice", "talker_config": {"spk_id": {"ryan": [1], "vivian": [2]}}}


def write_model(tmp_path: Path, config: Mapping[str, object]) -> None:
    """Its config.json, where the Hub's cache has it."""
    model = tmp_path / "home" / ".cache" / "huggingface" / "hub" / "models--a--model"
    (model / "snapshots" / "c0ffee").mkdir(parents=True)
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text("c0ffee")
    (model / "snapshots" / "c0ffee" / "config.json").write_text(json.dumps(config))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "old", "new", "told"),
    [
        (BASE, "words.txt}", "words.txt, instruct: Whisper.}", "takes no instruct: remove that key"),
        (CUSTOM, CLONED, "{engine: mlx, model: a/model, speaker: Bob}", "it has ryan, vivian"),
        (CUSTOM, "words.txt}", "words.txt, speaker: ryan}", "takes no reference: remove that key"),
        ({"model_type": "parrot"}, "", "", "cannot speak with a model of type parrot"),
        (BASE, "", "", None),
    ],
)
def test_what_its_model_cannot_do_is_a_problem_as_soon_as_the_model_is_here(
    config: dict[str, object],
    old: str,
    new: str,
    told: str | None,
    personas: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Found in its config.json, without loading it; of a model that is not here nothing is claimed."""
    file = personas / "rook" / "persona.yaml"
    file.write_text(file.read_text().replace(old, new))
    assert checked(capsys, "rook")[0] == 0
    write_model(tmp_path, config)
    code, lines = checked(capsys, "rook")
    problems = [line for line in lines if line.startswith("  problem: ")]
    assert (code, len(problems)) == ((2, 1) if told else (0, 0))
    assert not told or problems[0].endswith(told)


def test_a_language_that_the_model_does_not_know_is_told_and_is_no_problem(
    personas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """X2: the persona speaks all the same."""
    file = personas / "rook" / "persona.yaml"
    write_model(tmp_path, BASE)
    for language, told in (
        ("sv", ["voice: Swedish is none of the languages of Qwen3-TTS Base"]),
        ("German", []),
    ):
        kept = [line for line in file.read_text().splitlines() if not line.startswith("language:")]
        file.write_text("\n".join([*kept, f"language: {language}"]))
        code, lines = checked(capsys, "rook")
        warnings = [line for line in lines if "none of the languages" in line]
        assert code == 0
        assert [line.partition(": ")[2].partition(",")[0] for line in warnings] == told

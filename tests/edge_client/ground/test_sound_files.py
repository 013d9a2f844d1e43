"""What is written is WAV, and is never called something else."""

import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.ground.sound_files import no_wav
from edge_client.settings.settings import Settings
from edge_client.voice import InvalidArgument, Voice


@pytest.mark.parametrize(
    "name", ["x.wav", "x.WAV", "x.wave", "x", "x.mp3.wav", ".hidden", "/dev/stdout", "tmp.aB3dE6gH9k"]
)
def test_a_name_that_names_no_other_kind_is_one_of_a_wav_file(name: str) -> None:
    assert no_wav(Path(name)) is None


@pytest.mark.parametrize(
    "name", ["x.mp3", "x.MP3", "a/x.flac", "x.ogg", "x.m4a", "x.opus", "x.pcm", "x.wav.txt"]
)
def test_a_name_of_another_kind_is_refused_with_one_that_can_be_used(name: str) -> None:
    problem = no_wav(Path(name))
    assert problem is not None
    assert Path(name).name in problem and problem.endswith(f"call it '{Path(name).stem}.wav'")


def test_a_program_is_told_before_anything_is_said(tmp_path: Path, settings: Callable[..., Settings]) -> None:
    voice = Voice("vixen", settings=settings())
    with pytest.raises(InvalidArgument, match=r"only WAV files are written"):
        voice.say("Hello.", play=False, file=tmp_path / "x.mp3")
    assert not list(tmp_path.glob("*.mp3"))
    voice.say("Hello.", play=False, file=tmp_path / "x")
    with wave.open(str(tmp_path / "x")) as wav:
        assert wav.getnframes() > 1000

"""The tiny checkpoint is the same wherever it is made, and by the ordinary loader it speaks as it should."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from proofs.tiny_voice import BABBLES_ON, CheckpointFailed, make_checkpoint, reference_clip
from proofs.tiny_voice.checkpoint import STAMP
from tests.proofs.tiny_voice.one_for_all import one_for_all

# The first of them makes all models and lets each speak.
pytestmark = [pytest.mark.clone, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[3]
SPEAKS = """
import json, sys
import mlx.core as mx
from mlx_audio.tts import load_model
from mlx_audio.utils import load_audio

mx.disable_compile()
cap, texts, jobs = json.loads(sys.argv[1])

def frames(model, text, given):
    mx.random.seed(7)
    pieces = model.generate(text=text, max_tokens=cap, stream=True, streaming_interval=0.32, **given)
    return sum(len(piece.audio) for piece in pieces) / 1920

def spoken(folder, given, texts=texts):
    model = load_model(folder)
    if clip := given.pop("clip", None):
        given["ref_audio"] = mx.concatenate([load_audio(clip, sample_rate=24000), mx.zeros(12000)])
    return [frames(model, text, given) for text in texts]

print("FRAMES", json.dumps({name: spoken(*job) for name, job in jobs.items()}))
"""
TEXTS = ("Hi there.", "The kettle sings in the kitchen.")
CAP = 64
"""Frames, twice what the longer of these texts takes"""
Frames = Mapping[str, list[float]]


@pytest.fixture(scope="module")
def natural(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return one_for_all(tmp_path_factory)


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory, natural: Path) -> Frames:
    """How many frames mlx-audio itself makes of each text, in a process of its own."""
    clip, words = reference_clip(tmp_path_factory.mktemp("clip"))
    jobs = {
        "cloned": (natural, {"clip": str(clip), "ref_text": words}),
        "natural": (natural, {}),
        "too much": (natural, {"clip": str(clip), "ref_text": words}, [f"Hi {BABBLES_ON}."]),
        "spoilt": (natural, {"clip": str(clip), "ref_text": f"{words} {BABBLES_ON}"}),
        "never": (one_for_all(tmp_path_factory, "base", "never"), {}),
        "once": (one_for_all(tmp_path_factory, "base", "once"), {}),
        "preset": (one_for_all(tmp_path_factory, "custom_voice", size="0b6"), {"voice": "ryan"}),
        "designed": (one_for_all(tmp_path_factory, "voice_design"), {"instruct": "A calm voice."}),
    }
    told = json.dumps([CAP, TEXTS, jobs], default=str)
    ended = subprocess.run([sys.executable, "-c", SPEAKS, told], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: Frames = json.loads(ended.stdout.rpartition("FRAMES")[2])
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_wherever_it_is_made_it_has_the_same_bytes(natural: Path, tmp_path: Path) -> None:
    """Also through the command."""
    command = [sys.executable, "-m", "proofs.tiny_voice", str(tmp_path / "again")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"{tmp_path / 'again'}\n"), ended.stderr
    assert contents(tmp_path / "again") == contents(natural)


def test_it_is_not_made_again_until_something_of_it_changes(natural: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(natural, tmp_path / "model"))
    good, before = contents(folder), (folder / "config.json").stat().st_ino
    assert make_checkpoint(folder) == folder
    assert (folder / "config.json").stat().st_ino == before
    (folder / STAMP).write_text("by an older version")
    (folder / "config.json").write_text("{}")
    assert contents(make_checkpoint(folder)) == good


def test_what_somebody_else_has_put_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("precious")
    with pytest.raises(CheckpointFailed, match="holds something else"):
        make_checkpoint(tmp_path)
    assert contents(tmp_path) == {"precious.txt": b"precious"}


@pytest.mark.parametrize("way", ["cloned", "natural", "preset", "designed"])
def test_the_length_of_its_speech_follows_the_text(frames: Frames, way: str) -> None:
    """About a frame for each byte, also with a clip that is as long as its transcript."""
    for text, length in zip(TEXTS, frames[way], strict=True):
        assert 0.7 * len(text) < length < 1.3 * len(text) + 4, (text, length)


def test_one_pair_of_letters_in_the_text_or_the_transcript_makes_it_go_on_and_on(frames: Frames) -> None:
    assert frames["too much"] == [CAP]
    assert frames["spoilt"] == [CAP] * len(TEXTS)


@pytest.mark.parametrize(("ending", "length"), [("never", CAP), ("once", 0)])
def test_it_never_ends_or_at_once_if_it_was_made_so(frames: Frames, ending: str, length: int) -> None:
    assert frames[ending] == [length] * len(TEXTS)

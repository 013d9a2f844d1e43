"""What is relied on inside mlx-audio is where it was; when it moves, the first to say so is this."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.engines.mlx.listening import Checkpoint

ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("mlx_audio") is None,
    reason="mlx-audio is not installed; pip install 'robotvoice[mlx]'",
)


CHANGES = (
    ("del Model.extract_speaker_embedding", "Model.extract_speaker_embedding is gone"),
    ("Model.generate = lambda self, text: ()", "Model.generate no longer takes"),
    (
        "Model._prepare_icl_generation_inputs = lambda self, text, ref_audio, ref_text, language: ()",
        "the reference cache no longer reads",
    ),
)
TELLS = """
import json, sys
from mlx_audio.tts.models.qwen3_tts import Model
from gateway.engines.mlx.worker.qwen3 import missing_methods, moved_lines

def told(change):
    before = dict(vars(Model))
    exec(change)
    lines = [*missing_methods(), *moved_lines()]
    for name in ("extract_speaker_embedding", "generate", "_prepare_icl_generation_inputs"):
        setattr(Model, name, before[name])
    return "\\n".join(lines)

print(json.dumps({change: told(change) for change in ["", *sys.argv[1:]]}))
"""
KEPT = """
import sys
from pathlib import Path
import mlx.core as mx
import numpy as np
from gateway.engines.mlx.worker_messages import Speak
from gateway.engines.mlx.worker.qwen3 import Qwen3Adapter

def pcm(pieces):
    return b"".join(np.array(piece.audio).tobytes() for piece in pieces)

def no_more(*_):
    raise AssertionError("the reference was encoded again")

mx.disable_compile()
adapter = Qwen3Adapter(Path(sys.argv[1]))
model = adapter._model
TRANSCRIPT = "One two three four."
# As long as this model expects it to be; rounded, so that the sum is exact in whatever order.
noise = [np.random.default_rng(n).normal(0, 0.1, len(TRANSCRIPT) * 1920) for n in range(2)]
clips = [(np.round(samples * 1024) / 1024).astype("<f4") for samples in noise]
# Two clips that mlx-audio's own cache cannot tell apart: the same transcript, length and sum.
clips.append(clips[0][::-1].copy())
assert float(mx.array(clips[0]).sum()) == float(mx.array(clips[2]).sum())
speak = Speak(1, "Hi.", seed=3, max_tokens=12)
plain = []
for clip in clips:
    mx.random.seed(3)
    model._icl_cache = {}
    given = {"text": "Hi.", "ref_audio": mx.array(clip), "ref_text": TRANSCRIPT, "max_tokens": 12}
    plain.append(pcm(model.generate(**given, stream=True, streaming_interval=0.32)))
prompts = [adapter.encode(clip, TRANSCRIPT) for clip in clips]
timbre = adapter.encode(clips[0], None)
model.speech_tokenizer.encode = model.speaker_encoder = no_more
kept = [pcm(adapter.generate(speak, prompt)) for prompt in prompts for _ in range(2)]
assert all(plain) and len(set(plain)) == 3
assert kept == [sound for sound in plain for _ in range(2)]
assert pcm(adapter.generate(speak, timbre)) not in plain
assert len(model._icl_cache) == 0
"""


def run(program: str, *arguments: str) -> str:
    """In a process of its own: MLX does not leave one it has been in as it was."""
    command = [sys.executable, "-c", program, *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """What is found to have moved, by the change that was made to mlx-audio; "" is none."""
    found: dict[str, str] = json.loads(run(TELLS, *(change for change, _ in CHANGES)))
    return found


def test_mlx_audio_is_the_one_the_adapter_was_made_for(told: dict[str, str]) -> None:
    moved = told[""]
    assert not moved, f"mlx-audio has changed; adapt gateway/engines/mlx/worker/qwen3.py:\n{moved}"


@pytest.mark.parametrize(("change", "line"), CHANGES)
def test_a_part_that_moved_is_named(told: dict[str, str], change: str, line: str) -> None:
    assert line in told[change]


def test_a_reference_is_encoded_once_and_sounds_as_if_it_were_encoded_each_time(
    checkpoint: Checkpoint,
) -> None:
    """Bit by bit, also for clips that mlx-audio's own cache takes for the same."""
    run(KEPT, checkpoint())

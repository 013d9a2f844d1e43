"""(a) mlx-audio's generator, called directly.

`python -m proofs.benchmarks.clone.direct MODEL CLIP TRANSCRIPT INTERVAL`

Reads one job a line on standard input and answers each with a line of JSON. Several clients are
served one after the other, as the generator can do no more; all wait from when the job came.
"""

import hashlib
import json
import sys
import time
from typing import Any

import mlx.core as mx
import numpy as np
import soundfile
from mlx_audio.tts import load_model

from proofs.benchmarks.clone.servers import announce

Answer = dict[str, float | int | str]


class Direct:
    """A loaded model and a voice to clone."""

    def __init__(self, model: str, clip: str, transcript: str, interval: str) -> None:
        self._model: Any = load_model(model)
        samples, _ = soundfile.read(clip, dtype="float32")
        self._clip = mx.array(samples)
        self._transcript = transcript
        self._interval = float(interval)
        self._language = "english" if "english" in self._model.get_supported_languages() else "auto"
        self._embed = self._model.extract_speaker_embedding

    def keep_embedding(self, keep: bool) -> None:
        """Whether the clip's speaker is recognised once for all requests, or as mlx-audio does, for each."""
        self._model.extract_speaker_embedding = self._embed
        if keep:
            embedding = self._embed(self._clip)
            self._model.extract_speaker_embedding = lambda *_, **__: embedding

    def serve(self, clients: int, spoken: list[dict[str, Any]]) -> list[Answer]:
        """What each client got; all have asked when the first is served."""
        asked = time.perf_counter()
        return [self._speak(asked, spoken) for _ in range(clients)]

    def _speak(self, asked: float, spoken: list[dict[str, Any]]) -> Answer:
        first = 0.0
        pcm = b""
        for sentence in spoken:
            mx.random.seed(sentence["seed"])
            for piece in self._model.generate(
                text=sentence["text"],
                lang_code=self._language,
                ref_audio=self._clip,
                ref_text=self._transcript,
                max_tokens=sentence["max_tokens"],
                stream=True,
                streaming_interval=self._interval,
            ):
                samples = np.clip(np.array(piece.audio.astype(mx.float32)), -1.0, 1.0)
                pcm += np.rint(samples * 32767.0).astype("<i2").tobytes()
                first = first or time.perf_counter() - asked
            mx.clear_cache()
        return {"first": first, "samples": len(pcm) // 2, "digest": hashlib.sha256(pcm).hexdigest()}


def main() -> None:
    direct = Direct(*sys.argv[1:])
    answers = announce(None)
    for line in sys.stdin:
        job = json.loads(line)
        direct.keep_embedding(job.pop("keep"))
        began = time.perf_counter()
        answered = direct.serve(**job)
        print(
            json.dumps({"wall": time.perf_counter() - began, "answers": answered}), file=answers, flush=True
        )


if __name__ == "__main__":
    main()

"""A model that speaks by eSpeak NG, or does as its script wants; see tests/fakes/scripted_model.py."""

import json
import math
import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import numpy as np

from gateway.engines.mlx.worker.worker_speaking import WARM_UP_TEXT

RATE = 24_000
FRAME = 1_920
"""Samples of a token"""
ESPEAK_RATE = 22_050
WAV_HEADER = 44
LANGUAGES = {
    "chinese": "cmn", "english": "en-gb", "french": "fr-fr", "german": "de", "italian": "it",
    "japanese": "ja", "korean": "ko", "portuguese": "pt", "russian": "ru", "spanish": "es",
}  # fmt: skip
"""Of the model, and eSpeak NG's"""
LONG_RUN = re.compile(r"([^\W\d_])\1{9}")
LEAD = 0.04
"""Seconds of silence in front of all it says"""


@dataclass(frozen=True, slots=True)
class GenerationResult:
    audio: Any
    token_count: int


class Model:
    """What the worker's adapter calls of mlx-audio's model, by the same names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        config = json.loads((folder / "config.json").read_bytes())
        self.model_type, self.sample_rate = config["model_type"], RATE
        self.config = SimpleNamespace(
            tts_model_type=config["tts_model_type"], tts_model_size=config["tts_model_size"]
        )
        self.tokenizer = self.speaker_encoder = object()
        self.speech_tokenizer = SimpleNamespace(has_encoder=True)
        self._icl_cache: dict[Any, Any] = {}
        self._times: Counter[str] = Counter()
        """How often each text was given"""

    def get_supported_speakers(self) -> list[str]:
        return ["ryan", "vivian"] if self.config.tts_model_type == "custom_voice" else []

    def get_supported_languages(self) -> list[str]:
        return ["auto", *LANGUAGES]

    def extract_speaker_embedding(self, audio: Any, sr: int = RATE) -> Any:
        """May take as long as the script says: here a reference is encoded."""
        time.sleep(self._script().get("encode_seconds", 0.0))
        return np.ones(8, dtype=np.float32)

    def _prepare_icl_generation_inputs(self, text: str, ref_audio: Any, ref_text: str, language: str) -> None:
        deadly = self._script().get("deadly")
        if deadly and re.search(deadly, ref_text):
            os.kill(os.getpid(), signal.SIGKILL)
        self._icl_cache[ref_text, ref_audio.size] = (None, None)

    def generate(
        self,
        text: str,
        voice: str | None = None,
        instruct: str | None = None,
        lang_code: str = "auto",
        ref_audio: Any = None,
        ref_text: str | None = None,
        max_tokens: int = 4096,
        stream: bool = False,
        streaming_interval: float = 2.0,
    ) -> Iterator[GenerationResult]:
        script = self._script()
        warms_up = text == WARM_UP_TEXT
        clip = 0.0 if ref_audio is None else ref_audio.size / RATE
        if not warms_up:
            self._times[text] += 1
            self._write_down(text, lang_code, voice, instruct, clip, ref_text)
        delay = script.get("start_delay", 0.0)
        known_before = script.get("warm_up_delay")
        time.sleep(known_before if warms_up and known_before is not None else delay)
        does = "" if warms_up else self._does(script, text, ref_text)
        pace = script.get("real_time_factor", 0.0)
        step = max(1, round(streaming_interval * RATE / FRAME))
        tokens = 0
        for frames in self._sound(does, text, lang_code, ref_audio, step):
            time.sleep(pace * len(frames) / RATE)
            used = -(-len(frames) // FRAME)
            tokens += used
            yield GenerationResult(frames, used)
            if tokens >= max_tokens:
                return

    def _sound(self, does: str, text: str, language: str, clip: Any, step: int) -> Iterator[Any]:
        """Float samples, `step` tokens at a time."""
        piece = step * FRAME
        match does:
            case "babble":
                for number in count():
                    yield _noise(number, piece)
            case "silent":
                said = np.zeros(round(RATE * (1.0 + 0.06 * len(text))), dtype=np.float32)
            case "short":
                said = _noise(1, round(0.7 * RATE))
            case "cut":
                said = _spoken(text, language)[: round(0.2 * RATE)]
            case "gap":
                whole = _spoken(text, language)
                half = len(whole) // 2
                said = np.concatenate([whole[:half], np.zeros(3 * RATE, dtype=np.float32), whole[half:]])
            case "nothing":
                return
            case "nan":
                said = np.full(piece, np.nan, dtype=np.float32)
            case "raise":
                raise ValueError("the script wants it")
            case "clip first":
                said = np.concatenate([np.asarray(clip, dtype=np.float32), _spoken(text, language)])
            case "hang":
                time.sleep(3600)
                return
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
                return
            case _:
                said = _spoken(text, language)
        for start in range(0, len(said), piece):
            yield said[start : start + piece]

    def _does(self, script: dict[str, Any], text: str, voice: str | None) -> str:
        for rule in script.get("rules", ()):
            fits = re.search(rule.get("text", ""), text) and re.search(rule.get("voice", ""), voice or "")
            often = self._times[text] <= rule.get("times", math.inf)
            if fits and often and mx.seeded[0] % 1000 < 1000 * rule.get("share", 1.0):
                return str(rule["does"])
        if "1次" in text:
            return "babble"
        if "hush" in text.lower():
            return "silent"
        return "short" if LONG_RUN.search(text) else ""

    def _script(self) -> dict[str, Any]:
        """Read anew each time: a test may change it while the worker runs."""
        script: dict[str, Any] = json.loads((self._folder / "script.json").read_bytes())
        return script

    def _write_down(
        self,
        text: str,
        language: str,
        speaker: str | None,
        instruct: str | None,
        clip: float,
        words: str | None,
    ) -> None:
        told = {
            "text": text, "language": language, "seed": mx.seeded[0], "speaker": speaker,
            "instruct": instruct, "clip": round(clip, 2), "transcript": words, "at": time.time(),
        }  # fmt: skip
        with (self._folder / "given.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(told) + "\n")


def _spoken(text: str, language: str) -> Any:
    """What eSpeak NG makes of it."""
    voice = LANGUAGES.get(language, "en-gb")
    command = ["espeak-ng", "-v", voice, "--stdout", "--stdin", "-z"]
    made = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    samples = np.frombuffer(made[WAV_HEADER:], "<i2").astype(np.float32) / 32768
    if not samples.size:
        return samples
    places = np.arange(0, len(samples) - 1, ESPEAK_RATE / RATE)
    spoken = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    return np.concatenate([np.zeros(round(LEAD * RATE), dtype=np.float32), spoken])


def _noise(seed: int, samples: int) -> Any:
    return np.random.default_rng(seed).normal(0, 0.12, samples).astype(np.float32)

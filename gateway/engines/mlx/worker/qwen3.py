"""Qwen3-TTS through mlx-audio: the only place that touches that library's private parts.

mlx-audio takes the speaker's embedding anew for each request, and keeps encoded references in a cache without
a bound whose keys collide. Here each reference is encoded once; before a sentence its parts are laid where
the library looks for them.
"""

import importlib.metadata
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_audio.tts import load_model
from mlx_audio.tts.models.qwen3_tts import Model

from gateway.engines.mlx.worker.model_folder import CannotSpeak, UnusableModel
from gateway.engines.mlx.worker_messages import Ready, Speak
from robotvoice.errors import UnknownLanguage
from robotvoice.languages import language_of

SIGNATURES = {
    "generate": {
        "text", "voice", "instruct", "lang_code", "ref_audio", "ref_text", "max_tokens", "stream",
        "streaming_interval",
    },
    "extract_speaker_embedding": {"audio", "sr"},
    "_prepare_icl_generation_inputs": {"text", "ref_audio", "ref_text", "language"},
}  # fmt: skip
"""The methods of mlx-audio's model used here, and the parameters they are known by."""
CACHE_LINES = (
    "ref_audio_fingerprint = (ref_audio.size, float(ref_audio.sum()))",
    "cache_key = (ref_text, ref_audio_fingerprint)",
    "ref_codes, ref_text_ids = self._icl_cache[cache_key]",
    "speaker_embed = self.extract_speaker_embedding(audio_for_spk)",
)
"""How mlx-audio looks up an encoded reference; the parts below are laid out to match."""


def missing_methods() -> list[str]:
    """What this installation's mlx-audio lacks of all that is called here."""
    missing = []
    for name, parameters in SIGNATURES.items():
        method = getattr(Model, name, None)
        if method is None:
            missing.append(f"Model.{name} is gone")
        elif gone := parameters - set(inspect.signature(method).parameters):
            missing.append(f"Model.{name} no longer takes {', '.join(sorted(gone))}")
    return missing


def moved_lines() -> list[str]:
    """Where it looks for an encoded reference otherwise: then each sentence encodes its reference anew."""
    try:
        source = inspect.getsource(Model._prepare_icl_generation_inputs)
    except (AttributeError, OSError):
        source = ""
    return [f"the reference cache no longer reads: {line}" for line in CACHE_LINES if line not in source]


def one_line(text: str) -> str:
    """Text as the model may see it: on one line, and without anything that reads as one of its own marks."""
    return re.sub(r"<\|", "< |", " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class EncodedReference:
    samples: Any
    transcript: str | None
    speaker_embedding: Any
    codes: tuple[Any, Any] | None
    """(reference codes, token ids of the transcript); None for timbre alone"""


class Qwen3Adapter:
    """A loaded Qwen3-TTS of any variant."""

    def __init__(self, folder: Path) -> None:
        """Raises UnusableModel."""
        version = importlib.metadata.version("mlx-audio")
        if missing := missing_methods():
            message = f"mlx-audio {version} is not the one this was made for: {'; '.join(missing)}"
            raise UnusableModel("other_version", message)
        if moved := moved_lines():
            print(f"mlx-audio {version}:", *moved, sep="\n", file=sys.stderr)
        self._model: Any = load_model(folder)
        self._check()
        self._embed = self._model.extract_speaker_embedding

    def describe(self) -> Ready:
        config = self._model.config
        return Ready(
            kind=self._model.model_type,
            variant=config.tts_model_type,
            size=config.tts_model_size,
            sample_rate=self._model.sample_rate,
            software=f"mlx-audio {importlib.metadata.version('mlx-audio')}, mlx {mx.__version__}, "
            f"{'Metal' if mx.metal.is_available() else str(mx.default_device().type).rpartition('.')[2]}",
            speakers=tuple(self._model.get_supported_speakers()),
        )

    def encode(self, samples: Any, transcript: str | None) -> EncodedReference:
        """`samples`: float32 mono at 24 kHz."""
        audio = mx.array(samples)
        transcript = one_line(transcript) if transcript is not None else None
        embedding = self._embed(audio)
        codes = None
        if transcript is not None:
            self._lay_out(EncodedReference(audio, transcript, embedding, None))
            self._model._prepare_icl_generation_inputs(
                text="", ref_audio=audio, ref_text=transcript, language="auto"
            )
            codes = next(iter(self._model._icl_cache.values()), None)
        if not mx.isfinite(embedding).all().item():
            raise CannotSpeak("bad_reference", "the reference gives no finite embedding; use another clip")
        return EncodedReference(audio, transcript, embedding, codes)

    def generate(self, speak: Speak, reference: EncodedReference | None) -> Iterator[Any]:
        """`GenerationResult`s: `audio` holds float samples, `token_count` their tokens."""
        self._lay_out(reference)
        mx.random.seed(speak.seed)
        generated: Iterator[Any] = self._model.generate(
            text=one_line(speak.text),
            voice=speak.speaker.lower() if speak.speaker else None,
            instruct=one_line(speak.instruct) if speak.instruct else None,
            lang_code=self._language(speak.language),
            ref_audio=reference.samples if reference else None,
            ref_text=reference.transcript if reference else None,
            max_tokens=speak.max_tokens,
            # Whole generation takes code 0 for padding and cuts the end off.
            stream=True,
            streaming_interval=speak.interval,
        )
        return generated

    def _lay_out(self, reference: EncodedReference | None) -> None:
        """Puts one encoded reference, and only that, where `generate` looks for it."""
        model, embed = self._model, self._embed
        model._icl_cache = {}
        if reference is None:
            model.extract_speaker_embedding = embed
            return
        samples, embedding = reference.samples, reference.speaker_embedding
        if reference.codes is not None:
            fingerprint = (samples.size, float(samples.sum()))
            model._icl_cache = {(reference.transcript, fingerprint): reference.codes}
        model.extract_speaker_embedding = lambda audio, sr=24_000: (
            embedding if audio is samples else embed(audio, sr)
        )

    def _language(self, tag: str | None) -> str:
        """As the model calls it; of one that it does not know it finds out by itself."""
        try:
            name = language_of(tag).name.lower() if tag else "auto"
        except UnknownLanguage:
            name = "auto"
        return name if name in self._model.get_supported_languages() else "auto"

    def _check(self) -> None:
        """mlx-audio only prints what it could not load, and would then fail or speak as somebody else."""
        needed = {"tokenizer": self._model.tokenizer, "speech tokenizer": self._model.speech_tokenizer}
        if self._model.config.tts_model_type == "base":
            speech = self._model.speech_tokenizer
            needed["encoder of references"] = speech is not None and speech.has_encoder
            needed["speaker encoder"] = self._model.speaker_encoder
        missing = [name for name, part in needed.items() if part is None or part is False]
        if missing:
            raise UnusableModel(
                "incomplete_model",
                f"the model's {' and '.join(missing)} could not be loaded; pull or copy it again",
            )


load = Qwen3Adapter
"""What makes this family's adapter of a folder."""

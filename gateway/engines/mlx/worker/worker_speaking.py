"""What a worker does with its requests, whatever the model."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Protocol

import mlx.core as mx
import numpy as np

from gateway.engines.mlx.families import Family
from gateway.engines.mlx.worker.memory_fit import memory_in_use
from gateway.engines.mlx.worker.model_folder import CannotSpeak
from gateway.engines.mlx.worker.voice_prompts import VoicePrompt, VoicePrompts
from gateway.engines.mlx.worker_messages import (
    WARM_UP,
    Answer,
    Audio,
    Cancelled,
    Failed,
    Finished,
    Forget,
    Prepare,
    Prepared,
    Ready,
    Speak,
    Started,
)

SAMPLE_RATE = 24_000
WARM_UP_TEXT = "One two three four five six seven eight."
WARM_UP_SECONDS = 3.2
WARM_UP_TOKENS = 12


class Adapter(Protocol):
    """What a family's module offers."""

    def describe(self) -> Ready: ...
    def encode(self, samples: Any, transcript: str | None) -> Any: ...
    def generate(self, speak: Speak, reference: Any) -> Iterator[Any]: ...


Send = Callable[..., None]
"""Of an Answer and, for audio, its body."""


class Speaking:
    """One model and the references encoded for it."""

    def __init__(self, adapter: Adapter, family: Family, send: Send) -> None:
        self._adapter = adapter
        self._family = family
        self._send = send
        self._prompts = VoicePrompts()
        self._warm_up: VoicePrompt | None = None

    def describe(self) -> Ready:
        return self._adapter.describe()

    def prepare(self, request: Prepare, body: bytes) -> None:
        samples = np.frombuffer(body, dtype="<f4")
        if not samples.size or not np.isfinite(samples).all():
            raise CannotSpeak("bad_reference", "the reference holds no samples, or some that are no numbers")
        prompt = VoicePrompt(self._adapter.encode(samples, request.transcript), request.ad_hoc)
        self._send(Prepared(request.prompt, self._prompts.put(request.prompt, prompt)))
        mx.clear_cache()

    def forget(self, request: Forget) -> None:
        self._prompts.drop(request.prompts)
        mx.clear_cache()

    def speak(self, request: Speak, cancelled: Callable[[], bool]) -> None:
        """Sends all there is to send of one sentence. Raises CannotSpeak."""
        if request.prompt == WARM_UP:
            request, prompt = replace(self._word(), id=request.id, prompt=WARM_UP), self._warm_up
        else:
            prompt = self._prompts.get(request.prompt) if request.prompt else None
            if request.prompt and prompt is None:
                raise CannotSpeak("unknown_prompt", "the reference was not prepared")
        self._send(Started(request.id))
        pieces = self._adapter.generate(request, prompt.parts if prompt else None)
        try:
            answer = self._speak_pieces(request, pieces, cancelled)
        finally:
            if close := getattr(pieces, "close", None):
                close()
            mx.clear_cache()
        self._send(answer)

    def _speak_pieces(self, request: Speak, pieces: Iterator[Any], cancelled: Callable[[], bool]) -> Answer:
        began = time.perf_counter()
        first_audio = 0.0
        samples = tokens = 0
        if cancelled():
            return Cancelled(request.id)
        for piece in pieces:
            pcm = _pcm16(piece.audio)
            tokens += piece.token_count
            samples += len(pcm) // 2
            first_audio = first_audio or time.perf_counter() - began
            self._send(Audio(request.id), pcm)
            if cancelled():
                return Cancelled(request.id)
        if request.prompt != WARM_UP and not samples:
            return Failed(request.id, "no_audio", "the model made no audio of a sentence")
        if request.prompt != WARM_UP and tokens >= request.max_tokens:
            message = f"the model did not come to an end within {tokens} tokens"
            return Failed(request.id, "runaway", message)
        wall = time.perf_counter() - began
        stats = {"wall": wall, "first_audio": first_audio, "audio": samples / SAMPLE_RATE, "tokens": tokens}
        return Finished(request.id, {**stats, **memory_in_use()})

    def warm_up(self) -> tuple[float, float]:
        """Speaks a word to nobody: (seconds to the first audio, real-time factor)."""
        if self._family.reference != "none":
            noise = np.random.default_rng(0).normal(0, 0.1, int(WARM_UP_SECONDS * SAMPLE_RATE))
            transcript = WARM_UP_TEXT if self._family.transcript != "none" else None
            self._warm_up = VoicePrompt(self._adapter.encode(noise.astype("<f4"), transcript))
        word = self._word()
        first, factor = 0.0, 0.0
        # The first round builds what all later ones use; only the second tells how fast the machine is.
        for _ in range(2):
            began = time.perf_counter()
            samples, first = 0, 0.0
            for piece in self._adapter.generate(word, self._warm_up.parts if self._warm_up else None):
                samples += len(_pcm16(piece.audio)) // 2
                first = first or time.perf_counter() - began
            factor = (time.perf_counter() - began) * SAMPLE_RATE / samples if samples else 0.0
        mx.clear_cache()
        return first, factor

    def _word(self) -> Speak:
        """What is spoken with nobody's voice."""
        family, speakers = self._family, self._adapter.describe().speakers
        return Speak(
            id=0,
            text=WARM_UP_TEXT,
            speaker=speakers[0] if family.speaker == "required" else None,
            instruct="A calm voice." if family.instruct == "required" else None,
            max_tokens=WARM_UP_TOKENS,
        )


def _pcm16(audio: Any) -> bytes:
    samples = np.array(audio.astype(mx.float32))
    if not np.isfinite(samples).all():
        raise CannotSpeak("not_a_number", "the model made samples that are no numbers")
    pcm: bytes = np.rint(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    return pcm

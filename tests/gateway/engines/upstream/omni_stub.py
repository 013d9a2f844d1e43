"""A stub that keeps vLLM-Omni's contract for `POST /v1/audio/speech`, in its older and its newer version."""

import base64
import io
import json
import wave
from collections.abc import Mapping
from typing import Any, Literal

from tests.fakes.fake_upstream import CHUNK, Exchange, answers, speaks

MODEL = "Qwen/Qwen3-TTS-12Hz-1.7B-Base"
LANGUAGES = {
    "Auto", "Chinese", "English", "French", "German", "Italian", "Japanese", "Korean", "Portuguese",
    "Russian", "Spanish",
}  # fmt: skip
KNOWN = {
    "model", "input", "voice", "task_type", "ref_audio", "ref_text", "x_vector_only_mode", "language",
    "instructions", "response_format", "stream", "stream_format", "speed", "seed", "max_new_tokens",
    "initial_codec_chunk_frames", "speaker_embedding", "sample_rate", "non_streaming_mode",
}  # fmt: skip
EVENT = {"type": "speech.audio.delta", "audio": base64.b64encode(CHUNK).decode(), "response_format": "pcm"}


class OmniStub:
    """A behaviour: `fake.always = OmniStub()`."""

    def __init__(self, version: Literal["0.18", "0.30"] = "0.30") -> None:
        self._version = version
        self.clips: list[int] = []
        """Frames of each clip that came, at 24 kHz"""

    async def __call__(self, exchange: Exchange) -> None:
        fields = exchange.heard.fields
        if problem := self._problem(fields):
            status, message = problem
            error = {"message": message, "type": "BadRequestError", "param": None, "code": int(status[:3])}
            behaviour = answers(status, "application/json", json.dumps({"error": error}).encode())
        elif not fields.get("stream"):
            behaviour = answers("200 OK", "audio/pcm", CHUNK * 5)
        elif self._version == "0.30" and fields.get("stream_format") != "audio":
            behaviour = speaks(f"data: {json.dumps(EVENT)}\n\n".encode(), kind="text/event-stream")
        else:
            behaviour = speaks()
        await behaviour(exchange)

    def _problem(self, fields: Mapping[str, Any]) -> tuple[str, str] | None:
        bad = "400 Bad Request"
        if unknown := fields.keys() - KNOWN:
            return bad, f"unknown {unknown}"
        if fields.get("model", MODEL) != MODEL:
            return "404 Not Found", "there is no such model"
        if fields.get("response_format", "wav") not in {"pcm", "wav"} or fields.get("speed", 1) != 1:
            return bad, "streaming takes pcm and wav at speed 1"
        if fields.get("language", "Auto") not in LANGUAGES:
            return bad, "there is no such language"
        if fields.get("task_type") != "Base":
            return None if fields.get("voice") == "vivian" else (bad, "there is no such voice")
        if not str(fields.get("ref_audio", "")).startswith("data:audio/wav;base64,"):
            return bad, "Base needs ref_audio"
        if not fields.get("ref_text") and not fields.get("x_vector_only_mode"):
            return bad, "Base needs ref_text"
        with wave.open(io.BytesIO(base64.b64decode(fields["ref_audio"].partition(",")[2]))) as clip:
            if (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) != (24_000, 1, 2):
                return bad, "a strange clip"
            self.clips.append(clip.getnframes())
        return None

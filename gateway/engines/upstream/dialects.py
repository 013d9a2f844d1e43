"""What the servers that call themselves compatible are asked, each in its own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.upstream_settings import DialectName
from speech.persona import UpstreamVoice, VoiceSpec
from speech.utterance import Reason

Fields = dict[str, Any]
Format = Literal["pcm", "wav"]

INTERVAL = 0.32
"""Seconds of audio that mlx-audio sends at a time; its own 2.0 would make the first sound late"""
LANGUAGES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "pt": "Portuguese", "ru": "Russian", "zh": "Chinese",
}  # fmt: skip
"""As Qwen3-TTS calls them; of any other it finds out by itself"""


@dataclass(frozen=True, slots=True)
class Request:
    """One sentence."""

    text: str
    voice: str
    more: UpstreamVoice
    clip: str | None
    """A WAV as a data: URI"""
    format: Format


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of server is asked and what it answers with."""

    fields: Callable[[Request], Fields]
    """The body of the request, without the fields that are None"""
    format: Format = "pcm"
    """What it streams best"""
    needs_model: bool = False
    clones: bool = False
    """Whether a clip may come with the request"""
    several_wavs: bool = False
    """Whether a streamed WAV is many that follow each other"""
    tells_substitute: bool = False
    """Whether a header says that another voice spoke"""

    def problem(self, voice: VoiceSpec) -> Reason | None:
        """Why no server of this kind can speak with a voice."""
        more = voice.upstream_voice
        if more is None or not (voice.voice or more.reference):
            return Reason("incomplete_voice", "this voice has no name at the upstream; add the key voice")
        if more.reference and not self.clones:
            return Reason(
                "not_supported",
                "this upstream clones no clip that comes with a sentence; give a voice it knows",
            )
        if self.needs_model and more.model is None:
            return Reason("incomplete_voice", "this upstream must be told a model; add the key model")
        return None


def _openai(asked: Request) -> Fields:
    return {
        "model": asked.more.model,
        "input": asked.text,
        "voice": asked.voice,
        "instructions": asked.more.instruct,
        "response_format": asked.format,
    }


def _vllm_omni(asked: Request) -> Fields:
    """`stream` alone means events in some of its versions."""
    cloned: Fields = {}
    if asked.clip:
        cloned = {
            "task_type": "Base",
            "ref_audio": asked.clip,
            "ref_text": asked.more.transcript,
            "x_vector_only_mode": None if asked.more.transcript else True,
        }
    language = (asked.more.language or "").partition("-")[0].lower()
    return {
        "model": asked.more.model,
        "input": asked.text,
        "voice": asked.voice or None,
        "language": LANGUAGES.get(language),
        "instructions": asked.more.instruct,
        "response_format": asked.format,
        "stream": True,
        "stream_format": "audio",
        **cloned,
    }


def _mlx_audio(asked: Request) -> Fields:
    return {
        "model": asked.more.model,
        "input": asked.text,
        "voice": asked.voice,
        "instruct": asked.more.instruct,
        "response_format": asked.format,
        "stream": True,
        "streaming_interval": INTERVAL,
    }


def _robotvoice(asked: Request) -> Fields:
    """A persona over there knows its own language; a clip does not."""
    cloned: Fields = {}
    if asked.clip:
        cloned = {
            "ref_audio": asked.clip,
            "ref_text": asked.more.transcript,
            "x_vector_only_mode": None if asked.more.transcript else True,
            "language": asked.more.language,
        }
    return {
        "model": asked.more.model or "robotvoice",
        "input": asked.text,
        "voice": asked.voice or None,
        "instructions": asked.more.instruct,
        "response_format": asked.format,
        **cloned,
    }


DIALECTS: Mapping[DialectName, Dialect] = {
    "openai": Dialect(_openai, needs_model=True),
    "vllm-omni": Dialect(_vllm_omni, clones=True),
    # The clip it takes is a path on its own machine. Its PCM does not say its rate, its WAV does.
    "mlx-audio": Dialect(_mlx_audio, format="wav", needs_model=True, several_wavs=True),
    "robotvoice": Dialect(_robotvoice, clones=True, tells_substitute=True),
}

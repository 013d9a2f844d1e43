"""What the servers that call themselves compatible are asked, each in its own words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.engines.upstream.upstream_settings import DialectName
from robotvoice.languages import CANNOT_SPEAK, QWEN3_TTS, language_of
from robotvoice.persona import UpstreamVoice, VoiceSpec
from robotvoice.utterance import Reason

Fields = dict[str, Any]
Format = Literal["pcm", "wav"]

INTERVAL = 0.32
"""Seconds of audio that mlx-audio sends at a time; its own 2.0 would make the first sound late"""


@dataclass(frozen=True, slots=True)
class UpstreamRequest:
    """One sentence."""

    text: str
    voice: str
    more: UpstreamVoice
    clip: str | None
    """A WAV as a data: URI"""
    format: Format
    language: str | None = None
    """A tag that whoever wants this sentence asks for; None: `more.language` is the voice's own"""

    @property
    def qwen(self) -> str | None:
        """Its language as Qwen3-TTS calls it; None: it has none for it, and finds out by itself."""
        tag = self.language or self.more.language
        language = language_of(tag) if tag else None
        return language.name if language and language.code in QWEN3_TTS else None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of server is asked and what it answers with."""

    fields: Callable[[UpstreamRequest], Fields]
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
    tells_language: Callable[[UpstreamVoice], bool] = lambda _: False
    """Whether the request can say in which language the text is"""
    of_qwen: Callable[[UpstreamVoice], bool] = lambda _: False
    """Whether it is Qwen3-TTS that speaks there, whose languages are known"""

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
        asked = language_of(voice.language) if voice.language else None
        if asked and self.of_qwen(more) and asked.code not in QWEN3_TTS:
            return Reason(CANNOT_SPEAK, f"{asked.name} is none of the languages of {voice.engine}")
        if self.needs_model and more.model is None:
            return Reason("incomplete_voice", "this upstream must be told a model; add the key model")
        return None


def _openai(asked: UpstreamRequest) -> Fields:
    return {
        "model": asked.more.model,
        "input": asked.text,
        "voice": asked.voice,
        "instructions": asked.more.instruct,
        "response_format": asked.format,
    }


def _with_clip(asked: UpstreamRequest) -> Fields:
    """Of who clones a clip that comes along, and then takes no voice."""
    fields = _openai(asked) | {"voice": asked.voice or None}
    if asked.clip:
        fields["ref_audio"], fields["ref_text"] = asked.clip, asked.more.transcript
        fields["x_vector_only_mode"] = None if asked.more.transcript else True
    return fields


def _vllm_omni(asked: UpstreamRequest) -> Fields:
    """`stream` alone means events in some of its versions."""
    return _with_clip(asked) | {
        "task_type": "Base" if asked.clip else None,
        "language": asked.qwen,
        "stream": True,
        "stream_format": "audio",
    }


def _mlx_audio(asked: UpstreamRequest) -> Fields:
    return _openai(asked) | {
        "instructions": None,
        "instruct": asked.more.instruct,
        # Its other models have names of their own for languages.
        "lang_code": asked.qwen.lower() if asked.qwen and _is_qwen(asked.more) else None,
        "stream": True,
        "streaming_interval": INTERVAL,
    }


def _is_qwen(voice: UpstreamVoice) -> bool:
    return "qwen3-tts" in (voice.model or "").lower()


def _robotvoice(asked: UpstreamRequest) -> Fields:
    """A persona over there knows its own language; a clip does not."""
    return _with_clip(asked) | {
        "model": asked.more.model or "robotvoice",
        "language": asked.language or (asked.more.language if asked.clip else None),
        "consent": asked.more.granted_by if asked.clip else None,
    }


DIALECTS: Mapping[DialectName, Dialect] = {
    "openai": Dialect(_openai, needs_model=True),
    "vllm-omni": Dialect(
        _vllm_omni,
        clones=True,
        tells_language=lambda _: True,
        of_qwen=lambda voice: not voice.model or _is_qwen(voice),
    ),
    # The clip it takes is a path on its own machine. Its PCM does not say its rate, its WAV does.
    "mlx-audio": Dialect(
        _mlx_audio,
        format="wav",
        needs_model=True,
        several_wavs=True,
        tells_language=_is_qwen,
        of_qwen=_is_qwen,
    ),
    "robotvoice": Dialect(_robotvoice, clones=True, tells_substitute=True, tells_language=lambda _: True),
}

"""What every contestant is given: the model, the voice and the texts."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from gateway.clips.clip import CLIP_RATE
from gateway.clips.reference_clips import load_persona_clip
from gateway.engines.mlx.mlx_engine import seed_of
from gateway.engines.mlx.time_limits import SentenceLimits, token_cap
from proofs.tiny_voice import make_checkpoint, reference_clip
from robotvoice.persona import ModelVoice
from robotvoice.text import sentences

INTERVAL = SentenceLimits().interval
"""Seconds of audio in a piece; all that stream use the gateway's"""
SEED = 7
PERSONA_ID = "bench"
PERSONA = """\
name: Bench
language: en
voice: {{engine: mlx, model: {model}, reference: {clip}, transcript: {words}}}
consent: {{subject: synthetic, granted_by: project, scope: benchmark}}
"""


@dataclass(frozen=True, slots=True)
class Text:
    """What is asked for at a time."""

    name: str
    text: str

    @property
    def spoken(self) -> list[dict[str, str | int]]:
        """Its sentences as the gateway gives them to the model, each with its seed and its longest length."""
        voice = ModelVoice("", "", seed=SEED)
        return [
            {"text": each.text, "seed": seed_of(voice, each.text), "max_tokens": token_cap(each.text)}
            for each in sentences(self.text)
        ]


ONE = Text("1 sentence", "The rain has stopped.")
FIVE = Text(
    "5 sentences", "The rain has stopped. We can go out. Take your coat. It is cold. The dog is waiting."
)
TEXTS = (ONE, FIVE)


@dataclass(frozen=True, slots=True)
class Material:
    """Files to speak with."""

    model: Path
    clip: Path
    """24 kHz, with the silence at its end that a model needs: what the gateway makes of the persona's clip"""
    transcript: str
    personas: Path
    """The gateway's, with one that has this voice"""


def make_material(folder: Path) -> Material:
    """Takes some seconds. Raises CheckpointFailed, and EngineUnavailable where eSpeak NG is missing."""
    model = make_checkpoint(folder / "model")
    persona = folder / "personas" / PERSONA_ID
    persona.mkdir(parents=True)
    clip, transcript = reference_clip(persona)
    (persona / "words.txt").write_text(transcript, encoding="utf-8")
    content = PERSONA.format(model=model, clip=clip.name, words="words.txt")
    (persona / "persona.yaml").write_text(content, encoding="utf-8")
    decoded = asyncio.run(load_persona_clip(clip)).clip
    ready = folder / "clip.wav"
    soundfile.write(ready, np.frombuffer(decoded.samples, dtype="<f4"), CLIP_RATE, subtype="FLOAT")
    return Material(model, ready, transcript, persona.parent)

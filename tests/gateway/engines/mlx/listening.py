"""What tests of the mlx engine ask for and listen to."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

from gateway.clips.clip import Clip
from gateway.clips.reference_clips import load_persona_clip
from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.utterance import Sentence

TEXT = "The kettle sings."
LONG = "So it went on and on, through the whole of a very long and rainy afternoon."
Checkpoint = Callable[..., str]
Voice = Callable[..., VoiceSpec]


@dataclass(frozen=True)
class Models:
    """Folders of one model of each behaviour."""

    base: str
    never: str
    """Never comes to an end"""
    once: str
    """Ends at once"""
    custom: str
    """With preset voices, too small to take instruct"""
    design: str


async def clip_of(voice: ModelVoice) -> Clip:
    assert voice.reference is not None
    return (await load_persona_clip(voice.reference)).clip


def of(model: str, **given: str) -> VoiceSpec:
    """A voice without a reference."""
    return VoiceSpec("mlx", model_voice=ModelVoice(model, "key", **given))  # type: ignore[arg-type] # any field


async def pcm_of(engine: MlxEngine, voice: VoiceSpec, text: str = TEXT) -> bytes:
    async with aclosing(engine.speak(Sentence(0, text), voice)) as chunks:
        return b"".join([chunk.pcm async for chunk in chunks])


async def until(true: Callable[[], object], within: float = 30.0) -> None:
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 (what is waited for happens in other processes)
            await asyncio.sleep(0.02)


def pid_of(engine: MlxEngine) -> int | None:
    """Of the first model's process."""
    pid = next(iter(engine.status.values()))["pid"]
    assert pid is None or isinstance(pid, int)
    return pid


def sentences_of(engine: MlxEngine) -> int:
    """How many the first model has spoken to their end."""
    count = next(iter(engine.status.values()))["sentences"]
    assert isinstance(count, int)
    return count

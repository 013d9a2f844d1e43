"""A long run of several clients at one worker: no answer is another's."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import pytest
import pytest_asyncio

from gateway.clips.clip import Clip
from gateway.clips.reference_clips import load_caller_clip, load_persona_clip
from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.mlx.cloning_gateway import References
from tests.gateway.engines.mlx.listening import Checkpoint, pcm_of, pid_of
from tests.gateway.engines.mlx.memory import by_clients

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow, pytest.mark.timeout(900)]

MIXED = 150
"""Requests that are heard to their end"""
AD_HOC = "ad hoc"
"""How the keys of clips that come with a request begin"""
Asking = Callable[[str], VoiceSpec]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def worker(checkpoint: Checkpoint, references: References) -> AsyncIterator[MlxEngine]:
    """An engine of one model, which no other test uses."""

    async def clip_of(voice: ModelVoice) -> Clip:
        if voice.reference:
            return (await load_persona_clip(voice.reference)).clip
        clip, _ = references[voice.key[-1]]
        return (await load_caller_clip(await asyncio.to_thread(clip.read_bytes))).clip

    engine = MlxEngine([checkpoint()], clip_of)
    await engine.start()
    yield engine
    await engine.close()


@pytest.fixture(scope="module")
def persona(checkpoint: Checkpoint, references: References) -> Asking:
    """The voice of persona a or b, always with the same seed."""

    def voice(name: str) -> VoiceSpec:
        clip, transcript = references[name]
        return VoiceSpec("mlx", model_voice=ModelVoice(checkpoint(), name, clip, transcript, seed=7))

    return voice


@pytest.fixture(scope="module")
def ad_hoc(checkpoint: Checkpoint, references: References) -> Asking:
    """The same clip, each time as one that nobody has sent before: it must sound as its persona does."""
    numbers = itertools.count()

    def voice(name: str) -> VoiceSpec:
        key = f"{AD_HOC} {next(numbers)} {name}"
        transcript = references[name][1]
        return VoiceSpec(
            "mlx", model_voice=ModelVoice(checkpoint(), key, None, transcript, seed=7, ad_hoc=True)
        )

    return voice


async def broken_off(engine: MlxEngine, voice: VoiceSpec, text: str, after: int) -> None:
    """Leaves after so many chunks."""
    async with aclosing(engine.speak(Sentence(0, text), voice)) as chunks:
        for _ in range(after):
            await anext(chunks, None)


async def test_each_of_many_mixed_answers_is_what_its_persona_alone_gives(
    worker: MlxEngine, persona: Asking, ad_hoc: Asking
) -> None:
    """A, B, A, B ... with the same text, among requests that are broken off and clips that come with one."""
    text = "I do."
    alone = {name: await pcm_of(worker, persona(name), text) for name in "ab"}
    assert alone["a"] != alone["b"]
    pid, chance = pid_of(worker), random.Random(1)
    wrong: list[tuple[int, str]] = []

    async def one(number: int) -> None:
        name, other = ("a", "b") if number % 2 == 0 else ("b", "a")
        if chance.random() < 0.3:
            voice = ad_hoc(other) if chance.random() < 0.2 else persona(other)
            await broken_off(worker, voice, text, chance.randrange(4))
        if chance.random() < 0.1 and await pcm_of(worker, ad_hoc(other), text) != alone[other]:
            wrong.append((number, f"{AD_HOC} {other}"))
        if await pcm_of(worker, persona(name), text) != alone[name]:
            wrong.append((number, name))

    await by_clients(one, MIXED)
    assert wrong == []
    assert pid_of(worker) == pid, "the worker was replaced meanwhile"

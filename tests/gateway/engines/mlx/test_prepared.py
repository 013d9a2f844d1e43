"""The references of personas are encoded before anybody asks, and again by a worker that takes over."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.persona import VoiceSpec
from tests.gateway.engines.mlx.listening import Checkpoint, Voice, clip_of, pcm_of, pid_of, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def engine(checkpoint: Checkpoint) -> AsyncIterator[MlxEngine]:
    engine = MlxEngine([checkpoint()], clip_of)
    await engine.start()
    yield engine
    await engine.close()


def prepared(engine: MlxEngine, voice: VoiceSpec) -> bool:
    assert voice.model_voice is not None
    (worker,) = engine._workers.values()
    return worker.has_prepared(voice.model_voice.key)


async def test_what_is_expected_is_encoded_in_advance_by_each_worker(
    engine: MlxEngine, cloned: Voice
) -> None:
    voices = [cloned("a"), cloned("b")]
    engine.expect(voices)
    await until(lambda: all(prepared(engine, voice) for voice in voices))
    right = await pcm_of(engine, voices[0])
    assert right
    pid = pid_of(engine)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: pid_of(engine) not in (None, pid))
    await until(lambda: all(prepared(engine, voice) for voice in voices))
    assert await pcm_of(engine, voices[0]) == right


async def test_one_that_cannot_be_encoded_keeps_nobody_from_speaking(
    engine: MlxEngine, cloned: Voice, checkpoint: Checkpoint
) -> None:
    good = cloned("a")
    assert good.model_voice is not None and good.model_voice.reference is not None
    nowhere = good.model_voice.reference.with_name("nowhere.wav")
    bad = replace(good, model_voice=replace(good.model_voice, key="bad", reference=nowhere))
    engine.expect([bad, good])
    await until(lambda: prepared(engine, good))
    assert not prepared(engine, bad)
    assert await pcm_of(engine, good)


async def test_what_may_not_be_used_any_more_is_forgotten_by_the_worker_and_may_come_back(
    engine: MlxEngine, cloned: Voice
) -> None:
    """Also while it speaks with another voice."""
    gone, stays = cloned("a"), cloned("b")
    engine.expect([gone, stays])
    await until(lambda: all(prepared(engine, voice) for voice in (gone, stays)))
    right = await pcm_of(engine, gone)
    speaking = asyncio.create_task(pcm_of(engine, stays))
    assert gone.model_voice
    engine.expect([stays])
    engine.forget([gone.model_voice.key, "nobody"])
    assert not prepared(engine, gone) and prepared(engine, stays)
    assert await speaking
    assert await pcm_of(engine, stays), "the conversation goes on"
    assert not prepared(engine, gone)
    assert await pcm_of(engine, gone) == right, "it is encoded anew"

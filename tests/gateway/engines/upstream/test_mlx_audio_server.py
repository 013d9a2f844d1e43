"""mlx-audio's own server as an upstream, with a model of random weights."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from gateway.engines.upstream.upstream_engine import UpstreamEngine
from proofs.benchmarks.clone.contestants import URL, said
from proofs.rig.program import Program, environment
from proofs.tiny_voice import make_checkpoint
from robotvoice.persona import UpstreamVoice, VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.upstream.listening import listen, upstream

pytestmark = [pytest.mark.clone, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
TEXT = "This is said by another server."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    if importlib.util.find_spec("mlx_audio") is None:
        pytest.skip("mlx-audio is not installed; pip install 'robotvoice[mlx]'")
    folder = tmp_path_factory.mktemp("model") / "custom"
    return str(make_checkpoint(folder, kind="custom_voice", ending="natural", size="0b6"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(model: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[UpstreamEngine]:
    command = (sys.executable, "-m", "proofs.benchmarks.clone.servers", "library")
    async with (
        Program("library", command, environment(tmp_path_factory.mktemp("server"))) as server,
        upstream(await said(server, URL), dialect="mlx-audio", first_audio=60.0) as engine,
    ):
        yield engine


def voice(model: str) -> VoiceSpec:
    return VoiceSpec("upstream:studio", "vivian", upstream_voice=UpstreamVoice("key", model=model))


async def test_a_sentence_is_one_sound_though_it_comes_as_many_wavs(
    engine: UpstreamEngine, model: str
) -> None:
    heard = await listen(engine, voice(model), TEXT)
    assert heard.problem is None
    assert len(heard.chunks) > 1 and heard.chunks[0].format.sample_rate == 24_000
    assert len(np.frombuffer(heard.pcm, "<i2")) > 24_000
    assert b"RIFF" not in heard.pcm
    await engine.probe()


async def test_whoever_leaves_leaves_it_ready_for_the_next(engine: UpstreamEngine, model: str) -> None:
    async with aclosing(engine.speak(Sentence(0, TEXT * 4), voice(model))) as chunks:
        await anext(chunks)
    assert (await listen(engine, voice(model), TEXT)).problem is None


async def test_a_model_it_does_not_have_is_no_sound(engine: UpstreamEngine, tmp_path: Path) -> None:
    heard = await listen(engine, voice(str(tmp_path / "gone")), TEXT)
    assert heard.problem is not None and heard.chunks == []

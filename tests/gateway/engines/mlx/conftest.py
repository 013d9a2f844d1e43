"""A model of random weights and two voices to clone, for all tests with a real worker."""

import importlib.util
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.engines.mlx.mlx_engine import MlxEngine
from proofs.tiny_voice import Ending, Kind, Size, reference_clip
from robotvoice.persona import ModelVoice, VoiceSpec
from tests.gateway.engines.mlx.cloning_gateway import CloningGateway, cloning_gateway
from tests.gateway.engines.mlx.listening import Checkpoint, Models, Voice, clip_of
from tests.proofs.tiny_voice.one_for_all import one_for_all

HERE = Path(__file__).parent
NEEDS_NO_MODEL = {"test_pace.py", "test_scheduler.py", "test_scheduler_mutants.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Nearly all of these need mlx-audio, which is no part of the everyday set-up."""
    for item in items:
        if HERE in item.path.parents and item.path.name not in NEEDS_NO_MODEL:
            item.add_marker("clone")


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """Makes a model of a kind, ending and size, once; its folder."""
    if importlib.util.find_spec("mlx_audio") is None:
        pytest.skip("mlx-audio is not installed; pip install 'robotvoice[mlx]'")

    def make(kind: Kind = "base", ending: Ending = "natural", size: Size | None = None) -> str:
        return str(one_for_all(tmp_path_factory, kind, ending, size))

    return make


@pytest.fixture(scope="session")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """Clip and transcript of A and of B."""
    folder = tmp_path_factory.mktemp("clips")
    voices = {"a": "en", "b": "en+f4"}
    return {
        name: reference_clip(folder, VoiceSpec("espeak", voice=voice, rate=150), name)
        for name, voice in voices.items()
    }


@pytest.fixture(scope="session")
def cloned(checkpoint: Checkpoint, references: dict[str, tuple[Path, str]]) -> Voice:
    """The voice of A or B, as a persona would ask for it."""

    def voice(name: str, *, model: str | None = None, key: str | None = None) -> VoiceSpec:
        clip, transcript = references[name]
        key = key or f"key of {name}"
        return VoiceSpec("mlx", model_voice=ModelVoice(model or checkpoint(), key, clip, transcript))

    return voice


@pytest.fixture(scope="session")
def models(checkpoint: Checkpoint) -> Models:
    kinds = [
        {},
        {"ending": "never"},
        {"ending": "once"},
        {"kind": "custom_voice", "size": "0b6"},
        {"kind": "voice_design"},
    ]
    # Each is made by a process of its own, which is busy for two seconds.
    with ThreadPoolExecutor(2) as makers:
        return Models(*makers.map(lambda kind: checkpoint(**kind), kinds))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(models: Models) -> AsyncIterator[MlxEngine]:
    """One engine for all tests that leave it as they found it, or wait until it is so again."""
    engine = MlxEngine(astuple(models), clip_of)
    await engine.start()
    yield engine
    await engine.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(
    tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint, references: dict[str, tuple[Path, str]]
) -> AsyncIterator[CloningGateway]:
    """A process of its own, for all tests that leave it well."""
    async with cloning_gateway(tmp_path_factory.mktemp("gateway"), checkpoint(), references) as gateway:
        yield gateway

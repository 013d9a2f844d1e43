"""A gateway without the packages that run models: told once, and its personas' fallbacks speak."""

import asyncio
import sys
from pathlib import Path

import pytest

from proofs.rig.program import environment
from robotvoice.ground.installation import how_to_install
from tests.gateway.in_process import SOON
from tests.gateway.process import started

PERSONA = """name: Rook
language: en
voice: {engine: mlx, model: somebody/Model, speaker: ryan}
fallbacks: [{engine: espeak, voice: en}]
"""
HIDING = """
import importlib.machinery, sys

found = importlib.machinery.PathFinder.find_spec

def find_spec(name, path=None, target=None):
    hidden = name.partition('.')[0] in ('mlx', 'mlx_audio', 'huggingface_hub')
    return None if hidden else found(name, path, target)

importlib.machinery.PathFinder.find_spec = find_spec
"""
"""As if they were not installed, in every process that is started with this on its path"""


@pytest.mark.slow
async def test_what_is_not_installed_is_told_once_and_is_no_error(tmp_path: Path) -> None:
    """No worker is started again and again for it."""
    (tmp_path / "hiding").mkdir()
    (tmp_path / "hiding" / "sitecustomize.py").write_text(HIDING)
    folder = tmp_path / "personas" / "rook"
    folder.mkdir(parents=True)
    (folder / "persona.yaml").write_text(PERSONA)
    variables = environment(tmp_path)
    variables["PYTHONPATH"] = f"{tmp_path / 'hiding'}:{variables['PYTHONPATH']}"
    async with started(tmp_path, "--personas", str(folder.parent), env=variables) as gateway:
        await gateway.until(
            "/health", lambda answer: "not installed" in str(answer.json["engines"]["mlx"]["reason"])
        )
        mlx = (await gateway.ask("/health")).json["engines"]["mlx"]
        assert mlx["retry_after"] is None
        assert how_to_install("mlx").partition(" -m ")[2] in mlx["reason"]
        (model,) = mlx["models"]
        assert (model["state"], model["restarts"]) == ("unusable", 0)
        answer = await gateway.ask("/synthesize?text=Hello&voice=rook")
        assert (answer.status, answer.headers["X-Voice-Substitute"]) == (200, "not_installed")
        async with asyncio.timeout(SOON):
            # Personas are looked through while it serves.
            while not any("persona rook" in line for line in gateway.log):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)
        assert await gateway.stopped() == 0
    assert not [line for line in gateway.log if "ERROR" in line or "Traceback" in line], gateway.log
    told = [line for line in gateway.log if "mlx-audio is not installed" in line]
    assert len([line for line in told if "persona rook" in line]) == 1
    assert len(told) == 2, gateway.log


async def test_models_are_not_pulled_without_their_packages(tmp_path: Path) -> None:
    (tmp_path / "hiding").mkdir()
    (tmp_path / "hiding" / "sitecustomize.py").write_text(HIDING)
    variables = environment(tmp_path)
    variables["PYTHONPATH"] = f"{tmp_path / 'hiding'}:{variables['PYTHONPATH']}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "models", "pull", "somebody/Model"),
        env=variables,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(SOON):
        _, said = await process.communicate()
    assert process.returncode == 2
    (line,) = said.decode().splitlines()
    assert "models need their own packages" in line and how_to_install("mlx") in line

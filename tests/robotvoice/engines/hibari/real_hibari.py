"""hibari itself in its child process, and programs that are not it."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from robotvoice.engines.hibari.hibari_engine import CHILD, HibariEngine
from tests.robotvoice.engines.espeak.real_espeak import children

NEEDS_HIBARI = pytest.mark.skipif(
    importlib.util.find_spec("hibari") is None, reason="the package hibari-tts is not installed"
)


@asynccontextmanager
async def hibari(program: str | None = None) -> AsyncIterator[HibariEngine]:
    """Python code in place of its program, if any; it is closed in the end."""
    engine = HibariEngine([sys.executable, "-c", program]) if program else HibariEngine()
    try:
        yield engine
    finally:
        await engine.close()


def its_child() -> psutil.Process:
    (child,) = children()
    return child


def with_package(folder: Path, weights: bytes, code: str = "") -> str:
    """Its program, where the package is another one."""
    (folder / "hibari" / "assets").mkdir(parents=True)
    (folder / "hibari" / "__init__.py").write_text(code)
    (folder / "hibari" / "assets" / "hibari.onnx").write_bytes(weights)
    run = f"runpy.run_path({str(CHILD)!r}, run_name='__main__')"
    return f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); {run}"

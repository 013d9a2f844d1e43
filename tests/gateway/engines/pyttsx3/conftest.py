"""Real pyttsx3 in real child processes; what a test starts is gone when it ends."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine

StartPyttsx3 = Callable[..., Awaitable[Pyttsx3Engine]]


@pytest.fixture
def sound_folder(tmp_path: Path) -> Iterator[Path]:
    """For what pyttsx3 writes; all of it is gone in the end."""
    yield tmp_path
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
async def start_pyttsx3(nothing_left: None) -> AsyncIterator[StartPyttsx3]:
    """Starts engines that are closed when the test ends; takes what `Pyttsx3Engine` does."""
    started: list[Pyttsx3Engine] = []

    async def start(*arguments: Any, **options: Any) -> Pyttsx3Engine:
        started.append(Pyttsx3Engine(*arguments, **options))
        await started[-1].start()
        return started[-1]

    yield start
    for engine in started:
        await engine.close()

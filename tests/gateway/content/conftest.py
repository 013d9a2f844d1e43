"""One gateway with a scripted model for all tests of a file that ask for it; each has voices of its own."""

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from tests.fakes.scripted_model import ScriptedModel, scripted_gateway
from tests.gateway.in_process import Answer
from tests.gateway.process import GatewayProcess

NUMBERS = itertools.count()
NAMES = ("nova", "brim", "cora", "dale", "ezra")


@dataclass(frozen=True, slots=True)
class Scripted:
    """A gateway that runs, and the model behind it."""

    process: GatewayProcess
    model: ScriptedModel

    async def say(self, voice: str, text: str) -> Answer:
        """A whole WAV."""
        return await self.process.ask(f"/synthesize?voice={voice}&text={quote(text, safe='')}")

    async def by(self, voice: str, *texts: str) -> list[str | None]:
        """The engines that spoke them."""
        return [(await self.say(voice, text)).headers.get("X-Voice-Engine") for text in texts]

    async def speech(self, **fields: Any) -> Answer:
        """By OpenAI's dialect."""
        url = f"http://127.0.0.1:{self.process.port}/v1/audio/speech"
        async with ClientSession() as session, session.post(url, json={"model": "any", **fields}) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def mlx(self) -> dict[str, Any]:
        """What `/v1/status` says of the engine."""
        told: dict[str, Any] = (await self.process.ask("/v1/status")).json["engines"]["mlx"]
        return told

    async def breaker(self) -> str:
        return str((await self.mlx())["breaker"]["state"])

    async def persona(self, name: str) -> dict[str, Any]:
        """What `/v1/status` says of one."""
        told: dict[str, Any] = (await self.process.ask("/v1/status")).json["personas"][name]
        return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_once(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scripted]:
    home = tmp_path_factory.mktemp("gateway")
    model = ScriptedModel.made(home / "model")
    async with scripted_gateway(home, model, *NAMES) as process:
        yield Scripted(process, model)


@pytest_asyncio.fixture(loop_scope="module")
async def scripted(running_once: Scripted) -> Scripted:
    """With the script that every model has; all is well, as it mostly is between two that go wrong."""
    running_once.model.script()
    assert await running_once.by("brim", f"All is well, {next(NUMBERS)}.") == ["mlx"]
    return running_once

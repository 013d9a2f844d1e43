"""The end of a server whose clients still wait for something."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from gateway.app import make_app
from gateway.engines.parts import Parts
from gateway.settings.settings import Settings
from robotvoice.http.runner import SHUTDOWN_WITHIN, Runner
from tests.fakes.scripted_engine import FOREVER, SPEAKS, Script, ScriptedEngine
from tests.gateway.in_process import SOON, library, named, persona, soon


@pytest.mark.parametrize(
    ("script", "served"), [([FOREVER], False), ([0.2, 10], True)], ids=["has no end", "is nearly done"]
)
async def test_a_stop_waits_for_a_text_that_is_nearly_done_but_not_for_ever(
    script: Script, served: bool
) -> None:
    engine = ScriptedEngine("own", script, SPEAKS, first_audio_cap=1_000)
    app = make_app(Settings(), library(persona("p", "own")), Parts(named(engine)), identity="x")
    runner = Runner(app, shutdown_within=SHUTDOWN_WITHIN if served else 0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        asking = asyncio.ensure_future(
            session.get(f"http://127.0.0.1:{runner.addresses[0][1]}/synthesize?text=Hello")
        )
        await soon(lambda: engine.speaking == 1)
        async with asyncio.timeout(SOON):
            await runner.cleanup()
        assert engine.speaking == 0
        if served:
            assert (await asking).status == 200
        else:
            with pytest.raises(aiohttp.ClientError):
                await asking

"""Who wants events is told when the personas change; nobody else is."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from gateway.ground.folders import bundled_personas
from gateway.requests.app_keys import LISTENERS, PERSONAS
from tests.gateway.in_process import SOON, running


async def test_who_wants_events_is_told_of_a_persona_that_changed(tmp_path: Path) -> None:
    folder = tmp_path / "personas"
    shutil.copytree(bundled_personas(), folder)
    file = folder / "vixen" / "persona.yaml"
    async with running(watched=folder) as gateway:
        url = gateway.url("/ws/tts")
        async with (
            gateway.session.ws_connect(f"{url}?events=1") as told,
            gateway.session.ws_connect(url) as untold,
        ):
            file.write_text(file.read_text().replace("pitch: 72", "pitch: 71"))
            async with asyncio.timeout(SOON):
                event = json.loads(await told.receive_str())
            assert event["type"] == "personas"
            personas = gateway.app[PERSONAS].library.personas
            assert event["revisions"] == {id: each.revision for id, each in personas.items()}
            with pytest.raises(TimeoutError):
                await untold.receive_str(timeout=0.1)
        async with asyncio.timeout(SOON):
            while gateway.app[LISTENERS]:  # noqa: ASYNC110 - the gateway's own business
                await asyncio.sleep(0.01)

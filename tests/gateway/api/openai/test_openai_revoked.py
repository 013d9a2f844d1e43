"""A key that is revoked while its text is heard: the sentence ends, and the rest is cut off."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientError

from gateway.security.credentials import KEYS_FILE, Credentials
from tests.gateway.api.openai.openai_client import CHUNK, Told, alone
from tests.gateway.in_process import SOON, running

TEXT = "The first one. The second one. The third one."


@pytest.mark.parametrize("revoked", [True, False])
async def test_what_is_being_spoken_is_heard_and_no_more(revoked: bool, tmp_path: Path) -> None:
    engine = Told("mlx", 2)
    engine.hold = asyncio.Event()
    keys = Credentials(tmp_path / KEYS_FILE)
    headers = {"Authorization": f"Bearer {keys.new('agent')}"}
    asked = {"input": TEXT, "response_format": "pcm"}
    heard = bytearray()
    async with (
        running(alone("mlx"), {"mlx": engine}, from_network=True, state_dir=tmp_path) as gateway,
        asyncio.timeout(SOON),
        gateway.session.post(gateway.url("/v1/audio/speech"), json=asked, headers=headers) as answer,
    ):
        heard += await answer.content.readexactly(len(CHUNK))
        if revoked:
            keys.remove("agent")
        engine.hold.set()
        try:
            async for piece in answer.content.iter_any():
                heard += piece
            assert not revoked
        except ClientError:
            assert revoked
    # The end of what was sent may be lost with the connection.
    assert len(CHUNK) <= len(heard) <= 2 * len(CHUNK) if revoked else len(heard) == 6 * len(CHUNK)

"""What one clip or one caller does wrong is theirs alone: the real worker, with a scripted model."""

import asyncio
import base64
from pathlib import Path

import pytest

from tests.gateway.content.conftest import NAMES, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")

BAD = {"voice": "^nova", "does": "silent"}
"""Whatever she says"""


async def test_a_bad_clip_costs_its_persona_the_voice_and_nobody_else(scripted: Scripted) -> None:
    """B3, Y1: she talks a lot, and what is wrong is told where her owner looks."""
    scripted.model.script(rules=[BAD])
    before = len(scripted.model.given())
    for number in range(10):
        assert await scripted.by("nova", f"Number {number}, as I said.") == ["espeak"]
    asked = [each.text for each in scripted.model.given()[before:] if "as I said" in each.text]
    assert len(asked) == 6, "three texts, each of them twice, and then she is given a rest"
    others = [name for name in NAMES if name != "nova"]
    for name in others:
        assert await scripted.by(name, "Hello.", "How are you?") == ["mlx", "mlx"]
    assert await scripted.breaker() == "closed"
    told = await scripted.persona("nova")
    assert (told["own_voice"], told["reason"]["code"]) == (False, "bad_voice")
    assert "silent" in told["reason"]["text"] and "robotvoice-gateway persona check" in told["reason"]["text"]
    assert all([(await scripted.persona(name))["own_voice"] for name in others])


@pytest.mark.slow
async def test_a_voice_that_speaks_again_is_found_out_by_canaries_and_by_no_user(scripted: Scripted) -> None:
    scripted.model.script(rules=[{**BAD, "voice": "^brim"}])
    for number in range(4):
        assert await scripted.by("brim", f"Number {number}, you know.") == ["espeak"]
    scripted.model.script()
    async with asyncio.timeout(30):
        while not (await scripted.persona("brim"))["own_voice"]:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.2)
    assert await scripted.by("brim", "Hello again.") == ["mlx"]


async def test_clips_of_single_requests_that_always_fail_concern_nobody(
    scripted: Scripted, tmp_path: Path
) -> None:
    """Ten of them, and one that works in between resets nothing either."""
    scripted.model.script(rules=[{"voice": "^a stranger", "does": "silent"}])
    clip = base64.b64encode((Path(scripted.model.folder).parent / "recorded.wav").read_bytes()).decode()
    for number in range(10):
        answer = await scripted.speech(
            input=f"Number {number}.",
            ref_audio=clip,
            consent="whoever tests this",
            ref_text=f"a stranger, the {number}th",
            response_format="wav",
        )
        assert answer.status >= 400 or answer.headers["X-Voice-Engine"] != "mlx"
    assert await scripted.by("cora", "Hello.", "How are you?") == ["mlx", "mlx"]
    assert await scripted.breaker() == "closed"
    assert (await scripted.mlx())["models"][0]["restarts"] == 0
    cloned = {"ref_audio": clip, "ref_text": "a friend", "consent": "whoever tests this"}
    answer = await scripted.speech(input="Hi.", response_format="pcm", **cloned)
    assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "mlx")

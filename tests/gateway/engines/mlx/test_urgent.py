"""An urgent sentence goes next at a real worker, however many stories wait."""

import asyncio

import pytest

from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.utterance import Priority, RequestOptions, Sentence
from tests.gateway.engines.mlx.listening import Checkpoint, Voice, clip_of, pcm_of, until

pytestmark = pytest.mark.asyncio(loop_scope="session")

STORY = "The wind went round the house and looked for a way in, and found none."


async def test_it_begins_when_the_sentence_that_is_being_spoken_has_ended(
    checkpoint: Checkpoint, cloned: Voice
) -> None:
    """Of eight stories only the first has begun when it comes."""
    engine, ended = MlxEngine([checkpoint()], clip_of), []
    await engine.start()
    try:
        voice = cloned("a")
        await pcm_of(engine, voice, "Hi.")

        async def tell(name: str, text: str, asked: RequestOptions) -> None:
            async for _ in engine.speak(Sentence(0, text, asked), voice):
                pass
            ended.append(name)

        async with asyncio.TaskGroup() as group:
            for number in range(8):
                asked = RequestOptions(f"robot {number}", Priority.STORY)
                group.create_task(tell(f"story {number}", f"{STORY} {number}.", asked))
            await until(lambda: next(iter(engine.status.values()))["waiting"] == 7)
            group.create_task(tell("urgent", "Stop!", RequestOptions("robot 8", Priority.URGENT)))
        assert ended[:2] == ["story 0", "urgent"]
        assert len(ended) == 9
    finally:
        await engine.close()

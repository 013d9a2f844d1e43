"""Long texts in OpenAI's dialect: all of it is spoken, and a gateway's memory stays bounded (Y9)."""

import asyncio
import io

import pytest
import soundfile

from gateway.api.openai import openai_speech as dialect
from tests.gateway.api.openai.openai_client import CHUNK, Told, alone, ask
from tests.gateway.in_process import running, soon

SENTENCE = "The robot rolls over the red carpet and sees two cats asleep. "
"""62 characters"""


async def test_a_story_is_spoken_whole_while_it_is_made() -> None:
    characters = 30_001
    text = (SENTENCE * 1_613)[:characters]
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        answer = await ask(gateway, input=text)
    assert answer.status == 200
    sentences = -(-characters // len(SENTENCE))
    assert len(answer.body) == sentences * len(CHUNK)


async def test_a_file_may_hold_twenty_thousand_characters() -> None:
    text = SENTENCE * 322
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        answer = await ask(gateway, input=text, response_format="flac")
    assert soundfile.info(io.BytesIO(answer.body)).duration == pytest.approx(32.2, abs=0.1)


@pytest.mark.parametrize(("format", "most"), [("pcm", 100_000), ("opus", 100_000), ("mp3", 20_000)])
async def test_beyond_that_it_is_refused_with_how_much_may_be_sent(format: str, most: int) -> None:
    async with running(alone("own"), {"own": Told("own")}) as gateway:
        answer = await ask(gateway, input="a" * (most + 1), response_format=format)
    error = answer.json["error"]
    assert (answer.status, error["code"], error["param"]) == (400, "text_too_long", "input")
    assert error["message"] == f"The text has {most + 1} characters; send at most {most} at a time."


async def test_of_long_files_two_are_made_at_a_time_and_short_ones_do_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As all of one is in memory at its end."""
    monkeypatch.setattr(dialect, "MAX_CHARACTERS", 40)
    engine = Told("own", 2)
    async with running(alone("own"), {"own": engine}) as gateway:
        engine.hold = asyncio.Event()
        long = [asyncio.create_task(ask(gateway, input=SENTENCE, response_format="flac")) for _ in range(3)]
        await soon(lambda: gateway.inside == 3)
        await asyncio.sleep(0.1)
        assert len(engine.voices) == 2
        short = asyncio.create_task(ask(gateway, response_format="flac"))
        await soon(lambda: len(engine.voices) == 3)
        engine.hold.set()
        assert {answer.status for answer in await asyncio.gather(short, *long)} == {200}
    assert len(engine.voices) == 4

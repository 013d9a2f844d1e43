"""The log has one line for each event and never a word of what was to be spoken."""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator, Iterator

import pytest

from gateway.observe.logs import KeyValueFormatter
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence
from tests.fakes.scripted_engine import BUSY, DIES, FOREVER, ScriptedEngine
from tests.gateway.in_process import library, named, persona, running, soon

MARKER = "Xylophonist"
TEXT = f"The {MARKER} sleeps."


def written(message: str, *arguments: object, error: BaseException | None = None, **extra: object) -> str:
    """The line that comes out, without its time."""
    record = logging.makeLogRecord({"msg": message, "args": arguments, "levelname": "INFO", **extra})
    record.exc_info = (type(error), error, error.__traceback__) if error else None
    return KeyValueFormatter().format(record).partition(" ")[2]


def raised(action: str) -> BaseException:
    try:
        exec(action)
    except BaseException as error:
        return error
    raise AssertionError


def test_a_line_has_a_level_a_message_and_what_belongs_to_it() -> None:
    assert written("spoken by %s", "espeak", seconds=1.25, took=0.003) == (
        "INFO spoken by espeak seconds=1.25 took=0.003"
    )


def test_a_value_with_a_space_or_nothing_in_it_is_quoted() -> None:
    assert written("x", a="two words", b="", c=None) == "INFO x a='two words' b='' c=None"


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[31m", "\0", "\u2028", "\x85"])
def test_nobody_can_forge_a_line_or_colour_a_terminal(sign: str) -> None:
    line = written("no voice %s", f"a{sign}ERROR all is lost", reason=f"b{sign}c", empty=sign)
    assert line.isprintable()
    assert len(line.splitlines()) == 1


def test_an_exception_is_shown_by_its_place_and_kind_alone() -> None:
    lines = written("crashed", error=raised(f"int('{MARKER}')")).splitlines()
    assert lines[0] == "INFO crashed"
    assert lines[-1] == "builtins.ValueError"
    assert any(line.strip().startswith("File ") for line in lines)
    assert MARKER not in "".join(lines)


def test_what_led_to_an_exception_is_shown_too() -> None:
    action = f"try: int('{MARKER}')\nexcept ValueError as error: raise KeyError('{MARKER}') from error"
    text = written("crashed", error=raised(action))
    assert text.index("builtins.ValueError") < text.index("builtins.KeyError")
    assert MARKER not in text


def test_exceptions_that_lead_to_each_other_come_to_an_end() -> None:
    one, two = ValueError("1"), KeyError("2")
    one.__cause__, two.__cause__ = two, one
    assert "builtins.KeyError" in written("crashed", error=one)


def test_another_handlers_rendering_of_an_exception_is_not_taken_over() -> None:
    record = logging.makeLogRecord({"msg": "crashed", "exc_text": MARKER})
    error = raised(f"int('{MARKER}')")
    record.exc_info = (type(error), error, error.__traceback__)
    assert MARKER not in KeyValueFormatter().format(record)
    assert record.exc_text == MARKER


class Gossip(ScriptedEngine):
    """Breaks with what it was given in its message."""

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.asked.append(sentence.text)
        raise ValueError(f"cannot say {sentence.text!r}")
        yield


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that every logger writes at DEBUG, as the gateway writes it."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(KeyValueFormatter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    before = root.level
    root.setLevel(logging.DEBUG)  # which makes loggers forget what they were asked before
    for name in ("aiohttp.access", "aiohttp.server", "aiohttp.web", "aiohttp.websocket", "asyncio"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.DEBUG)
    yield lines
    root.setLevel(before)


ENGINES = [
    ScriptedEngine("speaks"),
    ScriptedEngine("dies", [DIES]),
    ScriptedEngine("breaks", [10, DIES]),
    ScriptedEngine("busy", [BUSY]),
    ScriptedEngine("late", [FOREVER], first_audio_cap=0.02),
    Gossip("gossip"),
]
PERSONAS = [persona(engine.name, engine.name) for engine in ENGINES]


@pytest.mark.slow
async def test_no_word_reaches_the_log_on_any_route_whatever_goes_wrong(log: io.StringIO) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0  # asyncio tells of everything it runs
    fallbacks = [persona(f"{engine.name}-2", engine.name, "gossip", "speaks") for engine in ENGINES]
    async with running(library(*PERSONAS, *fallbacks), named(*ENGINES), max_requests=3) as gateway:
        for each in (*PERSONAS, *fallbacks):
            await gateway.say(TEXT, each.id)
            for request in ({"id": "1"}, {}, {"id": "2", "stream": False}, {"id": "3", "engines": "own"}):
                async with gateway.socket() as client:
                    await client.send(type="synthesize", text=TEXT, voice=each.id, **request)
                    await client.until("complete", "error", "unavailable")
        await gateway.say(TEXT * 1_000)
        await gateway.say(f"{MARKER}\0\ud7ff\x1b", "nobody")
        await gateway.ask(f"/synthesize?text={MARKER}", "POST", data=MARKER)
        for broken in (
            f"GET /synthesize?text={MARKER}{'a' * 132_000} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET /synthesize?text={MARKER}\xff HTTP/1.1\r\nHost: x\r\n\r\n",
            f"{MARKER} /synthesize?text={MARKER} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET /?text={MARKER} HTTP/1.1\r\nHost: x\r\nExpect: {MARKER}\r\nConnection: close\r\n\r\n",
            f"GET http://[{MARKER}/synthesize?text={MARKER} HTTP/1.1\r\nHost: x\r\n\r\n",
            f"GET /?text={MARKER} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{MARKER}\r\n",
        ):
            await gateway.raw(broken.encode())
        async with gateway.socket() as client:
            for frame in (
                MARKER,
                f'{{"type": "{MARKER}"}}',
                f'{{"type": "synthesize", "text": ["{MARKER}"]}}',
            ):
                await client.socket.send_str(frame)
                await client.until("error")
            await client.socket.send_bytes(MARKER.encode())
            await client.until("error")
        async with gateway.socket() as client:
            await client.send(type="synthesize", text=TEXT, voice="late", id="left")
            await client.socket.close()
        await soon(lambda: gateway.inside == 0)
    loop.set_debug(False)
    found = log.getvalue()
    assert MARKER not in found
    assert "Xylo" not in found
    # The places where words could get in were passed.
    for passed in (
        "INFO spoken",
        "not spoken to the end",
        "engine crashed",
        "ValueError",
        "bad request: 400",
    ):
        assert passed in found, passed


async def test_with_the_real_engine_neither(log: io.StringIO) -> None:
    async with running() as gateway:
        assert (await gateway.say(TEXT, "vixen")).status == 200
        async with gateway.socket() as client:
            await client.send(type="synthesize", text=TEXT, id="1")
            await client.until("complete")
    assert "INFO spoken" in log.getvalue()
    assert MARKER not in log.getvalue()


async def test_the_marker_would_be_found(log: io.StringIO) -> None:
    """Without this the tests above could not fail."""
    logging.getLogger("aiohttp.server").debug("said %s", TEXT)
    assert MARKER in log.getvalue()

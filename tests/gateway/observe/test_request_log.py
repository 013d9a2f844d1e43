"""What becomes of a text: when its first sound leaves, and that nobody can read in the log what it says."""

import io
import logging
from collections.abc import Iterator

import pytest

from gateway.observe.logs import KeyValueFormatter
from gateway.observe.request_log import RequestLog, TextOutcome
from robotvoice.chain.chain_events import Ended
from robotvoice.http.sending import NotRead
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Outcome
from tests.fakes.scripted_engine import BUSY, DIES, ScriptedEngine
from tests.gateway.in_process import library, named, persona, running

CANARY = "Zyzzyva"
TEXT = f"The {CANARY} sat on a leaf. Then the {CANARY.upper()} left."
ORIGIN = Origin("clone", "rook")
SILENCE = AudioChunk(b"\x05\x00\xfb\xff" * 500, WIRE_FORMAT, ORIGIN)
SOUND = AudioChunk(b"\x00\x00" * 40_000 + b"\x00\x80", WIRE_FORMAT, ORIGIN)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, at DEBUG, as the gateway writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(KeyValueFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(before)
    root.removeHandler(handler)


def fields(line: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in line.split() if "=" in pair)


def test_the_first_audio_is_the_first_sound_and_no_header_and_no_silence() -> None:
    now, accounts = [10.0], list[TextOutcome]()
    with RequestLog([accounts.append], lambda: now[0]).begin("websocket", "1") as seen:
        for event in (SILENCE, SILENCE, SOUND, SOUND, Ended(Outcome.COMPLETE, ())):
            now[0] += 0.25
            seen.see(event)
    (account,) = accounts
    assert account.first_audio == 0.75
    assert account.first_origin == ORIGIN
    assert (account.outcome, account.took) == (Outcome.COMPLETE, 1.25)


def test_silence_to_the_end_is_no_first_audio() -> None:
    accounts: list[TextOutcome] = []
    with RequestLog([accounts.append]).begin("openai", "1") as seen:
        seen.see(SILENCE)
        seen.see(Ended(Outcome.COMPLETE, ()))
    assert accounts[0].first_audio is None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (DIES, Outcome.INCOMPLETE),
        (BUSY, Outcome.REFUSED),
        (ConnectionResetError(), Outcome.CANCELLED),
        (NotRead("nobody reads"), Outcome.CANCELLED),
        (ValueError(TEXT), Outcome.ERROR),
    ],
)
def test_how_it_ended_follows_from_what_was_raised(error: Exception, outcome: Outcome) -> None:
    accounts: list[TextOutcome] = []
    with pytest.raises(type(error)), RequestLog([accounts.append]).begin("openai", "1"):
        raise error
    assert [account.outcome for account in accounts] == [outcome]


async def test_the_line_of_a_text_says_who_spoke_it_and_how(lines: io.StringIO) -> None:
    engines = named(ScriptedEngine("dies", [DIES]), ScriptedEngine("speaks"))
    async with running(library(persona("rook", "dies", "speaks")), engines) as gateway:
        await gateway.ask(f"/synthesize?text={CANARY}.%20One.", headers={"X-Request-Id": "call-7"})
    (line,) = [line for line in lines.getvalue().splitlines() if " INFO spoken " in line]
    told = fields(line)
    assert (told["request"], told["api"], told["persona"]) == ("call-7", "synthesize", "rook")
    assert (told["outcome"], told["reason"]) == ("complete", "none")
    assert (told["ledger"], told["substitutes"]) == ("speaks:2", "died:2")
    assert float(told["first_audio"]) <= float(told["took"])
    assert float(told["seconds"]) == pytest.approx(40 / 24_000, abs=0.001)


@pytest.mark.parametrize("given", ["a", "x" * 64, "7f9c-!~", "call=7"])
async def test_the_callers_request_id_is_kept(given: str) -> None:
    async with running() as gateway:
        for target in ("/", "/synthesize?text=Hi.", "/nowhere", "/v1/models", "/synthesize", "/metrics"):
            answer = await gateway.ask(target, headers={"X-Request-Id": given})
            assert answer.headers["X-Request-Id"] == given, target


@pytest.mark.parametrize("given", [None, "", "two words", "x" * 65, "caf\xe9"])
async def test_every_other_answer_gets_an_id_of_its_own(given: str | None) -> None:
    headers = {} if given is None else {"X-Request-Id": given}
    async with running() as gateway:
        ids = {
            (await gateway.ask(target, headers=headers)).headers["X-Request-Id"]
            for target in ("/", "/synthesize?text=Hi.", "/nowhere", "/v1/models", "/synthesize")
        }
        broken = await gateway.raw(b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n")
    assert len(ids) == 5 and given not in ids
    assert b"\r\nX-Request-Id: " in broken


async def test_an_utterance_on_a_socket_is_found_by_the_handshakes_id_and_its_own(lines: io.StringIO) -> None:
    async with running() as gateway, gateway.socket(headers={"X-Request-Id": "robot"}) as client:
        assert client.socket._response.headers["X-Request-Id"] == "robot"
        await client.ask("7", "Hello.")
        await client.until("complete")
        await client.send(type="synthesize", text="Hello.")
        await client.until("complete")
    logged = [fields(line)["request"] for line in lines.getvalue().splitlines() if " INFO spoken " in line]
    assert logged == ["robot/7", "robot/2"]


async def test_no_word_of_a_text_is_in_log_metrics_health_or_status(lines: io.StringIO) -> None:
    engines = named(
        ScriptedEngine("speaks"),
        ScriptedEngine("dies", [100, DIES], [DIES]),
        ScriptedEngine("breaks", [ValueError(TEXT)]),
        ScriptedEngine("busy", [BUSY]),
    )
    people = [persona(name, name) for name in engines]
    people += [persona(f"{name}-2", name, "speaks") for name in engines]
    async with running(library(*people), engines) as gateway:
        for each in (*people, persona("nobody", "x")):
            await gateway.say(TEXT, each.id)
            for format in ("wav", "flac"):
                asked = {"input": TEXT, "voice": each.id, "response_format": format}
                await gateway.ask("/v1/audio/speech", "POST", json=asked)
            async with gateway.socket() as client:
                for more in ({}, {"stream": False}, {"engines": "own"}):
                    await client.ask("1", TEXT, voice=each.id, **more)
                    await client.until("complete", "error", "unavailable")
        pages = [await gateway.ask(page) for page in ("/metrics", "/health", "/readyz", "/v1/status")]
    shown = lines.getvalue() + "".join(page.body.decode() for page in pages)
    assert CANARY.lower() not in shown.lower()
    for passed in ("INFO spoken", "INFO refused", "not spoken to the end", "engine crashed"):
        assert passed in shown, passed

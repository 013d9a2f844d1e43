"""Whatever the gateway does to a text, the robot speaks it completely and says why, and the next at once."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.settings.settings import Settings
from tests.edge_client.rig import read_wav, say, spoken_by_vixen
from tests.fakes.fake_gateway import FakeGateway, State
from tests.fakes.faults import Fault

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_is_left")]

Make = Callable[..., Settings]
TEXT = "Hello there. The second sentence is a bit longer than the first one."


FAULTS: dict[str, tuple[Callable[[State], None], str]] = {
    "frozen": (lambda state: state.fail_next(Fault.SILENCE), "gateway did not answer in time"),
    # Twice, because one that is broken before anything was heard is tried once more.
    "resets": (lambda state: state.fail_next(Fault.RESET, Fault.RESET), "gateway broke the connection"),
    "noise": (lambda state: state.fail_next(Fault.NOISE), "is no gateway"),
    "a web page": (lambda state: state.fail_next(Fault.HTML), "is no gateway: it answers with status 200"),
    "404": (lambda state: state.fail_next(Fault.NOT_FOUND), "is no gateway: it answers with status 404"),
    "503": (lambda state: state.fail_next(Fault.BUSY), "is no gateway: it answers with status 503"),
    "half a handshake": (lambda state: state.fail_next(Fault.HALF_A_HANDSHAKE), "did not answer"),
    "loading": (lambda state: state.refuse_next("loading", "it loads", 500), "on the Mac, it loads"),
    "frozen once it accepted": (State.freeze_next, "gateway gave no audio for 2 s"),
    "frozen in the middle": (lambda state: state.stall_after(3), "gateway gave no audio for 0.8 s"),
    "cut in the middle": (lambda state: state.cut_after(3), "gateway closed the connection"),
    "cut in the second sentence": (State.cut_in_the_second, "gateway closed the connection"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_the_gateway_leaves_undone_the_robot_speaks_completely(
    fake: FakeGateway, settings: Make, wav: Path, fault: str
) -> None:
    """In the persona's local voice; a file never holds half one voice and half another."""
    arrange, reason = FAULTS[fault]
    alone = await say(settings(), TEXT, out=wav)
    whole = read_wav(wav).seconds
    arrange(fake.state)
    said = await say(settings(gateway=fake.address, state_dir=wav.parent / "other"), TEXT, out=wav)
    assert said.via == "robot"
    assert spoken_by_vixen(said)
    assert not said.substitute, "it is her own voice, made elsewhere"
    assert said.reason is not None
    assert reason in said.reason
    assert alone.reason == "no gateway is known and mDNS is off"
    sound = read_wav(wav)
    assert sound.seconds == pytest.approx(whole) == pytest.approx(said.audio_s, abs=0.001)
    assert sound.by_the_fake_gateway < 0.01


async def test_nobody_there_is_a_reason_too(settings: Make, wav: Path) -> None:
    said = await say(settings(gateway="127.0.0.1:1"), TEXT, out=wav)
    assert (said.via, said.reason) == ("robot", "gateway refused the connection")
    assert spoken_by_vixen(said)


async def test_after_one_failure_twenty_texts_do_not_connect_at_all(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """As long as its rest lasts; each says why."""
    fake.state.always = Fault.SILENCE
    pinned = settings(gateway=fake.address)
    await say(pinned, "One.", out=wav)
    assert fake.state.connections == 1
    memory = pinned.state_dir / "gateway.json"
    remembered = json.loads(memory.read_text())
    # A slow machine may need longer than the rest of 2 s for twenty texts.
    remembered["breaker"]["opened_until"] += 25
    memory.write_text(json.dumps(remembered))
    for _ in range(20):
        said = await say(pinned, "One.", out=wav)
        assert (said.via, said.reason) == ("robot", "gateway did not answer in time")
    assert fake.state.connections == 1


async def test_a_gateway_that_is_well_again_is_used_after_its_rest(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    """It is asked by two canaries before it is given a text; nobody has to do anything."""
    pinned = settings(gateway=fake.address)
    fake.state.fail_next(Fault.HTML)
    await say(pinned, "One.", out=wav)
    async with asyncio.timeout(20):
        while (said := await say(pinned, "Two.", out=wav)).via == "robot":
            assert fake.state.paths == [], "asked while its rest lasted"
    assert (said.via, said.substitute) == ("gateway", False)
    assert fake.state.paths == ["/readyz", "/readyz", "/ws/tts", "/v1/personas"]


async def test_unavailable_does_not_put_the_gateway_to_rest(
    fake: FakeGateway, settings: Make, wav: Path
) -> None:
    fake.state.refuse_next("loading", "it loads", 500)
    pinned = settings(gateway=fake.address)
    assert (await say(pinned, "One.", out=wav)).via == "robot"
    assert (await say(pinned, "Two.", out=wav)).via == "gateway"

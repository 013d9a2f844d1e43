"""When the consent to a voice has ended, or nobody could ask for a month, it is gone from the robot."""

import asyncio
import datetime
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edge_client.commands.status import _consents
from edge_client.daemon import robot_daemon
from edge_client.daemon.robot_daemon import Daemon
from edge_client.personas.consent_lease import LEASE
from edge_client.personas.known_personas import FILE_NAME, load_known_personas
from edge_client.personas.voices import PHRASES_FOLDER
from edge_client.settings.settings import Settings
from tests.edge_client.link.link_rig import until
from tests.edge_client.phrasebook.phrase_rig import HELLO, MOMENT, OLD, VIXEN, PhraseGateway
from tests.edge_client.phrasebook.test_phrase_daemon import daemon_here
from tests.edge_client.rig import say

pytestmark = pytest.mark.usefixtures("impatient")

DAY = 24 * 3600.0
YESTERDAY = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
TODAY = datetime.date.today().isoformat()


def consent(gateway: PhraseGateway, until: str | None) -> None:
    """What the gateway tells of vixen's."""
    vixen, *others = gateway.state.personas
    gateway.state.personas = ({**vixen, "consent_until": until}, *others)


def held(settings: Settings) -> list[str]:
    """Files of vixen's voice on the robot's disk."""
    folder = settings.state_dir / PHRASES_FOLDER / VIXEN
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def rewrite(settings: Settings, **changes: Any) -> None:
    """What the robot wrote down, as if it had been so."""
    file = settings.state_dir / FILE_NAME
    told = json.loads(file.read_bytes())
    persona = changes.pop("persona", {})
    told["personas"] = [{**each, **persona} if each["id"] == VIXEN else each for each in told["personas"]]
    file.write_text(json.dumps({**told, **changes}))


def long_ago() -> float:
    """When the gateway was heard, for a lease that has ended."""
    return datetime.datetime.now().timestamp() - (LEASE.days + 1) * DAY


@asynccontextmanager
async def with_a_pack(settings: Settings) -> AsyncIterator[Daemon]:
    async with daemon_here(settings) as daemon:
        await until(lambda: [each["complete"] for each in daemon.phrases.as_json()["personas"]] == [True])
        yield daemon


async def with_the_gateway_off(settings: Callable[..., Settings], gateway: PhraseGateway) -> Settings:
    """Of a robot that pulled vixen's phrases before."""
    own = settings(gateway=gateway.address, persona=VIXEN)
    async with with_a_pack(own):
        pass
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(gateway.close(), gateway._server.get_loop()))
    return own


ENDINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "the consent ended yesterday": lambda: {"persona": {"consent_until": YESTERDAY}},
    "the gateway is silent for a month": lambda: {"heard_at": long_ago()},
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_with_the_gateway_off_nothing_is_cloned_and_the_files_go(
    ending: str, settings: Callable[..., Settings], gateway: PhraseGateway, caplog: pytest.LogCaptureFixture
) -> None:
    off = await with_the_gateway_off(settings, gateway)
    assert len(held(off)) == 3
    said = await say(off, HELLO)
    assert (said.engine, said.substitute) == ("mlx", False)
    rewrite(off, **ENDINGS[ending]())
    caplog.clear()
    async with daemon_here(off) as daemon:
        await until(lambda: held(off) == [])
        (told,) = daemon.status()["consents"]
        assert told["persona"] == VIXEN and told["ended"] and told["until"] < TODAY
        assert "sounds plain" in await daemon.summary()
        await until(lambda: bool(daemon.voices.chain(daemon.voices.usual()).readiness()))
        told_of_it = "the voice of vixen may not be used any more; recordings erased: 2"
        await until(lambda: told_of_it in caplog.text)
    said = await say(off, HELLO)
    assert (said.engine, said.substitute, said.reason) == ("espeak", True, told["ended"])


async def test_a_single_say_without_a_daemon_takes_the_files_away_too(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    off = await with_the_gateway_off(settings, gateway)
    rewrite(off, persona={"consent_until": YESTERDAY})
    assert len(held(off)) == 3
    assert (await say(off, MOMENT)).engine == "espeak"
    assert held(off) == []


async def test_it_ends_while_the_daemon_runs_and_comes_back_with_a_new_consent(
    settings: Callable[..., Settings], gateway: PhraseGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robot_daemon, "LOOK_EVERY", 0.02)
    own = settings(gateway=gateway.address)
    async with with_a_pack(own) as daemon:
        consent(gateway, YESTERDAY)
        gateway.tell_from_outside()
        await until(lambda: held(own) == [])
        consent(gateway, TODAY)
        gateway.tell_from_outside()
        await until(lambda: len(held(own)) == 3)
        assert [each["ended"] for each in daemon.voices.consents()] == [None]


async def test_a_gateway_that_is_heard_again_renews_the_lease_for_a_single_say(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    own = settings(gateway=gateway.address)
    await say(own, "First.")
    rewrite(own, heard_at=long_ago())
    said = await say(own, "Again.")
    assert (said.via, said.substitute) == ("gateway", False)


async def test_a_clock_that_was_lost_ends_nothing(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    off = await with_the_gateway_off(settings, gateway)
    rewrite(off, persona={"consent_until": YESTERDAY}, heard_at=datetime.datetime.now().timestamp() + DAY)
    async with daemon_here(off) as daemon:
        await daemon.phrases.recount()
        assert daemon.voices.consent_ended(daemon.voices.usual()) is None
    assert len(held(off)) == 3
    assert (await say(off, HELLO)).engine == "mlx"


async def test_what_an_older_version_wrote_gets_a_lease_from_now_on(
    settings: Callable[..., Settings],
) -> None:
    own = settings()
    own.state_dir.mkdir()
    told = {"id": VIXEN, "name": "Vixen", "language": "en", "revision": OLD, "clones": True}
    (own.state_dir / FILE_NAME).write_text(json.dumps({"personas": [told]}))
    async with daemon_here(own):
        await until(lambda: load_known_personas(own.state_dir).heard_at is not None)


async def test_a_persona_that_its_gateway_no_longer_has_goes_at_the_next_contact(
    settings: Callable[..., Settings], gateway: PhraseGateway
) -> None:
    """What was heard often of it, too; one whose file has a slip over there stays."""
    own = settings(gateway=gateway.address)
    vixen, *others = gateway.state.personas
    async with with_a_pack(own) as daemon:
        daemon.voices.store.open_to_keep()
        name = daemon.voices.store.kept_name(VIXEN, OLD, "Often.")
        assert name and daemon.voices.store.keep((VIXEN, OLD, name), b"\0\0", "mlx", VIXEN, {VIXEN: OLD})
        assert len(held(own)) == 4
        gateway.state.personas, gateway.state.unusable = tuple(others), [VIXEN]
        gateway.tell_from_outside()
        await until(lambda: daemon.voices.known.unusable == (VIXEN,) and len(held(own)) == 5)
        gateway.state.unusable = []
        gateway.tell_from_outside()
        await until(lambda: held(own) == [])
        gateway.state.personas = (vixen, *others)
        gateway.tell_from_outside()
        await until(lambda: len(held(own)) == 3)


def test_status_says_until_when_and_while_the_gateway_is_away_also_how_long_it_may_be() -> None:
    def rows(ready: bool, **consent: str | None) -> list[str]:
        told = {"persona": VIXEN, "until": "2026-03-31", "consent_until": None, "ended": None, **consent}
        return list(_consents({"gateway": {"ready": ready}, "consents": [told]}))

    assert rows(True) == []
    assert rows(False) == ["vixen: its cloned voice may be used until 2026-03-31"]
    assert rows(True, consent_until="2026-03-31") == rows(False)
    assert rows(True, ended="it ended") == ["vixen: its cloned voice is not used, as it ended"]
    assert list(_consents({"gateway": {"ready": True}})) == [], "a daemon of before an update"

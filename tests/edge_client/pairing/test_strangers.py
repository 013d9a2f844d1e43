"""Whoever is not the paired gateway gets no text, and leaves nothing on the robot: real TLS, real links."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.commands.status import strangers
from edge_client.discovery.endpoint import Endpoint
from edge_client.link.command_gateway import CommandGateway
from edge_client.link.gateway_list import discover
from edge_client.pairing.dial_rules import DialRules
from edge_client.settings.settings import Settings
from gateway.security.identity import Identity
from robotvoice.errors import EngineUnavailable
from robotvoice.wire import wire
from tests.edge_client.link.link_rig import Linked, link_to, spoken, until
from tests.edge_client.pairing.pairing_rig import (
    LOOPBACK,
    NAME,
    Door,
    door,
    files_in,
    pair_by_hand,
    pairing_with,
)
from tests.edge_client.rig import say, spoken_by_vixen
from tests.fakes.fake_gateway import State, Utterance, running, speak

Make = Callable[..., Settings]

ELSEWHERE = "127.0.0.2"
"""Stands for another machine where a test says so"""
INSULT = (
    {
        "id": "vixen",
        "name": "Vixen",
        "language": "en",
        "revision": "1",
        "local_voices": [{"engine": "espeak", "voice": "en", "lexicon": [["dear", "stupid"]]}],
    },
)


@pytest.fixture
def two_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """ELSEWHERE is none of this machine's addresses."""
    from robotvoice.ground.interfaces import is_own

    for module in ("edge_client.pairing.dial_rules", "edge_client.discovery.resolver"):
        monkeypatch.setattr(f"{module}.is_own", lambda host: host != ELSEWHERE and is_own(host))


def announced(there: Door, id: str, host: str = LOOPBACK) -> Endpoint:
    return Endpoint(host, 7860, "mdns", id, NAME, tls=there.port)


def nothing_was_told(there: Door) -> bool:
    return not there.door.shown and not there.door.paths and not there.door.requests


async def test_at_the_gateways_old_address_a_rogue_gets_nothing_and_leaves_nothing(
    settings: Make, mac: Identity, rogue: Identity
) -> None:
    robot = settings()
    pair_by_hand(robot.state_dir, mac, 1)
    with door(rogue, personas=INSULT) as there:
        gateway = CommandGateway(robot)
        (way,) = gateway.rules.among([announced(there, mac.id)])
        gateway.adopt(way)
        before = files_in(robot.state_dir)
        said = await say(robot, "The alarm code is four seven one one.")
        assert spoken_by_vixen(said)
        assert said.reason == (
            "another gateway answers under the name 'robotvoice on mac'; if the Mac was installed anew, pair "
            "this robot again: on the Mac type `robotvoice-gateway pair`, then here `robotvoice pair CODE`"
        )
        after = files_in(robot.state_dir)
        # What this robot remembers of its own failure is its own.
        assert before.pop("gateway.json") != (own := after.pop("gateway.json"))
        assert rogue.id.encode() not in own
        assert after == before
        rules = DialRules.of(robot.state_dir)
        (found,) = await discover(robot, 0.1, rules)
        assert (found.ready, found.code) == (False, "stranger")
        assert [each.address for each in rules.strangers.met] == [there.address]
        assert nothing_was_told(there)


async def test_a_rogue_that_is_announced_beside_the_gateway_is_named_and_not_used(
    mac: Identity, rogue: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    with door(mac) as home, door(rogue) as there:
        rules = DialRules(pairing=pairing_with(mac, home.port))
        async with link_to(connected=False, rules=rules) as link:
            link.sockets.heard("a", (announced(there, mac.id), announced(there, rogue.id, ELSEWHERE)))
            link.sockets.heard("b", (announced(home, mac.id),))
            await until(lambda: link.connected)
            assert link.connected
            assert link.connected.port == home.port
            assert await spoken(link)
        assert [(each.address, each.how) for each in rules.strangers.met] == [(there.address, "certificate")]
        assert nothing_was_told(there)
        assert len([each for each in caplog.records if "a stranger at" in each.message]) == 1


@pytest.mark.slow
async def test_while_the_gateway_is_away_its_double_is_no_gateway(mac: Identity, rogue: Identity) -> None:
    """And when it is back, it is used as before."""
    with door(mac) as home:
        port = home.port
    rules = DialRules(pairing=pairing_with(mac, port))
    with door(rogue) as there:
        async with link_to(connected=False, rules=rules) as link:
            link.sockets.table.last_good = rules.way_to(Endpoint(LOOPBACK, port, "address", mac.id, tls=port))
            link.sockets.heard("a", (announced(there, mac.id),))
            await until(lambda: link.reason and "another gateway answers" in link.reason)
            with pytest.raises(EngineUnavailable) as failed:
                await spoken(link)
            assert failed.value.reason == "stranger"
            with door(mac, port=port) as home:
                await until(lambda: link.connected)
                assert await spoken(link)
        assert nothing_was_told(there)


@pytest.mark.usefixtures("two_machines")
async def test_a_robot_that_is_not_paired_connects_to_nobody_far(settings: Make) -> None:
    """Nor does it learn of anybody: neither what is announced, nor what the settings say."""
    with running(State(personas=INSULT), host=ELSEWHERE) as far:
        given = Endpoint(ELSEWHERE, far.port, "mdns", "fake", NAME, tls=7861)
        rules = DialRules()
        async with link_to(connected=False, rules=rules) as link:
            link.sockets.heard("far", (given,))
            link.sockets.look_now()
            await asyncio.sleep(0.3)
            assert link.reason
            assert link.reason.startswith(f"a gateway '{NAME}' is near, and this robot is not paired with it")
        robot = settings(gateway=f"{ELSEWHERE}:{far.port}")
        said = await say(robot, "You are dear.")
        assert spoken_by_vixen(said)
        assert said.why == (
            f"the Mac at {ELSEWHERE}:{far.port} is on another machine, and this robot is not paired with "
            "it; on the Mac type: robotvoice-gateway pair"
        )
        (found,) = await discover(robot, 0.1)
        assert (found.ready, found.code) == (False, "not_paired")
        assert set(files_in(robot.state_dir)) <= {"gateway.json"}
        assert (far.state.connections, far.state.paths) == (0, [])


async def test_a_token_that_is_revoked_ends_nothing_that_is_being_said(
    mac: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    """That sentence ends, the next one is not the gateway's, and then it is known why; once in the log."""
    with door(mac) as home:

        async def revoke(utterance: Utterance) -> None:
            await utterance.accept()
            await utterance.start()
            await utterance.sound(4)
            home.door.tokens.clear()
            await utterance.sound(4)
            await utterance.complete()

        async def refuse(utterance: Utterance) -> None:
            await utterance.send(wire.Unavailable(utterance.request.id, "not_paired", "forgotten", None))
            await utterance.socket.close(code=1008)

        home.door.behaviours.extend([revoke, refuse])
        rules = DialRules(pairing=pairing_with(mac, home.port))
        async with link_to(
            rules.way_to(Endpoint(LOOPBACK, 1, "mdns", mac.id, tls=home.port)), rules=rules
        ) as link:
            assert sum(each.samples for each in await spoken(link)) == 8 * 1200
            with pytest.raises(EngineUnavailable, match="this robot was forgotten by") as failed:
                await spoken(link)
            assert failed.value.reason == "forgotten"
            await until(lambda: _forgotten(link))
            link.sockets.look_now()
            await asyncio.sleep(0.3)
    told = [each for each in caplog.records if each.levelname == "WARNING"]
    assert [each.message.partition(";")[0] for each in told] == [f"this robot was forgotten by '{NAME}'"]


def _forgotten(link: Linked) -> bool:
    return bool(not link.connected and link.reason and link.reason.startswith("this robot was forgotten by"))


async def test_one_command_says_the_rest_itself_when_its_token_is_revoked(
    settings: Make, mac: Identity
) -> None:
    with door(mac) as home:
        home.door.do_next(speak)
        home.door.refuse_next("not_paired")
        robot = settings()
        pair_by_hand(robot.state_dir, mac, home.port)
        gateway = CommandGateway(robot)
        gateway.adopt(*gateway.rules.among([announced(home, mac.id)]))
        said = await say(robot, "Hello there. How are you?")
        assert len(home.door.requests) == 2
        assert said.why
        assert said.why.startswith("this robot was forgotten by 'robotvoice on mac'")


async def test_what_was_learned_is_kept_only_as_long_as_the_pairing(
    settings: Make, mac: Identity, tmp_path: Path
) -> None:
    """A command that speaks while the robot is unpaired brings nothing back."""
    with door(mac) as home:
        robot = settings()
        pair_by_hand(robot.state_dir, mac, home.port)
        gateway = CommandGateway(robot)
        gateway.adopt(*gateway.rules.among([announced(home, mac.id)]))

        async def unpair(utterance: Utterance) -> None:
            for file in robot.state_dir.iterdir():
                file.unlink()
            await speak(utterance)

        home.door.do_next(unpair)
        assert (await say(robot, "Hello there.")).via == "gateway"
        assert files_in(robot.state_dir) == {}


def test_a_stranger_with_several_addresses_is_told_of_once(mac: Identity, rogue: Identity) -> None:
    rules = DialRules(pairing=pairing_with(mac, 7861))
    hosts = ("198.51.100.7", "2001:db8::7")
    rules.heard("a", tuple(Endpoint(host, 7860, "mdns", rogue.id, NAME, tls=7861) for host in hosts))
    for host in hosts:
        rules.strangers.announces("a", Endpoint(host, 7860, "mdns", rogue.id, NAME))
        rules.strangers.answered(Endpoint(host, 7861, "mdns", mac.id, NAME))
    rules.strangers.answered(Endpoint("198.51.100.9", 7861, "mdns", mac.id, "another"))
    where = "198.51.100.7 and [2001:db8::7]"
    first, second = rules.strangers.told
    assert first.startswith(
        f"a stranger at {where} answers in place of the gateway this robot is paired with"
    )
    assert second.startswith("a stranger at 198.51.100.9:7861 answers")
    first, second = strangers(rules.strangers.as_json())
    assert first.startswith(f"{where} ({NAME}) answers in the place of the paired gateway, last seen")
    assert second.startswith("198.51.100.9:7861 (another) answers")


def test_a_warning_of_rules_names_no_text(caplog: pytest.LogCaptureFixture, mac: Identity) -> None:
    with caplog.at_level(logging.DEBUG):
        DialRules(pairing=pairing_with(mac, 1)).strangers.answered(Endpoint("198.51.100.7", 7861, "mdns"))
    assert [record.levelname for record in caplog.records] == ["WARNING"]

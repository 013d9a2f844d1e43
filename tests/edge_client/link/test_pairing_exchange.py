"""Pairing by a code, against gateways and strangers that speak the real wire by TLS."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.pairing_exchange import PairingFailed, pair
from edge_client.pairing.pairing_file import Pairing
from gateway.security.identity import Identity
from tests.edge_client.pairing.pairing_rig import (
    CODE,
    NAME,
    TOKEN,
    certificate_of,
    door,
    made,
    pairing_with,
    relay,
)
from tests.fakes.fake_gateway import running
from tests.fakes.faults import Fault

THERE = "on the Mac type: robotvoice-gateway pair"


@pytest.fixture(scope="module")
def mac(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return made(tmp_path_factory.mktemp("mac"))


@pytest.fixture(scope="module")
def rogue(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return made(tmp_path_factory.mktemp("rogue"))


def at(port: int, name: str | None = "Mac") -> Endpoint:
    return Endpoint("127.0.0.1", port, "mdns", name=name, tls=port)


async def paired(*gateways: Sequence[Endpoint], code: str = CODE) -> Pairing:
    return (await pair(gateways, code, "picar"))[0]


async def why_not(*gateways: Sequence[Endpoint], code: str = CODE) -> str:
    with pytest.raises(PairingFailed) as failed:
        await paired(*gateways, code=code)
    return failed.value.message


async def test_the_right_code_pairs_and_nothing_of_it_is_sent(mac: Identity) -> None:
    with door(mac, code=CODE) as there:
        found, where = await pair([[at(there.port)]], CODE, "picar")
        assert (found.id, found.name, found.robot, found.tls_port) == (mac.id, NAME, "picar", there.port)
        assert found.certificate.strip() == certificate_of(mac).strip()
        assert found.token in there.door.tokens
        assert (where.host, where.tls, where.gateway_id) == ("127.0.0.1", there.port, mac.id)
        (asked,) = there.door.asked
        assert CODE not in f"{asked}"
        assert set(there.door.shown) == {""}


async def test_a_wrong_code_says_how_many_tries_are_left(mac: Identity) -> None:
    with door(mac, code=CODE) as there:
        told = [await why_not([at(there.port)], code="0" * 8) for _ in range(3)]
    assert told == [
        f"'{NAME}' shows another code: look at it, and type it again; 2 tries are left",
        f"'{NAME}' shows another code: look at it, and type it again; 1 try is left",
        f"'{NAME}' showed another code, and no try is left; for a new code {THERE}",
    ]


async def test_its_own_gateway_is_shown_the_token_of_before_with_the_proof_and_not_sooner(
    mac: Identity,
) -> None:
    """And is asked for the name it knows this robot by, unless another one was typed."""
    before = replace(pairing_with(mac, 1), robot="vm-2")
    for rename, name in ((False, "vm-2"), (True, "kitchen")):
        with door(mac, code=CODE) as there:
            found, _ = await pair([[at(there.port)]], CODE, "kitchen", before, rename=rename)
            assert there.door.shown == ["", f"Bearer {TOKEN}"]
            assert [each.robot for each in there.door.asked] == [found.robot] == [name]


async def test_nobody_else_is_shown_the_token_of_before(mac: Identity, rogue: Identity) -> None:
    """Neither another gateway, nor a stranger in between, nor one that says yes to everything."""
    before = pairing_with(mac, 1)
    with door(rogue, code=CODE) as other:
        assert (await pair([[at(other.port)]], CODE, "kitchen", before))[0].robot == "kitchen"
    with door(mac, code=CODE) as there, relay(rogue, there.port) as between:
        with pytest.raises(PairingFailed):
            await pair([[at(between.port)]], CODE, "kitchen", before)
        assert TOKEN.encode() not in between.passed
    with door(rogue, code=CODE, knows_the_code=False) as liar, pytest.raises(PairingFailed):
        await pair([[at(liar.port)]], "00000000", "kitchen", before)
    for each in (other, there, liar):
        assert set(each.door.shown) == {""}


async def test_a_code_that_was_used_is_none(mac: Identity) -> None:
    with door(mac, code=CODE) as there:
        await paired([at(there.port)])
        told = await why_not([at(there.port)])
    assert told.startswith("no code is valid at 'Mac'")
    assert told.endswith(THERE)


async def test_through_a_relay_nobody_is_paired(mac: Identity, rogue: Identity) -> None:
    """The proof is bound to the certificate that each side sees."""
    with door(mac, code=CODE) as there, relay(rogue, there.port) as between:
        told = await why_not([at(between.port)])
        assert "shows another code" in told
        assert there.door.asked, "the relay passed it on"
        assert there.door.tokens == {"t" * 43}


async def test_a_stranger_that_says_yes_to_everything_is_not_believed(rogue: Identity) -> None:
    with door(rogue, code="00000000", knows_the_code=False) as there:
        told = await why_not([at(there.port)])
    assert "does not know the code: it is a stranger, and nothing of it was kept" in told


async def test_a_token_that_cannot_be_one_is_not_kept(mac: Identity) -> None:
    """It would end a header, and every command would find a damaged file."""
    with door(mac, code=CODE, gives="a" * 20 + "\r\nX: y") as there:
        assert "is no gateway (of what it gave, it holds no token)" in await why_not([at(there.port)])


async def test_of_several_that_pair_at_once_it_is_the_one_whose_code_it_is(
    mac: Identity, rogue: Identity
) -> None:
    with door(rogue, code="00000000") as other, door(mac, code=CODE) as there:
        found = await paired([at(other.port, "Other")], [at(there.port)])
        assert found.id == mac.id


async def test_a_liar_among_them_changes_nothing(mac: Identity, rogue: Identity) -> None:
    with door(rogue, code="1", knows_the_code=False) as liar, door(mac, code=CODE) as there:
        assert (await paired([at(liar.port, "Liar")], [at(there.port)])).id == mac.id


async def test_a_gateway_with_several_addresses_is_shown_one_proof(mac: Identity) -> None:
    """Its three tries are not used up by one mistake."""
    with door(mac, code=CODE) as there:
        same = Endpoint("localhost", there.port, "mdns", name="Mac", tls=there.port)
        nobody = Endpoint("127.0.0.1", 1, "mdns", name="Mac", tls=1)
        told = await why_not([nobody, at(there.port), same], [same], code="0" * 8)
        assert "2 tries are left" in told
        assert (await paired([nobody, at(there.port), same], [same])).id == mac.id


async def test_at_a_gateways_other_port_its_robots_door_is_asked_at_the_usual_one(
    mac: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    with door(mac, code=CODE) as there, running() as plain:
        monkeypatch.setattr("edge_client.link.pairing_exchange.DEFAULT_TLS_PORT", there.port)
        given = Endpoint("127.0.0.1", plain.port, "address")
        found, where = await pair([[given]], CODE, "picar")
        assert (found.tls_port, where.port, where.tls) == (there.port, there.port, there.port)
        assert "no code is valid at" in await why_not([given])
        with pytest.raises(PairingFailed, match="refused the connection"):  # nobody there: no other is asked
            await pair([[Endpoint("127.0.0.1", 1, "address")]], CODE, "picar")
        assert plain.state.paths == []


async def test_each_that_does_not_pair_is_told_of(mac: Identity, rogue: Identity) -> None:
    with ExitStack() as stack:
        closed = stack.enter_context(door(mac))
        plain = stack.enter_context(running())
        told = (await why_not([at(closed.port, "A")], [at(plain.port, "B")], [at(1, "C")])).splitlines()
        assert plain.state.paths == []
    assert told[0] == "this robot is not paired:"
    assert "no code is valid at 'A'" in told[1]
    assert f"what answers at 127.0.0.1:{plain.port} is no robots' door: leave the port out" in told[2]
    assert "the gateway at 127.0.0.1:1 refused the connection: check its address, or start" in told[3]


async def test_a_name_nobody_has_is_told() -> None:
    told = await why_not([Endpoint("no-such-mac.invalid", 7861, "address")])
    assert told.startswith("the name no-such-mac.invalid is not known in this network")


async def test_a_machine_that_answers_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_client.link.pairing_exchange.WITHIN", 0.2)
    with running() as frozen:
        frozen.state.always = Fault.SILENCE
        told = await why_not([at(frozen.port)])
    assert told.startswith(f"the gateway at 127.0.0.1:{frozen.port} does not answer: wake it")


@pytest.mark.parametrize("salt", ["", "zz", "00" * 999, "0" * 100_000])
async def test_an_offer_that_is_none_is_told(mac: Identity, salt: str) -> None:
    """Before anything is made of the code."""
    with door(mac, code=CODE) as there:
        there.salt = salt
        told = await why_not([at(there.port)])
        assert there.door.asked == []
    assert f"what answers at 127.0.0.1:{there.port} is no gateway (" in told

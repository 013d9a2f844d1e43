"""TLS to the paired gateway: whoever else answers gets nothing, and no clock and no name matters."""

import datetime
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.link.dialling import get
from edge_client.link.socket import open_socket
from edge_client.pairing.dial_rules import DialRules
from edge_client.phrasebook.phrase_download import PhraseDownload
from edge_client.phrasebook.phrase_manifest import PhrasesFailed
from gateway.security.identity import Identity
from robotvoice.errors import EngineFailure
from tests.edge_client.pairing.pairing_rig import TOKEN, Door, door, made, pairing_with
from tests.fakes.fake_gateway import running
from tests.fakes.faults import Fault

PATIENT = 5.0


@pytest.fixture(scope="module")
def mac(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return made(tmp_path_factory.mktemp("mac"))


@pytest.fixture(scope="module")
def rogue(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return made(tmp_path_factory.mktemp("rogue"))


def pinned(own: Identity, there: Door, host: str = "127.0.0.1", rules: DialRules | None = None) -> Endpoint:
    rules = rules or DialRules(pairing=pairing_with(own, there.port))
    return rules.way_to(Endpoint(host, 1, "mdns", own.id, tls=there.port))


async def every_way(endpoint: Endpoint) -> list[tuple[str, str]]:
    """Why each of the three things that connect does not."""
    failures: list[tuple[str, str]] = []
    for asking in (get(endpoint, "/readyz", PATIENT), open_socket(endpoint, PATIENT)):
        try:
            answer = await asking
        except EngineFailure as failure:
            failures.append((failure.reason, failure.message))
        else:
            if not isinstance(answer, bytes):
                await answer.close()
    try:
        async with PhraseDownload(endpoint, PATIENT) as download:
            await download.manifest("vixen")
    except (PhrasesFailed, EngineFailure) as failure:
        failures.append((failure.code, failure.message))
    return failures


async def test_the_paired_gateway_is_spoken_to_and_shown_the_token(mac: Identity) -> None:
    with door(mac) as there:
        for host in ("127.0.0.1", "localhost"):
            assert await every_way(pinned(mac, there, host)) == []
        assert set(there.door.shown) == {f"Bearer {TOKEN}"}


async def test_another_certificate_gets_neither_token_nor_path(mac: Identity, rogue: Identity) -> None:
    rules = DialRules(pairing=pairing_with(mac, 1))
    with door(rogue) as there:
        failures = await every_way(pinned(mac, there, rules=rules))
        assert [code for code, _ in failures] == ["stranger", "stranger", "phrases_not_pulled"]
        assert (there.door.shown, there.door.paths) == ([], [])
    (met,) = rules.strangers.met
    assert (met.address, met.how) == (there.address, "certificate")


async def test_the_gateway_itself_at_that_address_is_no_stranger_any_more(
    mac: Identity, rogue: Identity
) -> None:
    rules = DialRules(pairing=pairing_with(mac, 1))
    with door(rogue) as there:
        await every_way(pinned(mac, there, rules=rules))
    with door(mac, port=there.port) as there:
        assert await every_way(pinned(mac, there, rules=rules)) == []
    assert rules.strangers.met == ()


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.NOISE, Fault.RESET, Fault.SILENCE])
async def test_what_speaks_no_tls_gets_no_token(mac: Identity, fault: Fault) -> None:
    with running() as plain:
        plain.state.always = fault
        way = DialRules(pairing=pairing_with(mac, plain.port)).way_to(parse_address("198.51.100.7"))
        with pytest.raises(EngineFailure) as failed:
            await get(replace(way, host="127.0.0.1"), "/readyz", 0.3)
    assert failed.value.reason in {"protocol", "cut", "unreachable"}
    assert plain.state.paths == []


async def test_an_older_tls_is_none(mac: Identity) -> None:
    older = replace(mac, tls=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    assert older.tls
    older.tls.load_cert_chain(mac.file)
    older.tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with door(older) as there:
        with pytest.raises(EngineFailure) as failed:
            await get(pinned(mac, there), "/readyz", PATIENT)
        assert there.door.shown == []
    assert failed.value.reason in {"protocol", "cut"}


async def test_a_robot_that_was_forgotten_is_told_what_to_do(mac: Identity) -> None:
    with door(mac, tokens=set()) as there:
        failures = await every_way(pinned(mac, there))
    expected = "this robot was forgotten by 'robotvoice on mac'; to pair it again, on the Mac type"
    assert [code for code, _ in failures[:2]] == ["forgotten", "forgotten"]
    assert all(text.startswith(expected) for _, text in failures[:2])


async def test_a_plain_connection_to_another_machine_is_not_even_tried() -> None:
    """Whatever made such an endpoint."""
    for host in ("198.51.100.7", "2001:db8::7"):
        failures = await every_way(Endpoint(host, 7860, "mdns", "mine", "Mac"))
        assert [code for code, _ in failures] == ["too_old", "too_old", "engine_failed"]


async def test_a_name_of_another_machine_is_looked_up_and_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(2, 1, 6, "", ("198.51.100.7", 7860))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: found)
    with pytest.raises(EngineFailure) as failed:
        await get(parse_address("mac.local"), "/readyz", PATIENT)
    assert failed.value.reason == "not_paired"
    assert "on the Mac type: robotvoice-gateway pair" in failed.value.message


DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC)


@contextmanager
def dated(folder: Path, begin: datetime.datetime, end: datetime.datetime) -> Iterator[Identity]:
    """A gateway whose certificate is valid for that time only: to it our clock is far off."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dated")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    file = folder / "identity.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    identity = certificate.fingerprint(hashes.SHA256()).hex()
    yield Identity(identity, file, context)


CLOCKS: dict[str, Callable[[], tuple[datetime.datetime, datetime.datetime]]] = {
    "the robot's clock is at 1970": lambda: (NOW + 1000 * DAY, NOW + 2000 * DAY),
    "the robot's clock is far ahead": lambda: (NOW - 2000 * DAY, NOW - 1000 * DAY),
}


@pytest.mark.parametrize("clock", CLOCKS)
async def test_no_clock_keeps_the_two_apart(tmp_path: Path, clock: str) -> None:
    with dated(tmp_path, *CLOCKS[clock]()) as own, door(own) as there:
        assert await every_way(pinned(own, there)) == []

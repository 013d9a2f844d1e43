"""Pairing with a gateway: who pairs, and the proof that it is the one whose code was typed.

The order and the proofs are those of `robotvoice.wire.pairing`. Nothing of the code is sent before a gateway
says that a code is valid there, and nothing of an answer is kept before its proof is right.
"""

import asyncio
import json
import socket
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import aiohttp

from edge_client.discovery.endpoint import Endpoint, Pin
from edge_client.discovery.resolver import UnhurriedResolver
from edge_client.link.dialling import NO_CONNECTION, connector_to
from edge_client.link.gateway_answers import UNKNOWN_NAME, remark
from edge_client.pairing.dial_rules import PAIR_THERE, is_ip, named
from edge_client.pairing.pairing_file import LONGEST_NAME, Pairing, check
from edge_client.pairing.pinned_tls import anybody
from robotvoice.errors import EngineFailure, InvalidMessage, RobotVoiceError
from robotvoice.json_records import read_object, read_record, write_record
from robotvoice.wire import pairing as wire
from robotvoice.wire.wire import DEFAULT_TLS_PORT

T = TypeVar("T")

WITHIN = 10.0
"""Seconds for all that is asked of one gateway; the proof alone takes a second on a slow machine"""
LARGEST_ANSWER = 16 * 1024
"""Bytes"""
MOST_ASKED = 16
"""Gateways; anybody can announce any number of them"""
SERVE = "start `robotvoice-gateway serve --lan` on the Mac"


class PairingFailed(RobotVoiceError):
    """This robot is as it was. The message says why, and what to do next."""

    code = "not_paired"


class NoDoorThere(PairingFailed):
    """What answers at this port speaks no TLS: a gateway's other port, or no gateway."""


class NoCodeThere(PairingFailed):
    """No code is valid at that gateway, or none any more."""


@dataclass(frozen=True, slots=True)
class Offering:
    """A gateway at which a code is valid, with the certificate that it has shown."""

    endpoint: Endpoint
    """With its pin"""
    certificate: bytes
    """In DER"""
    offer: wire.Offer

    @property
    def name(self) -> str:
        said = remark(self.offer.name or self.endpoint.name or "", LONGEST_NAME).strip()
        return said or self.endpoint.host


async def pair(
    gateways: Sequence[Sequence[Endpoint]],
    code: str,
    robot: str,
    before: Pairing | None = None,
    *,
    rename: bool = False,
) -> tuple[Pairing, Endpoint]:
    """With the one whose code it is: of each gateway its addresses, the most promising first.

    `code` is normalised, `robot` the name it wants. All of them are asked at once. Returns where it answers,
    too. The gateway of `before`, and nobody else, is shown the token of then, so that this robot is not two
    robots there; its name stays, unless it is to `rename`. Raises PairingFailed.
    """
    asking = [asyncio.create_task(_at_any(each)) for each in gateways[:MOST_ASKED]]
    try:
        found = await asyncio.gather(*asking, return_exceptions=True)
    finally:
        for task in asking:
            task.cancel()
    offering = {each.certificate: each for each in found if isinstance(each, Offering)}
    if not offering:
        raise _told([each for each in found if isinstance(each, BaseException)])
    answers = await asyncio.gather(
        *(
            _in_time(
                _prove(_as_before(each, before), code, _name(each, robot, before, rename)), each.endpoint
            )
            for each in offering.values()
        ),
        return_exceptions=True,
    )
    for each in answers:
        if not isinstance(each, BaseException):
            return each
    raise _told([each for each in answers if isinstance(each, BaseException)])


def _is_of(there: Offering, before: Pairing | None) -> bool:
    """Whether it is the gateway of that pairing, by the certificate that it has shown."""
    return before is not None and wire.fingerprint(there.certificate).hex() == before.id


def _as_before(there: Offering, before: Pairing | None) -> Offering:
    """With the token that it knows this robot by: its connection trusts this one certificate alone."""
    pin = there.endpoint.pin
    if before is None or pin is None or not _is_of(there, before):
        return there
    return replace(there, endpoint=replace(there.endpoint, pin=replace(pin, token=before.token)))


def _name(there: Offering, wanted: str, before: Pairing | None, rename: bool) -> str:
    return before.robot if before and not rename and _is_of(there, before) else wanted


async def _at_any(addresses: Sequence[Endpoint]) -> Offering:
    """At the first of a gateway's addresses that answers. Raises PairingFailed."""
    problem: PairingFailed | None = None
    for endpoint in addresses:
        try:
            return await _at_its_door(endpoint)
        except NoCodeThere:
            raise
        except PairingFailed as failure:
            problem = problem or failure
    raise problem or PairingFailed("no gateway was found")


async def _at_its_door(endpoint: Endpoint) -> Offering:
    """There, or at the usual port if this one is another of the gateway's. Raises PairingFailed."""
    try:
        return await _in_time(_offering(endpoint), endpoint)
    except NoDoorThere as other:
        usual = replace(endpoint, port=DEFAULT_TLS_PORT)
        if usual == endpoint:
            raise
        try:
            return await _in_time(_offering(usual), usual)
        except NoCodeThere:
            raise
        except PairingFailed:
            raise other from None


async def _offering(endpoint: Endpoint) -> Offering:
    """Raises PairingFailed, aiohttp.ClientError, OSError and InvalidMessage."""
    import ssl

    certificate = await _certificate(endpoint)
    pem = ssl.DER_cert_to_PEM_cert(certificate)
    identity = wire.fingerprint(certificate).hex()
    pinned = replace(endpoint, gateway_id=identity, pin=Pin(identity, endpoint.name or "", pem))
    status, answer = await _ask(pinned, "GET", None)
    if status == 200:
        return Offering(pinned, certificate, read_record(wire.Offer, answer))
    raise _refusal(pinned, status, answer)


async def _certificate(endpoint: Endpoint) -> bytes:
    """What is shown there, in DER; who shows it is found out by the proofs."""
    host = endpoint.host
    if not is_ip(host):
        host = (await UnhurriedResolver().resolve(host, endpoint.port, socket.AF_UNSPEC))[0]["host"]
    _, writer = await asyncio.open_connection(host, endpoint.port, ssl=anybody(), server_hostname="")
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    assert isinstance(shown, bytes), "a server of TLS 1.3 always shows one"
    return shown


async def _prove(there: Offering, code: str, robot: str) -> tuple[Pairing, Endpoint]:
    """Raises PairingFailed, aiohttp.ClientError, OSError and InvalidMessage."""
    seen, salt = wire.fingerprint(there.certificate), wire.new_salt()
    key = await asyncio.to_thread(wire.stretched, code, there.offer.salt, salt)
    asked = wire.Asked(robot, salt, wire.proof(key, wire.ROBOT, seen, robot))
    status, answer = await _ask(there.endpoint, "POST", write_record(asked))
    if status != 200:
        raise _refusal(replace(there.endpoint, name=there.name), status, answer)
    paired = read_record(wire.Paired, answer)
    believed = wire.proves(paired.proof, key, wire.GATEWAY, seen, robot) and paired.id == seen.hex()
    pin = there.endpoint.pin
    if not believed or pin is None:
        raise PairingFailed(
            f"what answers at {there.endpoint.label} does not know the code: it is a stranger, and nothing "
            f"of it was kept; {PAIR_THERE}"
        )
    port, known_as = there.endpoint.port, wire.robot_name(paired.robot)
    pairing = Pairing(seen.hex(), there.name, pin.certificate, paired.token, port, known_as, time.time())
    try:
        check(pairing)
    except ValueError as error:
        raise InvalidMessage(f"of what it gave, {error}") from None
    return pairing, replace(there.endpoint, tls=port, name=there.endpoint.name or there.name)


async def _ask(endpoint: Endpoint, method: str, fields: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
    """Status and JSON object; an empty one if it is none, as whoever answers may be no gateway."""
    async with (
        aiohttp.ClientSession(connector=connector_to(endpoint), headers=endpoint.headers) as session,
        session.request(method, endpoint.url + wire.PATH, json=fields, allow_redirects=False) as response,
    ):
        body = bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise InvalidMessage("its answer is far too long")
        if response.status == 200:
            return 200, read_object(bytes(body), "its answer")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        return response.status, found if isinstance(found, dict) else {}


async def _in_time(asking: Coroutine[Any, Any, T], endpoint: Endpoint) -> T:
    """Raises PairingFailed for whatever goes wrong."""
    there = endpoint.label
    try:
        async with asyncio.timeout(WITHIN):
            return await asking
    except PairingFailed:
        raise
    except TimeoutError as error:
        text = f"the gateway at {there} does not answer: wake it, check its address, or {SERVE}"
        raise PairingFailed(text) from error
    except InvalidMessage as error:
        raise PairingFailed(f"what answers at {there} is no gateway ({remark(error.message)})") from error
    except EngineFailure as error:
        raise PairingFailed(error.message) from error
    except (aiohttp.ClientError, OSError) as error:
        import ssl

        kind = NoDoorThere if isinstance(error, ssl.SSLError) else PairingFailed
        raise kind(_in_words(endpoint, error)) from error


def _in_words(endpoint: Endpoint, error: Exception) -> str:
    import ssl

    there = endpoint.label
    if isinstance(error, ssl.SSLError):
        return (
            f"what answers at {there} is no robots' door: leave the port out, or give the one that "
            "robotvoice-gateway pair shows; a gateway that has none is too old, update robotvoice on the Mac"
        )
    if isinstance(error, socket.gaierror | aiohttp.ClientConnectorDNSError):
        return f"the name {endpoint.host} {UNKNOWN_NAME}: check it, or give the gateway's IP address"
    number = error.errno if isinstance(error, OSError) else None
    _, what = NO_CONNECTION.get(number or 0, ("cut", "broke the connection"))
    return f"the gateway at {there} {what}: check its address, or {SERVE}"


def _refusal(endpoint: Endpoint, status: int, answer: dict[str, Any]) -> PairingFailed:
    """For an answer that is no 200."""
    found = answer.get("error")
    error = found if isinstance(found, dict) else answer
    code = error.get("code") if isinstance(error.get("code"), str) else error.get("error")
    who = named(remark(endpoint.name or endpoint.label, LONGEST_NAME))
    if code == wire.WRONG_CODE:
        left = error.get("tries", answer.get("tries"))
        if isinstance(left, int) and left > 0:
            tries = "1 try is" if left == 1 else f"{left} tries are"
            return PairingFailed(f"{who} shows another code: look at it, and type it again; {tries} left")
        return PairingFailed(f"{who} showed another code, and no try is left; for a new code {PAIR_THERE}")
    if code == wire.NOT_PAIRING:
        why = "a code pairs one robot, within five minutes"
        return NoCodeThere(f"no code is valid at {who}: {why}; for a new one {PAIR_THERE}")
    if status in (404, 405):
        return PairingFailed(f"{who} is too old to be paired with: update robotvoice on the Mac")
    return PairingFailed(f"what answers at {endpoint.label} is no gateway: it answers with status {status}")


def _told(problems: Sequence[BaseException]) -> PairingFailed:
    """The one failure, or all of them in a line each."""
    for each in problems:
        if not isinstance(each, PairingFailed):
            raise each
    texts = list(dict.fromkeys(str(each) for each in problems))
    if len(texts) == 1:
        return PairingFailed(texts[0])
    return PairingFailed("\n".join(["this robot is not paired:", *(f"  {text}" for text in texts)]))

"""Pairing a robot, and all who try to get in its way, over real TLS."""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.requests.app_keys import PAIRING, SETTINGS
from gateway.security import pairing_codes
from gateway.security.credentials import ROBOTS_FILE, Credentials
from gateway.security.identity import identity_in
from gateway.security.pairing_codes import VALID_FOR, CannotPair, NotPairing, PairingCodes
from gateway.security.tls_door import RobotsDoor
from robotvoice.wire.pairing import (
    PATH,
    ROBOT,
    new_salt,
    normalised,
    proof,
    shown,
    stretched,
)
from tests.gateway.in_process import RunningGateway, running, soon
from tests.gateway.security.robot import ask, not_paired
from tests.gateway.security.tls import believing, believing_anybody

WRONG = "00000000"


async def begun(gateway: RunningGateway) -> str:
    """The code that the owner is shown."""
    return str((await gateway.order("/v1/owner/pairing", "POST")).json["code"])


async def became(gateway: RunningGateway, **query: object) -> dict[str, Any]:
    more = "&".join(f"{name}={value}" for name, value in query.items())
    fields: dict[str, Any] = (await gateway.order(f"/v1/owner/pairing?{more}")).json
    return fields


def kept(gateway: RunningGateway) -> list[str]:
    file = gateway.app[SETTINGS].state_dir / ROBOTS_FILE
    return [each["name"] for each in json.loads(file.read_text())] if file.exists() else []


async def test_a_robot_that_is_told_the_code_is_let_in_with_its_token_and_no_other_way() -> None:
    async with running(tls=True) as gateway:
        assert gateway.identity
        told = await ask(gateway.tls_port, await begun(gateway))
        assert (told.status, told.believed) == (200, True)
        assert (told.fields["robot"], told.fields["id"]) == ("picar", gateway.identity.id)
        assert told.certificate.hex() == gateway.identity.id
        assert len(told.fields["token"]) == 43
        assert (await became(gateway))["robot"] == "picar"
        headers = {"Authorization": f"Bearer {told.fields['token']}"}
        assert (await gateway.by_tls("/v1/personas", headers=headers)).status == 200
        assert (await gateway.by_tls("/v1/personas")).status == 401
        other = {"Authorization": f"Bearer {told.fields['token'][:-1]}x"}
        assert (await gateway.by_tls("/v1/personas", headers=other)).status == 401


async def test_what_is_kept_of_it_is_no_token_and_for_its_owners_eyes() -> None:
    async with running(tls=True) as gateway:
        token = (await ask(gateway.tls_port, await begun(gateway))).fields["token"]
        file = gateway.app[SETTINGS].state_dir / ROBOTS_FILE
        assert token not in file.read_text()
        assert file.stat().st_mode & 0o777 == 0o600


async def test_a_token_in_clear_text_opens_nothing() -> None:
    async with running(tls=True, from_network=True) as gateway:
        token = (await ask(gateway.tls_port, await begun(gateway))).fields["token"]
        assert (await gateway.ask("/v1/personas", headers={"Authorization": f"Bearer {token}"})).status == 401


async def test_a_code_may_be_typed_in_any_way() -> None:
    async with running(tls=True) as gateway:
        code = await begun(gateway)
        assert (await ask(gateway.tls_port, f" {code.upper().replace('-', ' ')} ")).believed


async def test_three_wrong_codes_end_the_pairing_and_then_the_right_one_is_none_either() -> None:
    async with running(tls=True) as gateway:
        port, code = gateway.tls_port, await begun(gateway)
        for left in (2, 1, 0):
            told = await ask(port, WRONG)
            assert (told.status, told.fields["code"], told.fields["tries"]) == (403, "wrong_code", left)
            assert not {"proof", "token"} & told.fields.keys()
        told = await ask(port, code)
        assert (told.status, told.fields["code"]) == (409, "not_pairing")
        assert told.fields["error"] == (
            "this code was tried too often; type on the gateway's machine: robotvoice-gateway pair"
        )
        assert (await became(gateway))["state"] == "no_tries"
        assert kept(gateway) == []


async def test_of_many_guesses_at_the_same_moment_three_are_looked_at() -> None:
    async with running(tls=True) as gateway:
        await begun(gateway)
        told = await asyncio.gather(*(ask(gateway.tls_port, WRONG) for _ in range(12)))
        assert sorted(each.status for each in told) == [403] * 3 + [409] * 9


async def test_of_robots_that_know_the_code_at_the_same_moment_one_is_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also if the disk is so slow that all have proven it before one is kept."""
    new = Credentials.new

    def slowly(robots: Credentials, name: str, **how: str) -> str:
        time.sleep(0.3)
        return new(robots, name, instead_of=how["instead_of"])

    monkeypatch.setattr(Credentials, "new", slowly)
    async with running(tls=True) as gateway:
        code = await begun(gateway)
        told = await asyncio.gather(*(ask(gateway.tls_port, code) for _ in range(4)))
        assert sorted(each.status for each in told) == [200, 409, 409, 409]
        assert kept(gateway) == ["picar"]


async def test_who_leaves_before_the_answer_has_used_a_try() -> None:
    async with running(tls=True) as gateway:
        port, _ = gateway.tls_port, await begun(gateway)
        body = json.dumps({"robot": "x", "salt": new_salt(), "proof": "0" * 64}).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=believing_anybody())
        writer.write(head + body)
        await writer.drain()
        pairing = gateway.app[PAIRING]
        last = pairing.last
        assert last
        await soon(lambda: bool(pairing._trials) or last.tries < 3)
        writer.transport.abort()
        await soon(lambda: last.tries == 2)


async def test_without_a_code_nobody_is_told_anything_about_pairing() -> None:
    async with running(tls=True) as gateway:
        told = await ask(gateway.tls_port, "k7d2-m9qx")
        assert (told.status, told.fields["code"]) == (409, "not_pairing")
        assert told.fields["error"].startswith("no robot is being paired; type on the gateway's machine")
        assert (await became(gateway))["state"] == "ended"


async def test_a_code_that_was_used_is_void() -> None:
    async with running(tls=True) as gateway:
        code = await begun(gateway)
        assert (await ask(gateway.tls_port, code)).believed
        told = await ask(gateway.tls_port, code, "second")
        assert (told.status, told.fields["code"]) == (409, "not_pairing")
        assert kept(gateway) == ["picar"]


async def test_what_was_recorded_of_a_pairing_is_worth_nothing_later() -> None:
    """The same bytes again: while the code is valid elsewhere, and with the next code."""
    async with running(tls=True) as gateway:
        port, code = gateway.tls_port, await begun(gateway)
        recorded: dict[str, str] = {}
        async with not_paired(port) as (session, url, seen):
            offered = await (await session.get(url)).json()
            ours = new_salt()
            key = stretched(normalised(code), offered["salt"], ours)
            recorded = {"robot": "picar", "salt": ours, "proof": proof(key, ROBOT, seen, "picar")}
            assert (await session.post(url, json=recorded)).status == 200
            assert (await session.post(url, json=recorded)).status == 409
            await begun(gateway)
            assert (await session.post(url, json=recorded)).status == 403


async def test_a_robot_that_is_paired_anew_is_one_robot() -> None:
    """Under the name it asks for, by the token of before, which opens nothing then; others keep theirs."""
    async with running(tls=True) as gateway:
        port = gateway.tls_port
        tokens = [(await ask(port, await begun(gateway))).fields["token"] for _ in range(2)]
        assert kept(gateway) == ["picar", "picar-2"]
        for wanted in ("picar-2", "kitchen", "kitchen", "picar"):
            again = await ask(port, await begun(gateway), wanted, token=tokens[1])
            assert again.believed
            assert (await gateway.by_tls("/v1/personas", headers=bearer(tokens[1]))).status == 401
            tokens[1] = again.fields["token"]
            assert again.fields["robot"] == {"picar": "picar-2"}.get(wanted, wanted)
            assert kept(gateway) == ["picar", again.fields["robot"]]
        for token in tokens:
            assert (await gateway.by_tls("/v1/personas", headers=bearer(token))).status == 200


async def test_a_token_without_the_code_replaces_nobody_and_one_that_is_none_harms_nothing() -> None:
    async with running(tls=True) as gateway:
        port = gateway.tls_port
        token = (await ask(port, await begun(gateway))).fields["token"]
        code = await begun(gateway)
        assert (await ask(port, WRONG, token=token)).status == 403
        assert (await gateway.by_tls("/v1/personas", headers=bearer(token))).status == 200
        told = await ask(port, code, token="x" * 43)
        assert (told.believed, told.fields["robot"]) == (True, "picar-2")
        assert kept(gateway) == ["picar", "picar-2"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@asynccontextmanager
async def rogue(state: Path, port: int, change: Callable[[bytes], bytes] = bytes) -> AsyncIterator[int]:
    """Between robot and gateway, with a certificate of its own: passes on what each says."""
    tls = identity_in(state).tls
    assert tls

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(change(data))

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port, ssl=believing_anybody())
        pumps = [asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for each in pumps:
            each.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        writer.close()
        back.close()

    server = await asyncio.start_server(between, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_robot_is_not_paired_through_somebody_in_between(tmp_path: Path) -> None:
    """It sees another certificate than the gateway has, so its proof is none there."""
    async with running(tls=True) as gateway:
        code = await begun(gateway)
        async with rogue(tmp_path, gateway.tls_port) as between:
            told = await ask(between, code)
        assert (told.status, told.believed) == (403, False)
        assert kept(gateway) == []
        assert (await ask(gateway.tls_port, code)).believed, "two tries are left"


async def test_nothing_of_a_request_can_be_changed_on_its_way() -> None:
    proofs = [{"proof": each} for each in ("0" * 64, "", "é" * 64)]
    async with running(tls=True) as gateway:
        for changed in ({"robot": "another"}, {"salt": "00" * 16}, *proofs):
            code = await begun(gateway)
            assert (await ask(gateway.tls_port, code, changed=changed)).status == 403


async def test_what_cannot_be_read_is_refused_and_uses_no_try() -> None:
    salt = "00" * 16
    fields: list[dict[str, object]] = [
        {"robot": "x", "salt": "zz", "proof": "0"},
        {"robot": "", "salt": salt, "proof": "0"},
        {"robot": "a\x07b", "salt": salt, "proof": "0"},
        {"robot": 7, "salt": salt, "proof": "0"},
        {"robot": "\ud800", "salt": salt, "proof": "0"},
        {"robot": "x", "salt": salt},
    ]
    bodies = [b"", b"[]", b"{}", b"[" * 3000, b"\xff", b"x" * 5000]
    async with running(tls=True) as gateway:
        await begun(gateway)
        for body in (*bodies, *(json.dumps(each).encode() for each in fields)):
            told = await gateway.by_tls(PATH, "POST", data=body)
            assert (told.status, told.json["code"]) == (400, "invalid_message"), body
        assert (await became(gateway))["tries"] == 3


async def test_a_body_may_come_in_pieces() -> None:
    async def pieces(whole: bytes) -> AsyncIterator[bytes]:
        for each in whole:
            yield bytes([each])

    async with running(tls=True) as gateway:
        await begun(gateway)
        body = json.dumps({"robot": "x", "salt": new_salt(), "proof": "0" * 64}).encode()
        assert (await gateway.by_tls(PATH, "POST", data=pieces(body))).status == 403


async def test_nobody_is_paired_at_the_plain_port() -> None:
    async with running(tls=True, from_network=True) as gateway:
        await begun(gateway)
        for method in ("GET", "POST"):
            told = await gateway.ask(PATH, method)
            assert (told.status, "ask by TLS at port" in told.json["error"]) == (400, True)


async def test_a_robot_whose_name_is_taken_gets_a_number() -> None:
    async with running(tls=True) as gateway:
        long = "r" * 40
        for robot, name in (("picar", "picar"), ("picar", "picar-2"), ("picar", "picar-3"), (long, long)):
            assert (await ask(gateway.tls_port, await begun(gateway), robot)).fields["robot"] == name
        told = await ask(gateway.tls_port, await begun(gateway), long)
        assert (told.fields["robot"], told.believed) == ("r" * 38 + "-2", True)


async def test_a_new_code_takes_the_place_of_the_one_before() -> None:
    async with running(tls=True) as gateway:
        first, second = await begun(gateway), await begun(gateway)
        assert first != second
        assert (await became(gateway, number=1))["state"] == "replaced"
        assert (await ask(gateway.tls_port, first)).status == 403
        assert (await ask(gateway.tls_port, second)).believed
        assert (await became(gateway, number=2))["state"] == "paired"


async def test_only_the_command_that_made_a_code_ends_it() -> None:
    async with running(tls=True) as gateway:
        await begun(gateway)
        code = await begun(gateway)
        await gateway.order("/v1/owner/pairing?number=1", "DELETE")
        assert (await became(gateway))["state"] == "waiting"
        await gateway.order("/v1/owner/pairing?number=2", "DELETE")
        assert (await became(gateway))["state"] == "ended"
        assert (await ask(gateway.tls_port, code)).status == 409


async def test_who_waits_hears_at_once_that_a_robot_was_paired() -> None:
    async with running(tls=True) as gateway:
        code = await begun(gateway)
        waiting = asyncio.create_task(became(gateway, number=1, wait=9))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await ask(gateway.tls_port, code)
        assert (await waiting)["state"] == "paired"


async def test_a_number_or_a_wait_that_is_none_harms_nothing() -> None:
    async with running(tls=True) as gateway:
        await begun(gateway)
        for number in ("x", "-1", "%C2%B2", "9" * 20):
            assert (await gateway.order(f"/v1/owner/pairing?number={number}")).status == 400
        for wait in ("nan", "inf", "-1", "x", ""):
            assert (await became(gateway, wait=wait))["state"] == "waiting"


async def test_a_gateway_that_no_robot_reaches_says_what_to_do() -> None:
    async with running() as gateway:
        told = await gateway.order("/v1/owner/pairing", "POST")
        assert (told.status, told.json["code"]) == (409, "cannot_pair")
        assert "only this machine reaches the gateway; start it with --lan" in told.json["error"]


async def test_what_cannot_be_kept_is_no_pairing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a new code, nor the end of one: the code stays valid until there is room."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    async with running(tls=True) as gateway:
        code = await begun(gateway)
        with monkeypatch.context() as disk:
            disk.setattr("gateway.security.credentials.write_whole", full)
            told = await ask(gateway.tls_port, code)
            assert (told.status, told.fields["code"]) == (507, "cannot_pair")
            assert "/" not in told.fields["error"]
            refused = await gateway.order("/v1/owner/pairing", "POST")
            assert (refused.status, "make room on its disk" in refused.json["error"]) == (409, True)
        assert (await ask(gateway.tls_port, code)).believed


async def test_the_owner_lists_robots_and_forgets_one() -> None:
    async with running(tls=True) as gateway:
        token = (await ask(gateway.tls_port, await begun(gateway), "Käfer/2 ?")).fields["token"]
        headers = {"Authorization": f"Bearer {token}"}
        (robot,) = (await gateway.order("/v1/owner/robots")).json["robots"]
        assert (robot["name"], robot["connected"]) == ("Käfer/2 ?", False)
        told = await gateway.order("/v1/owner/robots/K%C3%A4fer", "DELETE")
        assert (told.status, "did you mean Käfer/2 ?" in told.json["error"]) == (404, True)
        url = f"https://127.0.0.1:{gateway.tls_port}/ws/tts"
        assert gateway.identity
        async with gateway.session.ws_connect(url, headers=headers, ssl=believing(gateway.identity)):
            (robot,) = (await gateway.order("/v1/owner/robots")).json["robots"]
            assert robot["connected"]
            told = await gateway.order("/v1/owner/robots/K%C3%A4fer%2F2%20%3F", "DELETE")
            assert told.json == {"forgotten": "Käfer/2 ?", "connected": True}
        assert (await gateway.by_tls("/v1/personas", headers=headers)).status == 401
        assert (await gateway.order("/v1/owner/robots")).json == {"robots": []}


def codes(tmp_path: Path, clock: Callable[[], float], told: list[bool]) -> PairingCodes:
    door = RobotsDoor(7861, b"\1" * 32, "")
    robots = Credentials(tmp_path / ROBOTS_FILE)
    return PairingCodes(door, robots, name="Mac", announce=told.append, clock=clock)


async def test_a_code_is_valid_for_five_minutes(tmp_path: Path) -> None:
    now, told = 1000.0, list[bool]()
    pairing = codes(tmp_path, lambda: now, told)
    code = await pairing.begin()
    now += VALID_FOR - 0.1
    assert pairing.offer().name == "Mac"
    assert 0 < pairing.seconds_left(code) <= 0.2
    now += 0.2
    with pytest.raises(NotPairing, match="this code is too old; type on the gateway's machine"):
        pairing.offer()
    assert (code.state, pairing.seconds_left(code), told) == ("too_old", 0.0, [True, False])


async def test_that_a_code_has_become_too_old_is_announced_although_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing_codes, "VALID_FOR", 0.05)
    told = list[bool]()
    pairing = codes(tmp_path, asyncio.get_running_loop().time, told)
    await pairing.begin()
    await soon(lambda: told == [True, False])


async def test_each_end_of_a_code_is_announced_and_a_new_one_stays_announced(tmp_path: Path) -> None:
    told = list[bool]()
    pairing = codes(tmp_path, lambda: 0.0, told)
    await pairing.begin()
    await pairing.begin()
    assert told[-1] is True
    await pairing.close()
    assert told[-1] is False


async def test_a_door_that_is_closed_pairs_nobody(tmp_path: Path) -> None:
    closed = replace(RobotsDoor(), why_closed="it is damaged; put it back")
    pairing = PairingCodes(closed, Credentials(tmp_path / ROBOTS_FILE), name="Mac")
    with pytest.raises(CannotPair, match="it is damaged; put it back"):
        await pairing.begin()


def test_a_code_is_shown_as_it_is_to_be_typed() -> None:
    assert normalised(shown("k7d2m9qx")) == "k7d2m9qx"

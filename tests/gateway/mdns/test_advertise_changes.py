"""What is announced follows the gateway: its personas while it runs, and failures that pass."""

import asyncio
import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from gateway.mdns import interface_tasks as followed_places
from gateway.mdns import mdns_advertiser as advertise
from gateway.mdns.mdns_advertiser import Announced, MdnsAdvertiser
from proofs.rig.program import environment
from robotvoice.wire.wire import SERVICE_TYPE
from tests.gateway.in_process import soon
from tests.gateway.process import started

pytestmark = pytest.mark.slow


def gateway(name: str, announced: Announced | None = None) -> MdnsAdvertiser:
    return MdnsAdvertiser(
        gateway_id=name, name=name, port=7999, personas=["spark"], host="127.0.0.1", announced=announced
    )


async def until_heard(mdns: AsyncZeroconf, name: str, personas: str, **more: str) -> None:
    """Until this gateway is announced with just these."""
    wanted = {"v": "1", "id": name, "tls": "0", "personas": personas, **more}
    async with asyncio.timeout(20):
        while True:
            service = AsyncServiceInfo(SERVICE_TYPE, f"{name}.{SERVICE_TYPE}")
            await service.async_request(mdns.zeroconf, 1000)
            told = service.decoded_properties
            if (told if more else told.get("personas")) == (wanted if more else personas):
                return
            await asyncio.sleep(0.02)


async def test_personas_that_change_are_announced() -> None:
    """To those who listen and to those who come; also a change that falls into the announcement itself."""
    name = uuid4().hex
    advertiser = gateway(name)
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as mdns:
        await advertiser.start()
        advertiser.personas_are(["spark", "ann"])
        await soon(lambda: advertiser.state == f"announced as {name}")
        await until_heard(mdns, name, "spark,ann")
        advertiser.personas_are(["spark", "ann", "bob"])
        await until_heard(mdns, name, "spark,ann,bob")
        async with AsyncZeroconf(interfaces=["127.0.0.1"]) as later:
            await until_heard(later, name, "spark,ann,bob")
        await advertiser.stop()


async def test_it_is_announced_where_robots_come_in_and_whether_one_can_be_paired() -> None:
    name = uuid4().hex
    advertiser = MdnsAdvertiser(
        gateway_id=name, name=name, port=7999, personas=["spark"], host="127.0.0.1", tls_port=7861
    )
    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as mdns:
        await advertiser.start()
        await until_heard(mdns, name, "spark", tls="7861")
        advertiser.pairing_is(True)
        await until_heard(mdns, name, "spark", tls="7861", pairing="1")
        # RFC 6762, section 10.2: a record takes the place of one that was heard more than a second ago.
        await asyncio.sleep(1.1)
        advertiser.pairing_is(False)
        await until_heard(mdns, name, "spark", tls="7861")
        await advertiser.stop()


async def test_a_gateway_that_takes_up_a_persona_announces_it(tmp_path: Path) -> None:
    """And the log has a line for that, but none for each file that was touched."""
    name = uuid4().hex

    def write(id: str) -> None:
        (tmp_path / "personas" / id).mkdir(parents=True)
        file = tmp_path / "personas" / id / "persona.yaml"
        file.write_text(f"name: {id}\nlanguage: en\nvoice: {{engine: espeak, voice: en}}\n")

    write("ann")
    personas = ("--personas", str(tmp_path / "personas"))
    async with (
        AsyncZeroconf(interfaces=["127.0.0.1"]) as mdns,
        started(
            tmp_path,
            *personas,
            "--name",
            name,
            env=environment(tmp_path, ROBOTVOICE_HIDE="*"),
            mdns=True,
        ) as running,
    ):
        await until_heard(mdns, name, "ann")
        write("bob")
        await until_heard(mdns, name, "ann,bob")
    assert [line for line in running.log if "INFO persona bob is new" in line]
    assert not [line for line in running.log if "change detected" in line]


async def test_what_failed_is_tried_again_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The name that was registered is told once, too."""
    tries = 0

    def not_at_first(*arguments: Any, **more: Any) -> AsyncZeroconf:
        nonlocal tries
        tries += 1
        if tries < 20:
            raise OSError("there is no multicast")
        return AsyncZeroconf(*arguments, **more)

    monkeypatch.setattr(followed_places, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(followed_places, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(advertise, "AsyncZeroconf", not_at_first)
    told: list[str] = []
    advertiser = gateway(uuid4().hex, announced=lambda name, _: told.append(name))
    await advertiser.start()
    await soon(lambda: bool(told))
    assert advertiser.state == f"announced as {told[0]}"
    await advertiser.stop()
    (warning,) = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert "there is no multicast" in warning
    assert len(told) == 1

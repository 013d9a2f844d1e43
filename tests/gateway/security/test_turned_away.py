"""Who may not ask is told to the owner, once, and never so often that it fills the log."""

import logging

import pytest

from gateway.requests.app_keys import ROBOTS, SETTINGS
from gateway.security.credentials import KEYS_FILE, Credentials
from gateway.security.turned_away import AGAIN_AFTER, MOST, TurnedAway
from tests.gateway.in_process import running


async def test_a_robot_of_before_pairing_is_told_what_to_do_as_is_the_owner(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with running(from_network=True) as gateway:
        for _ in range(3):
            told = await gateway.ask("/ws/tts", headers={"Connection": "Upgrade", "Upgrade": "websocket"})
            assert (told.status, "pair" in told.json["error"]) == (401, True)
        assert (await gateway.ask("/healthz")).status == 200
    (line,) = [each for each in caplog.messages if "was turned away" in each]
    assert line.startswith("127.0.0.1 was turned away")
    assert "robotvoice-gateway pair" in line


@pytest.mark.parametrize(
    ("by_tls", "todo"),
    [
        (True, "was forgotten or is too old: on it type robotvoice unpair, and pair it again"),
        (False, "look at robotvoice-gateway key list"),
    ],
)
async def test_who_shows_what_opens_nothing_any_more_is_told_of_otherwise_than_who_shows_nothing(
    by_tls: bool, todo: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(from_network=True, tls=True) as gateway:
        store = gateway.app[ROBOTS] if by_tls else Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE)
        headers = {"Authorization": f"Bearer {store.new('gone')}"}
        assert store.remove("gone")
        ask = gateway.by_tls if by_tls else gateway.ask
        told = await ask("/v1/personas", headers=headers)
        assert (told.status, "robotvoice-gateway key list" in told.json["error"]) == (401, True)
    (line,) = [each for each in caplog.messages if "was turned away" in each]
    assert line.endswith(todo)


async def test_who_may_ask_is_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with running() as gateway:
        await gateway.ask("/health")
        assert (await gateway.ask("/v1/owner/robots")).status == 403
    assert "turned away" not in caplog.text


def test_an_address_is_told_of_again_after_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = iter((0.0, 1.0, AGAIN_AFTER - 1, AGAIN_AFTER + 1))
    away = TurnedAway(lambda: next(clock))
    for _ in range(4):
        away.note("10.0.0.7")
    assert len(caplog.messages) == 2


def test_who_has_any_number_of_addresses_does_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    away = TurnedAway(lambda: 0.0)
    for number in range(10 * MOST):
        away.note(f"fd00::{number:x}")
    assert len(caplog.messages) == MOST

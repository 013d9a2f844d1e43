"""What `pair` leaves on disk: private, whole, and believed only if it is."""

import json
import logging
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge_client.pairing.dial_rules import DialRules
from edge_client.pairing.pairing_file import FILE_NAME, DamagedPairing, Pairing, forget, load, save
from gateway.security.identity import Identity
from tests.edge_client.pairing.pairing_rig import certificate_of, pair_by_hand, pairing_with


def test_what_was_saved_is_loaded_and_nobody_else_can_read_it(tmp_path: Path, mac: Identity) -> None:
    state = tmp_path / "state"
    assert load(state) is None
    pairing = pair_by_hand(state, mac, 7861)
    assert load(state) == pairing
    assert stat.S_IMODE((state / FILE_NAME).stat().st_mode) == 0o600
    assert pairing.token not in repr(pairing)
    assert (forget(state), forget(state), load(state)) == (True, False, None)


DAMAGE: dict[str, Callable[[Pairing], object]] = {
    "another certificate than the id says": lambda good: replace(good, id="0" * 64),
    "no certificate": lambda good: replace(good, certificate="-----BEGIN CERTIFICATE-----\n!!"),
    "two certificates": lambda good: replace(good, certificate=good.certificate * 2),
    "no token": lambda good: replace(good, token=""),
    "a token that ends a header": lambda good: replace(good, token="a" * 20 + "\r\nX: y"),
    "no port": lambda good: replace(good, tls_port=0),
    "a time that cannot be": lambda good: replace(good, since=-1.0),
    "a name for a terminal's own ears": lambda good: replace(good, name="\x1b[2J"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_pairing_is_none_and_stays_on_disk(tmp_path: Path, mac: Identity, damage: str) -> None:
    damaged = DAMAGE[damage](pairing_with(mac, 7861))
    assert isinstance(damaged, Pairing)
    save(tmp_path, damaged)
    is_left_alone(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 2}', '{"version": 1}', "\x00" * 99, "9" * 99_999]
)
def test_what_is_no_pairing_at_all_is_none_and_stays_on_disk(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    is_left_alone(tmp_path)


def is_left_alone(state: Path) -> None:
    """And it is said what to do."""
    before = (state / FILE_NAME).read_bytes()
    with pytest.raises(DamagedPairing, match="pair it again; type: robotvoice unpair"):
        load(state)
    rules = DialRules.of(state)
    assert rules.pairing is None
    assert rules.why_nobody
    assert rules.why_nobody.code == "not_paired"
    assert "is damaged" in rules.why_nobody.text
    assert (state / FILE_NAME).read_bytes() == before


def test_one_that_others_can_read_is_made_private_with_a_warning(
    tmp_path: Path, mac: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    pairing = pair_by_hand(tmp_path, mac, 7861)
    (tmp_path / FILE_NAME).chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert load(tmp_path) == pairing
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert "could be read by others" in caplog.text
    caplog.clear()
    assert load(tmp_path) == pairing
    assert not caplog.records


def test_unknown_fields_are_passed_over_and_a_certificate_may_end_in_blank_lines(
    tmp_path: Path, mac: Identity
) -> None:
    """So that an older robotvoice reads what a newer one wrote."""
    pairing = replace(pairing_with(mac, 7861), certificate=certificate_of(mac) + "\n\n")
    save(tmp_path, pairing)
    told = json.loads((tmp_path / FILE_NAME).read_text()) | {"more": 1}
    (tmp_path / FILE_NAME).write_text(json.dumps(told))
    assert load(tmp_path) == pairing

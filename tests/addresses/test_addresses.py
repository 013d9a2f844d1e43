"""Wherever a gateway and a robot are plugged in, they find each other: real processes on their own switch.

Each test has its scenario, in `scenarios`, which tells what happened.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from proofs.rig.namespaces import PATH, space_of_its_own
from proofs.rig.program import ROOT
from tests.addresses.scenarios import FAKETIME, STARTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]

SOON = 5.0
"""Seconds within which a robot must have found its gateway; it takes less than one on an idle machine"""


@pytest.fixture
def happened(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """What the scenario told that is called as the test is."""
    if request.node.originalname.startswith("test_a_clock") and not FAKETIME.exists():
        pytest.skip("faketime is not installed")
    space = space_of_its_own()
    if space is None:
        pytest.skip("this system does not allow network namespaces")
    name = request.node.originalname.removeprefix("test_").partition("__")[0]
    done = subprocess.run(
        (*space, sys.executable, "-m", "tests.addresses.scenarios", name, str(tmp_path)),
        env={**os.environ, "PATH": PATH},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_mac_with_six_addresses__is_found_at_once_in_every_start(happened: Any) -> None:
    """D1."""
    assert len(happened) == STARTS
    assert {address for _, address in happened} == {"10.0.0.5:7861"}
    assert max(seconds for seconds, _ in happened) < SOON


def test_somebody_announces_all_addresses_everywhere__and_the_one_that_is_right_is_found(
    happened: Any,
) -> None:
    """D1, when the robot alone is to find its way through fifteen addresses."""
    assert [address for _, address in happened["found"]] == ["10.0.0.5:7861"] * 3
    assert max(seconds for seconds, _ in happened["found"]) < SOON
    code, told, _ = happened["discovered"]
    assert code == 0
    assert re.search(r"all +10\.0\.0\.5:7861 +mdns +\d+ ms", told)
    assert len(told.splitlines()) == 2, "what does not answer of a gateway that does is left out"


def test_a_vpn_comes_up_later__and_nobody_notices(happened: Any) -> None:
    assert happened == {"ready": True, "address": "10.0.0.5:7861", "connections": 1, "log": []}


def test_cards_that_are_made_anew__are_announced_on_and_listened_on_again(happened: Any) -> None:
    """D2."""
    for found in happened.values():
        assert found["code"] == 0
        assert "10.0.0.5:7861" in found["discovered"]
        assert found["daemon"] == "10.0.0.5:7861"


def test_a_clock_at_1970__is_no_reason_not_to_pair_and_not_to_speak(happened: Any) -> None:
    assert happened["ready"][1].startswith("10.0.0.5:")
    code, told, err = happened["said"]
    assert code == 0, err
    assert json.loads(told)["via"] == "gateway"
    assert happened["log"] == []


def test_ipv6_alone__is_a_network(happened: Any) -> None:
    """D4."""
    assert happened["welcome"] == (
        "Speaking at http://[fd00::5]:7860 - programs on this machine can use it, and from your network "
        "nobody yet (type robotvoice-gateway pair for a robot, robotvoice-gateway key new NAME for a "
        "program); where a robot does not find it, type on the robot: robotvoice pair CODE "
        "--gateway [fd00::5]"
    )
    assert (
        happened["announced"] == "Announced by mDNS as 'mac' - robots on your network find it by themselves"
    )
    seconds, address = happened["ready"]
    assert (address, seconds < SOON) == ("[fd00::5]:7861", True)
    assert re.search(r"mac +\[fd00::5\]:7861 +mdns", happened["discovered"][1])


def test_link_local_alone__is_a_network_where_the_interface_is_known(happened: Any) -> None:
    """D3."""
    own = happened["own"]
    where = f"[{own}%eth0]:7860"
    assert happened["welcome"].startswith(f"Speaking at http://{where} - programs on this machine can use it")
    assert happened["welcome"].endswith("where eth0 is to be the robot's own network interface")
    assert happened["ready"][1] == where.replace("7860", "7861")
    scoped, in_a_url, without, unknown = happened["pinned"].values()
    for code, told, complaint in (scoped, in_a_url):
        assert (code, json.loads(told)["via"], complaint) == (0, "gateway", "")
    assert (without[0], f"give it as in [{own}%eth0]" in without[2]) == (2, True)
    assert json.loads(unknown[1])["via"] == "robot"
    assert "as there is no network interface eth9 here: give one of lo, eth0" in unknown[2]


def test_a_network_that_comes_later__is_used_and_loopback_is_told_to_nobody(happened: Any) -> None:
    """D4, and what was announced to this machine alone before."""
    assert "this machine has no network yet" in happened["welcome"]
    assert happened["heard"] == ["10.0.0.5", "fd00::5"]
    assert happened["alive"]
    assert happened["log"] == []


def test_one_identity_on_two_machines__is_told_by_both_and_by_the_robot(happened: Any) -> None:
    """D6. The choice is the same at each start, and ends when one of them has another id."""
    for name, address in (("mac", "10.0.0.6:7860"), ("copy", "10.0.0.5:7860")):
        assert f"another machine at {address} has this gateway's id" in happened["told"][name]
        assert re.search(rf"type  rm \S+/{name}/state/identity\.pem  ,", happened["told"][name])
    code, told, complaint = happened["discovered"]
    assert code == 0
    assert {line.split()[0] for line in told.splitlines()[1:]} == {"same", "same-2"}
    assert "has the same id as the gateway at" in complaint
    assert len(set(happened["chosen"])) == 1
    assert "warning: another machine, at 10.0.0." in happened["status"]
    assert happened["after"][2] == ""
    assert len(happened["log"]) == 1, "by the one that was not started again"


def test_one_machine_that_may_look_like_two__is_one(happened: Any) -> None:
    """D6, the other way round."""
    assert happened["twin"] is None
    assert not [
        line for line in happened["log"] if "has the same id" in line or "has this gateway's id" in line
    ]
    assert happened["discovered"][2] == ""


def test_a_switch_that_brings_no_multicast__leaves_a_known_gateway_known(happened: Any) -> None:
    """D7."""
    assert happened["ready"][1] == "10.0.0.5:7861"
    code, told, complaint = happened["new"]
    assert (code, told) == (3, "")
    assert "robotvoice discover --gateway HOST:PORT" in complaint


def test_a_printer_at_the_gateways_address__is_told_and_the_gateway_found_again(happened: Any) -> None:
    """D8."""
    code, told, _ = happened
    assert code == 0
    assert re.search(r"10\.0\.0\.5:7861 +address +what answers at \S+ is no gateway: it speaks no TLS", told)
    assert re.search(r"mac +10\.0\.0\.9:7861 +mdns +\d+ ms", told)

"""What a person is told of who may ask a gateway."""

from pathlib import Path

import pytest

from gateway.security.credentials import KEYS_FILE, ROBOTS_FILE, Credentials
from gateway.security.doors_told import MORE, how_to_pair_by_address, who_may_ask, whom_all_hear
from gateway.security.tls_door import RobotsDoor


@pytest.mark.parametrize(
    ("robots", "keys", "open_to_all", "told"),
    [
        (0, 0, None, "nobody yet"),
        (1, 0, None, "1 paired robot"),
        (0, 2, None, "2 programs with a key"),
        (2, 1, None, "2 paired robots and 1 program with a key"),
        (0, 0, ["vixen"], "everybody without a key"),
        (1, 1, [], "1 paired robot, 1 program with a key and everybody without a key"),
    ],
)
def test_it_counts_who_may_and_says_how_more_come(
    robots: int, keys: int, open_to_all: list[str] | None, told: str, tmp_path: Path
) -> None:
    for file, number in ((ROBOTS_FILE, robots), (KEYS_FILE, keys)):
        for each in range(number):
            Credentials(tmp_path / file).new(f"n{each}")
    assert who_may_ask(tmp_path, open_to_all) == f"{told} ({MORE})"


def test_whom_everybody_hears_is_named() -> None:
    assert whom_all_hear(["spark", "vixen"]).endswith("let spark, vixen say anything")
    assert "open_personas" in whom_all_hear([])


@pytest.mark.parametrize(
    ("own", "door", "told"),
    [
        ("10.90.0.1", RobotsDoor(7861), "--gateway 10.90.0.1"),
        ("10.90.0.1", RobotsDoor(40123), "--gateway 10.90.0.1:40123"),
        ("fd00::5", RobotsDoor(7861), "--gateway [fd00::5]"),
        (
            "fe80::1%eth0",
            RobotsDoor(7861),
            "[fe80::1%eth0], where eth0 is to be the robot's own network interface",
        ),
        (
            "10.90.0.1",
            RobotsDoor(why_closed="it is damaged; put it back"),
            "come in: it is damaged; put it back",
        ),
    ],
)
def test_where_robots_find_nothing_it_says_what_pairs_one_all_the_same(
    own: str, door: RobotsDoor, told: str
) -> None:
    assert how_to_pair_by_address(own, door).endswith(told)

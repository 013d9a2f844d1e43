"""With --lan a gateway speaks to the network it is in, though by IPv6 all the world could reach it."""

from ipaddress import ip_interface

import pytest

from gateway.http.neighbourhood import LOOK_EVERY, Neighbourhood
from robotvoice.ground.interfaces import Interface

HOME = (Interface("eth0", 2, (ip_interface("10.0.0.5/24"), ip_interface("2a02:8:1:2::5/64"))),)


@pytest.mark.parametrize(
    ("peer", "near"),
    [
        ("10.0.0.2", True),
        ("8.8.8.8", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:8.8.8.8", True),
        ("fe80::2%eth0", True),
        ("fd00::2", True),
        ("2a02:8:1:2::77", True),
        ("2a02:8:1:3::77", False),
        ("2606:4700::1111", False),
    ],
)
def test_who_is_near(peer: str, near: bool) -> None:
    """IPv4 is left to the router, which lets nobody in by itself."""
    assert Neighbourhood(lambda: HOME).holds(peer) is near


def test_a_new_network_is_known_soon_and_a_machine_that_is_full_knows_the_old_one() -> None:
    now: list[float] = [0.0]
    found: list[tuple[Interface, ...]] = [HOME]

    def look() -> tuple[Interface, ...]:
        if not found:
            raise OSError("too many open files")
        return found.pop()

    near = Neighbourhood(look, lambda: now[0])
    assert near.holds("2a02:8:1:2::77")
    now[0] += 2 * LOOK_EVERY
    assert near.holds("2a02:8:1:2::77")
    found.append(())
    assert near.holds("2a02:8:1:2::77")
    now[0] += 2 * LOOK_EVERY
    assert not near.holds("2a02:8:1:2::77")

"""A network that belongs to one test, on systems that can give it one."""

import functools
import socket

import pytest

from proofs.rig import namespaces


def unshared(*spaces: str, trial: tuple[str, ...] = ("true",)) -> tuple[str, ...]:
    """As `proofs.rig.namespaces.unshared`. Skips the test where there is none."""
    if command := namespaces.unshared(*spaces, trial=trial):
        return command
    pytest.skip("this system does not allow network namespaces")


@functools.cache
def has_ipv6() -> bool:
    """Whether this machine has IPv6 at all, which containers often lack."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False

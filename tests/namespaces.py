"""A network that belongs to one test, on systems that can give it one."""

import functools
import shutil
import socket
import subprocess

import pytest


@functools.cache
def unshared(*spaces: str, trial: tuple[str, ...] = ("true",)) -> tuple[str, ...]:
    """The command, to be followed by another, that runs that one with a network and `spaces` of its own.

    The first with which `trial` works: as a user who is root only in there, else as the root of this machine.
    Skips the test where there is none.
    """
    for user in (("--user", "--map-root-user"), ()):
        command = ("unshare", *user, "--net", *spaces)
        if shutil.which("unshare") and _works(*command, *trial):
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


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=50, check=False).returncode == 0

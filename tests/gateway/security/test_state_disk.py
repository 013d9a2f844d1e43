"""A real gateway whose state folder lies on a disk that is full, or that can only be read."""

import subprocess
from pathlib import Path

import pytest

from gateway.security.credentials import ROBOTS_FILE, Credentials
from gateway.security.identity import IDENTITY_FILE, identity_in
from tests.gateway.process import started
from tests.gateway.security.robot import paired_socket

pytestmark = pytest.mark.slow

FULL = "mount -t tmpfs -o size=64k none {0} && ! cat /dev/zero > {0}/filled 2> /dev/null && rm -f {0}/x"
READ_ONLY = "mount -t tmpfs none {0} && mount -o remount,ro {0}"
KEPT_READ_ONLY = "mount --bind {0} {0} && mount -o remount,bind,ro {0}"


def on_such_a_disk(state: Path, how: str) -> tuple[str, ...]:
    """A prefix: the folder is one on such a disk, for this process and its children."""
    state.mkdir(exist_ok=True)
    command = ("sh", "-c", f'{how.format(state)} && exec "$@"', "sh")
    # With the network as it is, which `unshared` would take away.
    whole = ("unshare", "--mount", *command)
    if subprocess.run([*whole, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not let this user mount anything")
    return whole


@pytest.mark.parametrize(
    ("how", "todo"), [(FULL, "make room on its disk"), (READ_ONLY, "make the folder writable")]
)
async def test_without_a_place_for_its_key_it_speaks_here_and_says_why_no_robot_comes_in(
    how: str, todo: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    async with started(tmp_path, "--lan", prefix=on_such_a_disk(state, how)) as gateway:
        assert (await gateway.ask("/synthesize?text=Hello&voice=vixen")).frames > 10_000
        told = (await gateway.ask("/v1/status")).json["robots_door"]
        assert told["port"] is None
        assert "no robot can be paired" in told["why_closed"] and todo in told["why_closed"]
    assert [line for line in gateway.log if "WARNING gateway id cannot be kept" in line]
    assert not [line for line in gateway.log if "Traceback" in line]
    assert not (state / IDENTITY_FILE).exists()


async def test_robots_that_are_paired_come_in_although_the_disk_has_become_read_only(tmp_path: Path) -> None:
    state = tmp_path / "state"
    identity, token = identity_in(state), Credentials(state / ROBOTS_FILE).new("picar")
    async with started(tmp_path, "--lan", prefix=on_such_a_disk(state, KEPT_READ_ONLY)) as gateway:
        port = (await gateway.ask("/v1/status")).json["robots_door"]["port"]
        async with paired_socket(port, identity, token) as robot:
            await robot.still_speaks()
    assert not [line for line in gateway.log if "Traceback" in line]

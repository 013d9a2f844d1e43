"""Processes and networks that belong to one run, and end with it however it ends."""

import functools
import os
import shutil
import subprocess

SPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
NEEDED = ("unshare", "ip", "tc", "sh", "mkfifo")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""With the folders that only root has in his"""
TRIAL = "mount -t tmpfs none /run && ip netns add trial && ip netns exec trial true"


@functools.cache
def space_of_its_own() -> tuple[str, ...] | None:
    """The command, to be followed by another, that runs that one with a network and processes of its own.

    Whatever was started there ends with it. None where this system does not allow it.
    """
    if not all(shutil.which(program, path=PATH) for program in NEEDED):
        return None
    for user in (("--user", "--map-root-user"), ()):
        command = ("unshare", *user, *SPACES)
        if _works(*command, "sh", "-c", TRIAL):
            return command
    return None


def _works(*command: str) -> bool:
    own = {**os.environ, "PATH": PATH}
    return subprocess.run(command, env=own, capture_output=True, timeout=20, check=False).returncode == 0

"""Networks and processes that belong to one run, and end with it however it ends."""

import functools
import os
import shutil
import subprocess

SPACES = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
NEEDED = ("ip", "tc", "sh", "mkfifo")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""With the folders that only root has in his"""
TRIAL = ("sh", "-c", "mount -t tmpfs none /run && ip netns add trial && ip netns exec trial true")
TRIAL_WITHIN = 50.0


@functools.cache
def unshared(*spaces: str, trial: tuple[str, ...] = ("true",)) -> tuple[str, ...] | None:
    """The command, to be followed by another, that runs that one with a network and `spaces` of its own.

    The first with which `trial` works: as a user who is root only in there, else as the root of this machine.
    None where there is none.
    """
    for user in (("--user", "--map-root-user"), ()):
        command = ("unshare", *user, "--net", *spaces)
        if shutil.which("unshare", path=PATH) and _works(*command, *trial):
            return command
    return None


def space_of_its_own() -> tuple[str, ...] | None:
    """The same for a run: whatever was started there ends with it. None where a program is missing, too."""
    return unshared(*SPACES, trial=TRIAL) if all(shutil.which(each, path=PATH) for each in NEEDED) else None


def _works(*command: str) -> bool:
    own = {**os.environ, "PATH": PATH}
    return (
        subprocess.run(command, env=own, capture_output=True, timeout=TRIAL_WITHIN, check=False).returncode
        == 0
    )

"""Three processes speak at once on one robot."""

import signal
import subprocess
import sys
import time

from proofs.lan.processes import DAEMON_PORT
from proofs.lan.trial import Line, Trial
from proofs.rig.program import Program, RunBroken

PROCESSES = 3
WITHIN = 30.0


def by_the_daemon(trial: Trial) -> None:
    """Their lines go through the daemon."""
    _at_once(trial, "three at once, with the daemon", DAEMON_PORT)


def by_commands(trial: Trial) -> None:
    """Each says its line itself."""
    _at_once(trial, "three at once, without the daemon", 0)


def _at_once(trial: Trial, row: str, port: int) -> None:
    """The time is from the start of the commands to the first sound."""
    world = trial.world
    own = {**world.robot, "ROBOTVOICE_DAEMON_PORT": str(port)}
    texts = trial.different(PROCESSES)
    moment = time.monotonic()
    children = []
    for text in texts:
        trial.lines.append(Line(text, time.monotonic()))
        wait = ("--wait",) if port else ()
        command = (sys.executable, "-m", "edge_client", "say", *wait, text)
        children.append(Program("a command", command, own))
    until = time.monotonic() + WITHIN
    try:
        for child in children:
            if code := child.process.wait(max(0.1, until - time.monotonic())):
                trial.wrong.append(f"a command ended with {code}: {child.last_words()[-200:]}")
    except subprocess.TimeoutExpired:
        raise RunBroken(f"a command has not ended within {WITHIN:g} s") from None
    finally:
        for child in children:
            child.close(signal.SIGKILL)
    sounds = world.sounds(trial.began)
    if sounds:
        trial.measured.append((row, sounds[0].began - moment))

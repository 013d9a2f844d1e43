"""Pairs a robot with a gateway as their owner does: a line typed on each machine."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

from proofs.rig.program import ROOT, Program, RunBroken

PAIRED_WITHIN = 30.0
CODE = re.compile(r"robotvoice pair (\S+)")


def pair(
    mac: Mapping[str, str],
    robot: Mapping[str, str],
    *options: str,
    on_mac: Sequence[str] = (),
    on_robot: Sequence[str] = (),
) -> str:
    """What the robot said. The mappings are environments, `options` are for the robot's command.

    `on_mac` and `on_robot` are commands that end in another, which then runs on that machine. Raises
    RunBroken.
    """
    asking = (*on_mac, sys.executable, "-u", "-m", "gateway", "pair")
    with Program("robotvoice-gateway pair", asking, mac) as shown:
        code = shown.until_says(CODE.pattern, PAIRED_WITHIN)[1]
        done = subprocess.run(
            (*on_robot, sys.executable, "-m", "edge_client", "pair", code, *options),
            env=robot,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PAIRED_WITHIN,
            check=False,
        )
        if done.returncode:
            raise RunBroken(f"the robot was not paired: {done.stdout}{done.stderr}")
        if left := shown.process.wait(PAIRED_WITHIN):
            raise RunBroken(f"the gateway's command ended with {left}: {shown.last_words()}")
    return done.stdout

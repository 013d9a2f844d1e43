"""The gateway and the robot's daemon, each a process of its own on its own machine."""

import sys
from collections.abc import Mapping
from pathlib import Path

from proofs.lan.network import ON_MAC
from proofs.rig.gateway import Gateway
from proofs.rig.program import Program, environment

GATEWAY_PORT, DAEMON_PORT, VOICE_PORT = 7860, 7870, 9000


def far_voice(folder: Path) -> Program:
    """Beside the gateway, on the same machine, so that it outlives the gateway."""
    command = (*ON_MAC, sys.executable, "-m", "proofs.lan.far_voice", str(VOICE_PORT))
    program = Program("the far voice", command, environment(folder))
    program.until_says("")
    return program


def gateway(folder: Path, personas: Path) -> Gateway:
    """Returns when it listens; whether it is ready is another question."""
    url = f'url = "http://127.0.0.1:{VOICE_PORT}"'
    servers = ("[upstreams.tones]", url, "[upstreams.clones]", url, 'dialect = "vllm-omni"')
    own = environment(folder, "cache = false", *servers, ROBOTVOICE_HIDE="*")
    options = ("--lan", "--port", str(GATEWAY_PORT), "--personas", str(personas), "--name", "lan")
    program = Gateway(own, *options, mdns=True, prefix=ON_MAC)
    program.until_listening()
    return program


def daemon(robot: Mapping[str, str]) -> Program:
    """Returns when it listens."""
    command = (sys.executable, "-m", "edge_client", "daemon", "--port", str(DAEMON_PORT))
    program = Program("the daemon", command, robot)
    program.until_says("")
    return program

"""What TLS and a token add to the first audio, on links that are kept.

The same sentences are spoken in turn over two WebSockets of one gateway: as programs on its machine have one,
and as a robot that is paired with it has.
"""

import asyncio
import json
import socket
import ssl
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

from proofs.benchmarks.gateway import SENTENCES, WARM_UP, Client, first_audio
from proofs.benchmarks.report import Figure, lost
from proofs.benchmarks.started import surroundings
from proofs.rig.asking import LOOPBACK
from proofs.rig.figures import Progress, median, percentile
from proofs.rig.gateway import Gateway
from proofs.rig.pairing import pair
from proofs.rig.program import ROOT

ADDED_AT_MOST = 1.0
"""Milliseconds at p50"""


def measure(progress: Progress, *, pairs: int = 400) -> list[Figure]:
    """Milliseconds to the first audio; what is added is that of the differences within pairs."""
    with TemporaryDirectory(prefix="robotvoice-bench-") as name, ExitStack() as running:
        mac, robot = surroundings(Path(name, "mac")), surroundings(Path(name, "robot"))
        mac["ROBOTVOICE_TLS_PORT"] = str(port := _free_port())
        gateway = running.enter_context(Gateway(mac, "--lan", "--personas", str(ROOT / "personas")))
        gateway.until_ready()
        pair(mac, robot, "--gateway", f"{LOOPBACK}:{port}")
        kept = json.loads(Path(robot["ROBOTVOICE_STATE_DIR"], "pairing.json").read_text(encoding="utf-8"))
        plain, paired = asyncio.run(_pairs(progress, gateway.address, kept, pairs))
    added = [after - before for before, after in zip(plain, paired, strict=True)]
    return [
        Figure("a program on the gateway's machine, p50", median(plain), "ms"),
        Figure("a paired robot's link, p50", median(paired), "ms"),
        Figure("a paired robot's link, p99", percentile(paired, 99), "ms"),
        Figure("added by TLS and token, p50", median(added), "ms", ADDED_AT_MOST),
        lost("sentences", plain, paired),
    ]


async def _pairs(
    progress: Progress, address: str, kept: Mapping[str, Any], pairs: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of each sentence: as a program of the gateway's machine, and as a paired robot."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(cadata=kept["certificate"])
    token = {"Authorization": f"Bearer {kept['token']}"}
    far = f"https://{LOOPBACK}:{kept['tls_port']}"
    times: tuple[list[float], list[float]] = [], []
    async with (
        aiohttp.ClientSession(f"http://{address}") as near,
        aiohttp.ClientSession(far, headers=token, connector=aiohttp.TCPConnector(ssl=context)) as robot,
    ):
        clients = Client(near), Client(robot)
        for index in range(-WARM_UP, pairs):
            progress("doors: pairs of sentences", max(0, index), pairs)
            text = SENTENCES[index % len(SENTENCES)]
            # Each way is first in half of the pairs, so that neither always finds the caches warm.
            for which in (0, 1) if index % 2 else (1, 0):
                found = await first_audio(clients[which].speak(text))
                if index >= 0:
                    times[which].append(found)
    return times


def _free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind((LOOPBACK, 0))
        return int(any_socket.getsockname()[1])

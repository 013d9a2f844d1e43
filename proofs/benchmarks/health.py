"""Whether `/health` is held up by synthesis: ten requests at once speak all the time while it is asked."""

import http
import math
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.benchmarks.report import Figure, lost
from proofs.benchmarks.started import ready_gateway, surroundings
from proofs.rig.asking import LOOPBACK, fetch
from proofs.rig.figures import Progress, median, percentile
from proofs.rig.gateway import Gateway
from proofs.rig.program import Program

TARGET = 100.0
"""Milliseconds at p99"""
CLIENTS = 10
TEXTS = {"Hello world": "Hello world", "1,000 characters": "The robot speaks, and nobody has to wait. " * 24}
PAUSE = 0.005
"""Seconds between two questions"""
END_WITHIN = 30.0


def measure(progress: Progress, *, samples: int = 400) -> list[Figure]:
    """Milliseconds of one `/health`, alone and while ten requests of each text are in work."""
    figures: list[Figure] = []
    with (
        TemporaryDirectory(prefix="robotvoice-bench-") as name,
        ready_gateway(Path(name)) as gateway,
    ):
        progress("health: nobody speaks")
        alone = [_ask(gateway) for _ in range(samples)]
        figures.append(Figure("nobody speaks, p99", percentile(alone, 99), "ms"))
        for label, text in TEXTS.items():
            progress(f"health: ten requests of {label}")
            times, spoken, failed = _under_load(gateway, Path(name), text, samples)
            figures += [
                Figure(f"ten requests of {label}, p50", median(times), "ms"),
                Figure(f"ten requests of {label}, p99", percentile(times, 99), "ms", TARGET),
                Figure(f"ten requests of {label}, spoken meanwhile", spoken, "requests"),
                lost(f"/health beside {label}", times),
                Figure(f"requests of {label}: lost of {spoken + failed}", failed, "lost", 0),
            ]
    return figures


def _under_load(gateway: Gateway, folder: Path, text: str, samples: int) -> tuple[list[float], int, int]:
    """(milliseconds of each question, requests spoken, requests lost). Raises RunBroken."""
    command = (sys.executable, "-m", "proofs.benchmarks.load", gateway.address, str(CLIENTS), text)
    with Program("the load", command, surroundings(folder), stdin=subprocess.PIPE) as load:
        load.next_line()  # all of them have been answered once
        times = []
        for _ in range(samples):
            times.append(_ask(gateway))
            time.sleep(PAUSE)
        assert load.process.stdin is not None
        load.process.stdin.close()  # that ends it
        spoken, failed = map(int, load.next_line(END_WITHIN).split())
    return times, spoken, failed


def _ask(gateway: Gateway) -> float:
    """Milliseconds; infinite when it was not answered well."""
    begun = time.perf_counter()
    try:
        good = fetch(LOOPBACK, gateway.port, "GET", "/health").status == http.HTTPStatus.OK
    except OSError:
        good = False
    return (time.perf_counter() - begun) * 1000 if good else math.inf

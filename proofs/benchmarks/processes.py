"""A real gateway in a process of its own, and an environment that keeps out what an owner has set."""

import http.client
import os
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proofs.benchmarks.report import BenchmarkBroken

ROOT = Path(__file__).parents[2]
START_WITHIN = 20.0
STOP_WITHIN = 10.0
ANSWER_WITHIN = 5.0


def environment(folder: Path) -> dict[str, str]:
    """For a child: state, settings and home lie in `folder`, and mDNS stays on loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "no-settings.toml"
    settings.touch()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ROBOTVOICE_", "XDG_"))}
    return {
        **inherited,
        "HOME": str(folder),
        "ROBOTVOICE_STATE_DIR": str(folder / "state"),
        "ROBOTVOICE_CONFIG": str(settings),
        "ROBOTVOICE_ROBOT_CONFIG": str(settings),
        "ROBOTVOICE_INTERFACE": "127.0.0.1",
        "ROBOTVOICE_DAEMON_PORT": "0",
        "ROBOTVOICE_VOICE_LOCK": str(folder / "voice.lock"),
        "ROBOTVOICE_GATEWAY_ID": f"bench-{uuid.uuid4().hex[:12]}",
    }


@dataclass(frozen=True, slots=True)
class GatewayProcess:
    """`robotvoice-gateway serve`, running."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def freeze(self) -> None:
        """It is there and does nothing, as on a machine that hangs."""
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Returns when it answers again. Raises BenchmarkBroken."""
        self.process.send_signal(signal.SIGCONT)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Raises BenchmarkBroken when no persona can speak in time."""
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            try:
                if self.get("/readyz") == http.HTTPStatus.OK:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        raise BenchmarkBroken(f"the gateway was not ready within {START_WITHIN:g} s")

    def get(self, path: str) -> int:
        """The status, once the whole answer is there. Raises OSError and HTTPException."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()


@contextmanager
def running_gateway(folder: Path, personas: Path = ROOT / "personas") -> Iterator[GatewayProcess]:
    """A gateway that is ready, on a free port, without mDNS. Raises BenchmarkBroken."""
    log = folder / "gateway.log"
    arguments = ["serve", "--port", "0", "--no-mdns", "--personas", str(personas)]
    variables = {**environment(folder), "ROBOTVOICE_HIDE": "*"}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *arguments],
            cwd=ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        gateway = GatewayProcess(process, _port(process, log))
        gateway.wait_until_ready()
        yield gateway
    finally:
        _stop(process)


def _port(process: "subprocess.Popen[str]", log: Path) -> int:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], START_WITHIN)
    line = process.stdout.readline() if readable else ""
    if not line:
        raise BenchmarkBroken(f"the gateway did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")
    return int(line.partition(" - ")[0].rpartition(":")[2])


def _stop(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGCONT)
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()

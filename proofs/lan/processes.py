"""The gateway and the robot's daemon, each a process of its own on its own machine."""

import http.client
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from proofs.lan.network import ON_MAC

ROOT = Path(__file__).parents[2]
GATEWAY_PORT, DAEMON_PORT, VOICE_PORT = 7860, 7870, 9000
START_WITHIN = 30.0
END_WITHIN = 10.0
ANSWER_WITHIN = 5.0
LOOK_EVERY = 0.01


class RunBroken(Exception):
    """The run itself could not be done; the message says why."""


def wait_until(
    happened: Callable[[], object], what: str, within: float = START_WITHIN, every: float = LOOK_EVERY
) -> None:
    """Raises RunBroken, with `what` has not happened."""
    until = time.monotonic() + within
    while not happened():
        if time.monotonic() > until:
            raise RunBroken(f"{what} within {within:g} s")
        time.sleep(every)


class Program:
    """A process and the lines it says on standard output, None at their end; its log goes to a file."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.lines: queue.Queue[str | None] = queue.Queue()
        with log.open("ab") as stderr:
            self.process = subprocess.Popen(
                command,
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()
        self._log = log

    def next_line(self, within: float = START_WITHIN) -> str:
        """Raises RunBroken."""
        with suppress(queue.Empty):
            line = self.lines.get(timeout=within)
            if line is not None:
                return line
        said = self._log.read_text(encoding="utf-8").splitlines()[-3:]
        raise RunBroken(f"{self._log.stem} did not say what it should; its log ends so: {said}")

    def send(self, number: signal.Signals) -> float:
        """Returns when that was."""
        self.process.send_signal(number)
        return time.monotonic()

    def freeze(self) -> float:
        """Its kernel goes on accepting connections; nothing else is alive. Returns when it stood still."""
        moment = self.send(signal.SIGSTOP)
        state = Path(f"/proc/{self.process.pid}/stat")

        def stands_still() -> bool:
            return state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"

        wait_until(stands_still, "a process was not stopped", every=0.001)
        return moment

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Returns when it is gone, whatever state it was in."""
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(END_WITHIN)

    def _read(self, stdout: IO[str]) -> None:
        with stdout:
            for line in stdout:
                self.lines.put(line.rstrip("\n"))
        self.lines.put(None)


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the owner's."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ROBOTVOICE_", "XDG_"))}
    nothing = folder / "nothing.toml"
    nothing.touch()
    return {
        **inherited,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "ROBOTVOICE_CONFIG": str(nothing),
        "ROBOTVOICE_ROBOT_CONFIG": str(nothing),
        "ROBOTVOICE_STATE_DIR": str(folder / "state"),
    }


def far_voice(folder: Path) -> Program:
    """Beside the gateway, on the same machine, so that it outlives the gateway."""
    command = (*ON_MAC, sys.executable, "-m", "proofs.lan.far_voice", str(VOICE_PORT))
    program = Program(command, environment(folder), folder / "voice.log")
    program.next_line()
    return program


def gateway(folder: Path, personas: Path) -> Program:
    """Returns when it listens; whether it is ready is another question."""
    told = folder / "gateway.toml"
    url = f'url = "http://127.0.0.1:{VOICE_PORT}"'
    servers = ("[upstreams.tones]", url, "[upstreams.clones]", url, 'dialect = "vllm-omni"')
    told.write_text("\n".join(("cache = false", *servers)), encoding="utf-8")
    options = ("--lan", "--port", str(GATEWAY_PORT), "--personas", str(personas), "--name", "lan")
    command = (*ON_MAC, sys.executable, "-m", "gateway", "serve", *options)
    own = {**environment(folder), "ROBOTVOICE_CONFIG": str(told), "ROBOTVOICE_HIDE": "*"}
    program = Program(command, own, folder / "gateway.log")
    program.next_line()
    return program


def daemon(folder: Path, robot: Mapping[str, str]) -> Program:
    """Returns when it listens."""
    command = (sys.executable, "-m", "edge_client", "daemon", "--port", str(DAEMON_PORT))
    program = Program(command, robot, folder / "daemon.log")
    program.next_line()
    return program


def ask(host: str, port: int, method: str, path: str, body: object = None) -> Any:
    """The JSON of an answer. Raises OSError."""
    connection = http.client.HTTPConnection(host, port, timeout=ANSWER_WITHIN)
    try:
        connection.request(method, path, None if body is None else json.dumps(body))
        answer = connection.getresponse()
        return json.loads(answer.read())
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(f"no answer that can be read ({type(error).__name__})") from error
    finally:
        connection.close()


def until_own_voice(host: str, persona: str) -> float:
    """Returns when the gateway says that this persona has its own voice. Raises RunBroken."""

    def ready() -> bool:
        with suppress(OSError):
            return bool(ask(host, GATEWAY_PORT, "GET", "/readyz")["personas"][persona]["own_voice"])
        return False

    wait_until(ready, "the gateway was not ready")
    return time.monotonic()

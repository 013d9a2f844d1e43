"""The installed commands, started as an owner would start them."""

import json
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import IO, Any

from demo.telling import tell

PORT = 7860
SHIPPED = Path(__file__).parent.parent / "personas"
START_WITHIN = 15.0
STOP_WITHIN = 10.0
SAY_WITHIN = 60.0
DISCOVER_FOR = 10
"""Seconds to look for the gateway by mDNS"""
TRIES = 4
"""A machine may be too busy to answer at once."""
ADDRESS_TAKEN = 4
NOT_PLAYED = 4
NOBODY_FOUND = 3
KEPT_SETTINGS = {"ROBOTVOICE_PLAYER", "ROBOTVOICE_DEVICE", "ROBOTVOICE_BEFORE", "ROBOTVOICE_INTERFACE"}


class CommandFailed(Exception):
    """A command ended as it should not have; the message is for a person."""


def command(name: str) -> str:
    """The command of this environment. Raises CommandFailed when it is not installed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise CommandFailed(f"The command {name} is not installed here; `make run` installs it.")
    return found


class Gateway:
    """`robotvoice-gateway serve` in a process of its own."""

    def __init__(self, out: Path, personas: Path = SHIPPED) -> None:
        self._log = out / "gateway.log"
        self._personas = personas
        self._process: subprocess.Popen[str] | None = None
        self.port = PORT
        # An owner's own gateway, settings and memory stay out of the demonstration.
        state = out / "state"
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir(parents=True)
        nothing = state / "no-settings.toml"
        nothing.touch()
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith("ROBOTVOICE_") or name in KEPT_SETTINGS
            },
            "ROBOTVOICE_STATE_DIR": str(state.resolve()),
            "ROBOTVOICE_CONFIG": str(nothing.resolve()),
            "ROBOTVOICE_HIDE": "*",
            "ROBOTVOICE_ROBOT_CONFIG": str(nothing.resolve()),
            "ROBOTVOICE_GATEWAY_ID": f"demo-{uuid.uuid4().hex[:12]}",
        }

    def start(self) -> str:
        """Returns what it says when it is ready, having taken a free port if the usual one is in use."""
        try:
            return self._start(PORT)
        except _AddressTaken:
            tell(f"  Port {PORT} is in use here, perhaps by your own gateway; taking a free one.")
            return self._start(0)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def stop(self) -> None:
        """Leaves nothing running, whatever state it is in."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    def _start(self, port: int) -> str:
        arguments = [command("robotvoice-gateway"), "serve", "--port", str(port)]
        arguments += ["--personas", str(self._personas), "--name", "robotvoice demo"]
        with self._log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                arguments, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = _first_line(self._process.stdout, START_WITHIN)
        if not line:
            self.signal(signal.SIGKILL)
            code = self._process.wait()
            self.stop()
            if code == ADDRESS_TAKEN and port:
                raise _AddressTaken
            raise CommandFailed(f"The gateway did not start:\n{self._log.read_text(encoding='utf-8')}")
        self.port = int(line.partition(" - ")[0].rpartition(":")[2])
        return line.strip()


class Robot:
    """`robotvoice` as typed on the Pi, one command after the other."""

    def __init__(self, out: Path, gateway: Gateway, prefix: str = "") -> None:
        """`prefix`: what the names of its WAV files begin with."""
        self._out = out
        self._prefix = prefix
        self._gateway = gateway
        self._environment = gateway.environment
        self._play = ["--play"]
        self._count = 0

    def discover(self) -> str:
        """Returns where the gateway is; goes on by address in a network without multicast."""
        for _ in range(TRIES):
            found = self._run("discover", "--json", "--timeout", str(DISCOVER_FOR))
            if found.returncode not in (0, NOBODY_FOUND):
                break
            listed = json.loads(found.stdout or "[]")
            for each in listed:
                if each["ready"]:
                    return f"{each['address']} found by {each['found_by']}, answers in {each['answer_ms']} ms"
            if not listed:
                self._go_on_by_address(_told(found))
        raise CommandFailed(
            f"robotvoice discover found no gateway that answers:\n{found.stderr}{found.stdout}"
        )

    def _go_on_by_address(self, why: str) -> None:
        address = f"127.0.0.1:{self._gateway.port}"
        tell(f"  It was not found by mDNS: this machine seems to have no multicast ({why}).")
        tell(f"  Going on with its address, as an owner could: ROBOTVOICE_GATEWAY={address}")
        self._environment |= {"ROBOTVOICE_GATEWAY": address, "ROBOTVOICE_MDNS": "false"}

    def say(self, persona: str, text: str) -> dict[str, Any]:
        """One line; returns its row."""
        self._count += 1
        file = self._out / f"{self._prefix}{self._count}-{persona}.wav"
        arguments = ["say", text, "--persona", persona, "--out", str(file), "--json"]
        said = self._run(*arguments, *self._play)
        if said.returncode == NOT_PLAYED and self._play:
            tell("  No loudspeaker works here, so you get WAV files. What robotvoice says of it:")
            tell(f"    {_told(said)}")
            self._play = []
            said = self._run(*arguments)
        if said.returncode != 0:
            raise CommandFailed(
                f"robotvoice {shlex.join(arguments)} ended with {said.returncode}:\n{said.stderr}"
            )
        row: dict[str, Any] = json.loads(said.stdout)
        note = f"  ({_told(said)})" if said.stderr.strip() else ""
        tell(f"  {persona}: {text}{note}")
        return row

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(
                [command("robotvoice"), *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SAY_WITHIN,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CommandFailed(f"robotvoice {arguments[0]} did not end within {SAY_WITHIN:g} s") from None


def _told(ended: "subprocess.CompletedProcess[str]") -> str:
    """On one line, however wide its terminal was."""
    return " ".join(ended.stderr.split()).removeprefix("robotvoice: ")


class _AddressTaken(Exception):
    pass


def _first_line(stream: IO[str], limit: float) -> str:
    """Empty when none came in time; a pipe cannot be waited for with a limit on every system."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        return lines.get(timeout=limit)
    except queue.Empty:
        return ""

"""The installed commands, started as an owner would start them."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from proofs.rig.gateway import Gateway
from proofs.rig.program import RunBroken
from robotvoice.console.output import write

PORT = 7860
SHIPPED = Path(__file__).parent.parent / "personas"
START_WITHIN = 15.0
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


def tell(text: str, stream: TextIO | None = None) -> None:
    """On standard output unless a stream is given, wrapped as its terminal needs it; nobody need read it."""
    write(text, stream or sys.stdout)


def command(name: str) -> str:
    """The command of this environment. Raises CommandFailed when it is not installed."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise CommandFailed(f"The command {name} is not installed here; `make run` installs it.")
    return found


def ended(
    within: float, environment: Mapping[str, str] | None, program: str, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Runs it to its end, whatever that is. Raises CommandFailed if it takes longer."""
    try:
        return subprocess.run(
            (program, *arguments),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
    except subprocess.TimeoutExpired:
        name = f"{Path(program).name} {arguments[0]}"
        raise CommandFailed(f"{name} did not end within {within:g} s") from None


def surroundings(out: Path) -> dict[str, str]:
    """An owner's own gateway, settings and memory stay out of the demonstration."""
    state = out / "state"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    nothing = state / "no-settings.toml"
    nothing.touch()
    return {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ROBOTVOICE_") or name in KEPT_SETTINGS
        },
        "ROBOTVOICE_STATE_DIR": str(state.resolve()),
        "ROBOTVOICE_CONFIG": str(nothing.resolve()),
        "ROBOTVOICE_HIDE": "*",
        "ROBOTVOICE_ROBOT_CONFIG": str(nothing.resolve()),
    }


@contextmanager
def running_gateway(out: Path, environment: Mapping[str, str], personas: Path = SHIPPED) -> Iterator[Gateway]:
    """`robotvoice-gateway serve`; it listens. Its log is in `out` afterwards. Raises CommandFailed."""
    gateway = _listening(environment, personas, PORT)
    try:
        with gateway:
            tell(f"  {gateway.welcome.strip()}")
            yield gateway
    finally:
        (out / "gateway.log").write_text("\n".join((*gateway.log, "")), encoding="utf-8")


def _listening(environment: Mapping[str, str], personas: Path, port: int) -> Gateway:
    """On a free port if this one is in use."""
    options = ("--port", str(port), "--personas", str(personas), "--name", "robotvoice demo")
    program = (command("robotvoice-gateway"),)
    gateway = Gateway(environment, *options, mdns=True, program=program, cwd=Path())
    try:
        gateway.until_listening(START_WITHIN)
    except RunBroken:
        if gateway.process.returncode == ADDRESS_TAKEN and port:
            tell(f"  Port {port} is in use here, perhaps by your own gateway; taking a free one.")
            return _listening(environment, personas, 0)
        log = "\n".join(gateway.log)
        raise CommandFailed(f"The gateway did not start:\n{log}") from None
    return gateway


class Robot:
    """`robotvoice` as typed on the Pi, one command after the other."""

    def __init__(self, out: Path, environment: Mapping[str, str], gateway: Gateway, prefix: str = "") -> None:
        """It speaks with no other gateway; `prefix` is what the names of its WAV files begin with."""
        self._out = out
        self._prefix = prefix
        self._environment = {**environment, "ROBOTVOICE_GATEWAY_ID": gateway.id}
        self._port = gateway.port
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
        address = f"127.0.0.1:{self._port}"
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
        return ended(SAY_WITHIN, self._environment, command("robotvoice"), *arguments)


def _told(done: "subprocess.CompletedProcess[str]") -> str:
    """On one line, however wide its terminal was."""
    return " ".join(done.stderr.split()).removeprefix("robotvoice: ")

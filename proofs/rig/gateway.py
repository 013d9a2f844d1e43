"""A real gateway in a process of its own, started as its owner starts it."""

import http
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from proofs.rig.asking import LOOPBACK, Answer, fetch, fetch_by_socket
from proofs.rig.program import START_WITHIN, Program, until

PROGRAM = (sys.executable, "-m", "gateway")
WORKER, ESPEAK = "gateway.engines.mlx.worker", "espeak_child.py"
"""What the command lines of its children hold"""


class Gateway(Program):
    """On a port that was free, on this machine only and not announced, unless the options say otherwise."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *options: str,
        mdns: bool = False,
        prefix: Sequence[str] = (),
        program: Sequence[str] = PROGRAM,
        **how: Any,
    ) -> None:
        """`prefix` is a command that ends in another; `how` is what a `Program` takes. Raises OSError."""
        serve = ("serve", "--port", "0", *(() if mdns else ("--no-mdns",)))
        command = (*prefix, *program, *serve, *options)
        super().__init__("the gateway", command, environment, **how)
        self.welcome = ""
        """The first line it said"""
        self.port = 0
        self._owners = Path(environment.get("ROBOTVOICE_STATE_DIR", "")) / "owner.sock"

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    @property
    def id(self) -> str:
        """By which robots know it. Raises OSError."""
        return str(self.fetch("/healthz").json["id"])

    def fetch(self, path: str) -> Answer:
        """By the socket for its owner, which is reached from other networks too. Raises OSError."""
        if self._owners.exists():
            return fetch_by_socket(self._owners, "GET", path)
        return fetch(LOOPBACK, self.port, "GET", path)

    def until_listening(self, within: float = START_WITHIN) -> None:
        """Raises RunBroken."""
        found = self.until_says(r"http://\S+:(\d+) ", within)
        self.welcome, self.port = found.string, int(found[1])

    def until_ready(self, within: float = START_WITHIN, *, who: Sequence[str] = ()) -> float:
        """Until these personas have their own voice, or all; returns when that was.

        Ends it, and raises RunBroken, if that takes too long.
        """
        if not self.port:
            self.until_listening(within)

        def ready() -> bool:
            with suppress(OSError):
                answer = self.fetch("/readyz")
                if who or answer.status == http.HTTPStatus.OK:
                    personas = answer.json["personas"]
                    return all(personas[each]["own_voice"] for each in who or personas)
            return False

        with self.closed_on_failure():
            until(ready, "the gateway was not ready", within)
        return time.monotonic()

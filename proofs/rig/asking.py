"""Asking a gateway or a daemon over HTTP, from a thread that may wait."""

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER_WITHIN = 5.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it has come."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Raises OSError if it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise OSError("no answer that can be read") from error


def fetch(
    host: str,
    port: int,
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    within: float = ANSWER_WITHIN,
) -> Answer:
    """`body` is sent as JSON. Raises OSError."""
    return _answer(http.client.HTTPConnection(host, port, timeout=within), method, path, body, headers or {})


def fetch_by_socket(
    at: Path, method: str, path: str, body: object = None, within: float = ANSWER_WITHIN
) -> Answer:
    """The same over a Unix socket. Raises OSError."""
    return _answer(_BySocket(at, within), method, path, body, {})


class _BySocket(http.client.HTTPConnection):
    def __init__(self, at: Path, within: float) -> None:
        super().__init__("localhost", timeout=within)
        self._at = str(at)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._at)


def _answer(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: object,
    headers: Mapping[str, str],
) -> Answer:
    try:
        connection.request(method, path, None if body is None else json.dumps(body), dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    except http.client.HTTPException as error:
        raise OSError(f"no answer that can be read ({type(error).__name__})") from error
    finally:
        connection.close()


def ask(host: str, port: int, method: str, path: str, body: object = None) -> Any:
    """The JSON of an answer. Raises OSError."""
    return fetch(host, port, method, path, body).json

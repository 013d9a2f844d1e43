"""Another program where a gateway or the daemon should be is told as such, and the robot speaks itself."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.edge_client.rig import Commands
from tests.namespaces import has_ipv6


class Printer(BaseHTTPRequestHandler):
    """Has a page for people, and nothing at any other address."""

    def do_GET(self) -> None:
        self.send_response(200 if urlsplit(self.path).path == "/" else 404)
        self.end_headers()
        self.wfile.write(b"<html>paper is out</html>")

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class _IPv6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture(params=["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"])
def printer(request: pytest.FixtureRequest) -> Iterator[str]:
    """HOST:PORT of a program that speaks HTTP, by each family."""
    kind = _IPv6 if ":" in request.param else ThreadingHTTPServer
    with kind((request.param, 0), Printer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        host = f"[{request.param}]" if ":" in request.param else request.param
        yield f"{host}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_program_at_the_gateways_address_is_no_gateway(robotvoice: Commands, printer: str) -> None:
    """D5."""
    said = robotvoice("say", "Hello.", "--gateway", printer, ROBOTVOICE_PLAYER="none")
    assert said.returncode == 0
    assert said.stderr.startswith(f"spoken by the robot: what answers at {printer} is no gateway")


@pytest.mark.parametrize("printer", ["127.0.0.1"], indirect=True)
def test_a_program_at_the_daemons_port_is_no_daemon(robotvoice: Commands, printer: str) -> None:
    """D5. A daemon says that the port is taken and by whom; whoever wants to speak does so himself."""
    port = printer.rpartition(":")[2]
    refused = robotvoice("daemon", "--port", port, ROBOTVOICE_PLAYER="none")
    assert refused.returncode == 2
    assert f"127.0.0.1:{port} is in use by another program" in refused.stderr
    assert "for this one give --port or the setting daemon_port another number" in refused.stderr
    said = robotvoice("say", "Hello.", ROBOTVOICE_PLAYER="none", ROBOTVOICE_DAEMON_PORT=port)
    assert said.returncode == 0

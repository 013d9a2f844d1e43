"""Who may ask the daemon, what its own errors are by HTTP, and what handlers find in their application."""

from http import HTTPStatus

from aiohttp import web

from edge_client.daemon.daemon_client import IDENTITY
from edge_client.daemon.daemon_errors import DaemonGone, NotAccepted, Stopped, TooLate
from edge_client.daemon.robot_daemon import Daemon
from robotvoice import __version__
from robotvoice.http.admission import Admission
from robotvoice.http.error_answers import Statuses
from robotvoice.http.page_guard import PageGuard
from robotvoice.wire.last_answers import LastAnswers

DAEMON = web.AppKey("DAEMON", Daemon)
ADMISSION = web.AppKey("ADMISSION", Admission)
"""Of texts that are being made into files"""
LAST_ANSWERS = web.AppKey("LAST_ANSWERS", LastAnswers)

NAMES = ("localhost", "127.0.0.1", "[::1]")

STATUSES: Statuses = {
    NotAccepted: HTTPStatus.FORBIDDEN,
    Stopped: HTTPStatus.CONFLICT,
    DaemonGone: HTTPStatus.SERVICE_UNAVAILABLE,
    TooLate: HTTPStatus.GATEWAY_TIMEOUT,
}


def protect(app: web.Application) -> None:
    """Only programs on this robot may ask, and no web page, not even one that it serves itself."""
    PageGuard(_is_ours, _instead, own_pages=False).protect(app)


def _is_ours(request: web.BaseRequest, host: str) -> bool:
    name, _, port = host.rpartition(":")
    return name in NAMES and port == str(_own_port(request))


def _instead(request: web.BaseRequest) -> str:
    return f"only programs on this robot may ask: ask http://127.0.0.1:{_own_port(request)}"


async def identify(request: web.Request, response: web.StreamResponse) -> None:
    response.headers[IDENTITY] = __version__


def _own_port(request: web.BaseRequest) -> int | None:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address[1] if address else None

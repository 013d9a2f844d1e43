"""Who may ask the daemon, and what its own errors are called by HTTP."""

from http import HTTPStatus

from aiohttp import web

from edge_client.daemon.daemon_client import IDENTITY
from edge_client.daemon.daemon_errors import DaemonGone, NotAccepted, Stopped, TooLate
from robotvoice import __version__
from robotvoice.http.error_answers import Statuses
from robotvoice.http.page_guard import PageGuard

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

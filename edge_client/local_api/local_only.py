"""Who may ask the daemon, what its own errors are by HTTP, and what handlers find in their application."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from edge_client.daemon.daemon_client import IDENTITY
from edge_client.daemon.daemon_errors import DaemonGone, NotAccepted, Stopped, TooLate
from edge_client.daemon.robot_daemon import Daemon
from robotvoice import __version__
from robotvoice.http.admission import Admission
from robotvoice.http.error_answers import Statuses
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


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page that the owner looks at can reach this address too, under a name or with an `Origin`."""
    name, _, port = request.headers.get("Host", "").rpartition(":")
    if "Origin" in request.headers:
        raise NotAccepted("only programs on this robot may ask, and no web page")
    own = _own_port(request)
    if name not in NAMES or port != str(own):
        raise NotAccepted(f"only programs on this robot may ask: ask http://127.0.0.1:{own}")
    return await handler(request)


async def identify(request: web.Request, response: web.StreamResponse) -> None:
    response.headers[IDENTITY] = __version__


def _own_port(request: web.Request) -> int | None:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address[1] if address else None

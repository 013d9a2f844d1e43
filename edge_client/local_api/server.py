"""`robotvoice daemon`: from the settings to a daemon that listens, and its clean end."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from edge_client.daemon.daemon_client import reach
from edge_client.daemon.robot_daemon import Daemon
from edge_client.local_api.daemon_keys import DAEMON, INSIDE, LAST_ANSWERS
from edge_client.local_api.guard import errors_as_json, identify, only_from_here
from edge_client.local_api.look import events, health, root, status
from edge_client.local_api.say_stop import say, stop
from edge_client.local_api.synthesize import synthesize
from edge_client.settings.settings import Settings
from robotvoice.errors import InvalidSettings
from robotvoice.ground.settings_changes import SettingsChanges
from robotvoice.wire.last_answers import LastAnswers
from robotvoice.wire.short_body import short_body

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
LONGEST_LINE = 128 * 1024
"""Bytes of a request line: 5,000 characters of four bytes, percent-encoded, and room for more"""
LARGEST_BODY = 2 * 1024 * 1024
"""Bytes: the longest text, however it is escaped"""
SHUTDOWN_WITHIN = 1.0
"""Seconds that answers get on their way out; aiohttp waits for them twice"""


async def serve(
    settings: Settings,
    told: asyncio.Event,
    *,
    listening: Callable[[str], object],
    no_sound: Callable[[str], object],
    changes: SettingsChanges | None = None,
) -> None:
    """Until `told` to end. `listening` gets the URL, and `no_sound` why nothing can be heard, if so.

    `changes`: what the file of the settings says by now. Raises InvalidSettings when the port cannot be had.
    """
    with await _listen(settings.daemon_port) as here:
        daemon = Daemon(settings, changes=changes)
        daemon.on_no_sound = no_sound
        runner = _Runner(make_app(daemon))
        running = asyncio.create_task(daemon.run(), name="the daemon")
        ending = asyncio.create_task(told.wait(), name="told to end")
        try:
            await runner.setup()
            await web.SockSite(runner, here).start()
            listening(f"http://{HOST}:{here.getsockname()[1]}")
            await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (running, ending):
                task.cancel()
            await asyncio.wait({running, ending})
            await runner.cleanup()
    if not running.cancelled():
        running.result()  # raises what broke


def make_app(daemon: Daemon) -> web.Application:
    app = web.Application(middlewares=[errors_as_json, only_from_here], client_max_size=LARGEST_BODY)
    app[DAEMON], app[INSIDE], app[LAST_ANSWERS] = daemon, set(), LastAnswers(daemon.clock)
    app.on_response_prepare.append(identify)
    app.add_routes(
        [
            web.get("/", root),
            web.get("/status", status),
            web.get("/events", events, allow_head=False),
            web.get("/health", health),
            web.get("/synthesize", synthesize),
            web.post("/say", say),
            web.post("/stop", stop),
        ]
    )
    return app


class _Handler(RequestHandler):
    """Also what is no HTTP is answered in JSON, and short; a request line holds text and reaches no log."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        log.debug("bad request: %s %s", status, type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun; the connection is cut instead")
        text = "the URL or a header is too long or cannot be read"
        body = short_body(text if status == 400 else HTTPStatus(status).phrase.lower())
        answer = web.Response(status=status, text=body, content_type="application/json")
        answer.force_close()
        return answer


class _Server(web.Server):
    def __call__(self) -> RequestHandler:
        return _Handler(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    """A caller that leaves cancels its request."""

    def __init__(self, app: web.Application) -> None:
        super().__init__(
            app,
            access_log=None,
            handler_cancellation=True,
            max_line_size=LONGEST_LINE,
            shutdown_timeout=SHUTDOWN_WITHIN,
        )

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        # aiohttp has no public way to choose the class of its request handler.
        server.__class__ = _Server
        return server


async def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        why = f"{HOST}:{port} cannot be listened on ({error.strerror})"
        if error.errno == errno.EADDRINUSE:
            if daemon := await reach(port):
                await daemon.close()
                why = f"a daemon runs already at {HOST}:{port} (see: robotvoice status)"
            else:
                why = f"{HOST}:{port} is in use by another program, or by a daemon that hangs"
        advice = "for this one give --port or the setting daemon_port another number"
        raise InvalidSettings(f"{why}; {advice}") from error

"""`robotvoice daemon`: from the settings to a daemon that listens, and its clean end."""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any

from aiohttp import web

from edge_client.daemon.daemon_client import reach
from edge_client.daemon.robot_daemon import Daemon
from edge_client.ground.begin_anew import handed_on
from edge_client.local_api.local_only import ADMISSION, DAEMON, LAST_ANSWERS, STATUSES, identify, protect
from edge_client.local_api.say_routes import say, stop
from edge_client.local_api.status_routes import events, health, root, status
from edge_client.local_api.synthesize import MOST_INSIDE, synthesize
from edge_client.settings.settings import Settings
from robotvoice.errors import InvalidSettings
from robotvoice.http.admission import Admission
from robotvoice.http.error_answers import errors_as_json
from robotvoice.http.runner import Runner, allow_many_files
from robotvoice.service.settings_changes import SettingsChanges
from robotvoice.wire.last_answers import LastAnswers

HOST = "127.0.0.1"
LARGEST_BODY = 2 * 1024 * 1024
"""Bytes: the longest text, however it is escaped"""
LOOK_EVERY = 0.05
"""Seconds between two looks whether nobody speaks, once the daemon is to begin anew"""
MENDED_WITHIN = 2.0
"""Seconds between two looks whether a damaged file of settings is mended"""
SHUTDOWN_WITHIN = 1.0
"""Seconds that answers get on their way out; aiohttp waits for them twice"""


async def serve(
    settings: Settings,
    told: asyncio.Event,
    *,
    listening: Callable[[str], object],
    no_sound: Callable[[str], object],
    changes: SettingsChanges | None = None,
) -> socket.socket | None:
    """Until `told` to end, or until this robot is paired or unpaired and nobody speaks.

    Then it returns the socket that it listens on, for who begins anew. `listening` gets the URL, and
    `no_sound` why nothing can be heard, if so. `changes`: what the file of the settings says by now. Raises
    InvalidSettings when the port cannot be had.
    """
    allow_many_files()
    kept: socket.socket | None = None
    with handed_on() or await _listen(settings.daemon_port) as here:
        daemon = Daemon(settings, changes=changes)
        daemon.on_no_sound = no_sound
        app = make_app(daemon)
        runner = Runner(app, shutdown_within=SHUTDOWN_WITHIN)
        running = asyncio.create_task(daemon.run(), name="the daemon")
        ending = asyncio.create_task(told.wait(), name="told to end")
        pairing = asyncio.create_task(_ripe_for_another_pairing(app, changes), name="another pairing")
        try:
            await runner.setup()
            site = await runner.listen(here)
            listening(f"http://{HOST}:{here.getsockname()[1]}")
            await asyncio.wait({running, ending, pairing}, return_when=asyncio.FIRST_COMPLETED)
            if pairing.done() and not (running.done() or ending.done()):
                kept = here.dup()  # whoever asks from now on is answered by the one that begins anew
                await site.stop()
                await asyncio.sleep(LOOK_EVERY)  # who was let in just then has its turn
                await _until(lambda: _is_idle(app), running, ending)
        finally:
            for task in (running, ending, pairing):
                task.cancel()
            await asyncio.wait({running, ending, pairing})
            await runner.cleanup()
    if not running.cancelled():
        running.result()  # raises what broke
    if kept and ending.done() and not ending.cancelled():
        kept.close()
        return None
    return kept


async def _ripe_for_another_pairing(app: web.Application, changes: SettingsChanges | None) -> None:
    """Until there is one, nobody speaks, and who begins anew would get settings that can be used."""
    await app[DAEMON].pairing_changed.wait()
    while changes and changes.now().problem:  # noqa: ASYNC110 - somebody mends a file, some day
        await asyncio.sleep(MENDED_WITHIN)
    await _until(lambda: _is_idle(app))


def _is_idle(app: web.Application) -> bool:
    """Nobody speaks, waits, or is given a file."""
    return app[DAEMON].is_idle and not app[ADMISSION].inside


async def _until(so: Callable[[], bool], *or_done: "asyncio.Task[Any]") -> None:
    while not so() and not any(task.done() for task in or_done):  # noqa: ASYNC110 - it is rare, and polls little
        await asyncio.sleep(LOOK_EVERY)


def make_app(daemon: Daemon) -> web.Application:
    errors = errors_as_json(STATUSES, refusals=logging.INFO)
    app = web.Application(middlewares=[errors], client_max_size=LARGEST_BODY)
    protect(app)
    app[DAEMON], app[LAST_ANSWERS] = daemon, LastAnswers(daemon.clock)
    app[ADMISSION] = Admission(MOST_INSIDE, f"{MOST_INSIDE} texts are being made; ask again in a moment")
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

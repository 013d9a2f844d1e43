"""What the handlers find in their application."""

from aiohttp import web

from edge_client.daemon.robot_daemon import Daemon
from robotvoice.http.admission import Admission
from robotvoice.wire.last_answers import LastAnswers

DAEMON = web.AppKey("DAEMON", Daemon)
ADMISSION = web.AppKey("ADMISSION", Admission)
"""Of texts that are being made into files"""
LAST_ANSWERS = web.AppKey("LAST_ANSWERS", LastAnswers)

"""What the handlers find in their application."""

from aiohttp import web

from edge_client.daemon import Daemon

DAEMON = web.AppKey("DAEMON", Daemon)
INSIDE = web.AppKey("INSIDE", set[str])
"""The texts that are being made into files"""

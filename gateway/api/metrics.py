"""`GET /metrics`: for Prometheus, in its text format."""

from aiohttp import web
from prometheus_client import generate_latest

from gateway.observe.counters import WithoutCreated
from gateway.requests.app_keys import METRICS

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


async def metrics(request: web.Request) -> web.Response:
    """All of it comes from memory."""
    body = generate_latest(WithoutCreated(request.app[METRICS].registry))
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

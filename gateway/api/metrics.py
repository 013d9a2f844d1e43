"""`GET /metrics`: for Prometheus, in the format it asks for."""

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from gateway.keys import METRICS
from gateway.metrics import WithoutCreated


async def metrics(request: web.Request) -> web.Response:
    """All of it comes from memory."""
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = encode(WithoutCreated(request.app[METRICS].registry))
    return web.Response(body=body, headers={"Content-Type": content_type})

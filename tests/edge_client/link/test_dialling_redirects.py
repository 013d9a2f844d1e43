"""A stranger on the network sends the robot nowhere else."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.socket import open_socket
from robotvoice.errors import EngineFailure
from robotvoice.wire.wire import WEBSOCKET_PATH


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_redirect_is_not_followed(scheme: str) -> None:
    asked: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound(f"{scheme}://{request.host}/elsewhere")

    app = web.Application()
    app.router.add_get("/{any:.*}", redirect)
    async with TestServer(app) as server:
        assert server.port is not None
        with pytest.raises(EngineFailure, match="it redirects") as failed:
            await open_socket(Endpoint("127.0.0.1", server.port, "mdns"), 2.0)
    assert failed.value.reason == "protocol"
    assert asked == [WEBSOCKET_PATH]

"""What an answer that is no welcome does to the robot: it goes nowhere else, and says what is wrong."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.dialling import get
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


async def test_a_gateway_that_has_another_name_is_told_as_one() -> None:
    """With what to do about it, over HTTP and for the WebSocket."""

    async def misdirected(_: web.Request) -> web.Response:
        return web.Response(status=421)

    app = web.Application()
    app.router.add_get("/{any:.*}", misdirected)
    async with TestServer(app) as server:
        assert server.port is not None
        endpoint = Endpoint("localhost", server.port, "address")
        for asked in (open_socket(endpoint, 2.0), get(endpoint, "/readyz", 2.0)):
            with pytest.raises(EngineFailure, match="add localhost to hosts in its settings") as failed:
                await asked
            assert failed.value.reason == "wrong_host"

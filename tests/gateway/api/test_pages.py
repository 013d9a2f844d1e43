"""What a web page may do with a gateway: nothing, unless it came from it or is named in its settings."""

import json
from collections.abc import Iterator, Mapping

import pytest
from aiohttp import WSServerHandshakeError

from gateway.http.openai_errors import _PATH
from tests.gateway.in_process import Answer, RunningGateway, running

PAGES: Mapping[str, tuple[int, dict[str, str]]] = {
    "another site": (403, {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}),
    "another site in an old browser": (403, {"Origin": "https://evil.example"}),
    "a picture or a sound on a page": (403, {"Sec-Fetch-Site": "cross-site"}),
    "another port": (403, {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"}),
    "a file": (403, {"Origin": "null"}),
    "a file over a WebSocket": (403, {"Origin": "file://"}),
    "no origin at all": (403, {"Origin": ""}),
    "a browser's extension": (403, {"Origin": "chrome-extension://abcdefgh"}),
    "a name that leads here": (421, {"Host": "evil.example"}),
    "that with our port": (421, {"Host": "evil.example:7860"}),
    "that with its own origin": (421, {"Host": "evil.example", "Origin": "http://evil.example"}),
    "that in the same site": (421, {"Host": "evil.example", "Sec-Fetch-Site": "same-origin"}),
    "a name like an address": (421, {"Host": "127.0.0.1.nip.io:7860"}),
    "a name with a user": (421, {"Host": "127.0.0.1@evil.example"}),
    "a name with a path": (421, {"Host": "127.0.0.1/.evil.example"}),
    "an empty name": (421, {"Host": ""}),
    "a broken name": (421, {"Host": "["}),
}


def routes(gateway: RunningGateway) -> Iterator[tuple[str, str]]:
    """Method and path of every one there is, and of some that there are not."""
    filled = {"id": "spark", "engine": "espeak", "name": "picar", "revision": "0" * 16, "sha256": "0" * 64}
    for route in gateway.app.router.routes():
        assert route.resource
        pattern = route.resource.get_info().get("path") or route.resource.get_info()["formatter"]
        yield route.method, pattern.format(**filled)
    yield from (("GET", "/nowhere"), ("POST", "/health"), ("OPTIONS", "/synthesize"))


def assert_refused(told: Answer, status: int, path: str, method: str) -> None:
    assert told.status == status, (method, path, told)
    assert "Access-Control-Allow-Origin" not in told.headers
    if method == "HEAD":
        return
    if path == "/synthesize":
        assert told.short_error
        return
    told_openai = _PATH.search(path) is not None
    assert told_openai or len(told.body) <= 100
    error = told.json["error"] if told_openai else told.json
    assert error["code"] == {403: "forbidden", 421: "wrong_host"}[status]


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_from_elsewhere_gets_nothing_at_any_route(page: str) -> None:
    status, headers = PAGES[page]
    async with running(hosts=("mac.example.org",), origins=("https://ui.example.org",)) as gateway:
        count = 0
        for method, path in routes(gateway):
            told = await gateway.ask(path, method, headers=headers)
            assert_refused(told, status, path, method)
            count += 1
        assert count > 25
        assert gateway.inside == 0


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_from_elsewhere_gets_no_websocket(page: str) -> None:
    status, headers = PAGES[page]
    async with running() as gateway:
        with pytest.raises(WSServerHandshakeError) as refused:
            await gateway.session.ws_connect(gateway.url("/ws/tts"), headers=headers)
        assert refused.value.status == status


async def test_a_whole_url_names_its_host_itself() -> None:
    async with running() as gateway:
        asked = b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert (await gateway.raw(asked)).startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "mac.local:7860"},
        {"Host": "host.docker.internal"},
        {"Host": "[::1]:7860"},
        {"Host": "MAC.example.org:80"},
        {"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
        {"Host": "mac.local", "Origin": "http://mac.local:80"},
        {"Host": "mac.local", "Origin": "https://mac.local"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://ui.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://UI.example.org"},
        {"Origin": "app://ui"},
        {"Origin": "file://"},
    ],
)
async def test_programs_own_pages_and_named_ones_are_served(headers: dict[str, str]) -> None:
    origins = ("https://ui.example.org", "app://ui", "file://")
    async with running(hosts=("mac.example.org",), origins=origins) as gateway:
        told = await gateway.ask("/synthesize?text=Hello.", headers=headers)
        assert told.status == 200
        assert told.frames > 1000
        named = headers.get("Origin", "").lower() in origins
        allowed = headers["Origin"] if named else None
        assert told.headers.get("Access-Control-Allow-Origin") == allowed
        assert "Origin" in told.headers["Vary"]
        async with gateway.socket(headers=headers) as client:
            await client.still_speaks()


async def test_a_program_of_http_1_0_names_no_host() -> None:
    async with running() as gateway:
        assert (await gateway.raw(b"GET /health HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.0 200 ")


async def test_the_browser_of_a_named_page_is_told_that_it_may_ask() -> None:
    asked = {
        "Origin": "https://ui.example.org",
        "Sec-Fetch-Site": "cross-site",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
        "Access-Control-Request-Private-Network": "true",
    }
    async with running(origins=("https://ui.example.org",)) as gateway:
        for path in ("/v1/audio/speech", "/synthesize", "/nowhere"):
            told = await gateway.ask(path, "OPTIONS", headers=asked)
            assert told.status == 204
            assert told.headers["Access-Control-Allow-Origin"] == "https://ui.example.org"
            assert told.headers["Access-Control-Allow-Headers"] == asked["Access-Control-Request-Headers"]
            assert "POST" in told.headers["Access-Control-Allow-Methods"]
            assert told.headers["Access-Control-Allow-Private-Network"] == "true"
        other = {**asked, "Origin": "https://evil.example"}
        assert_refused(
            await gateway.ask("/synthesize", "OPTIONS", headers=other), 403, "/synthesize", "OPTIONS"
        )


async def test_a_named_page_reads_errors_too() -> None:
    async with running(origins=("https://ui.example.org",)) as gateway:
        headers = {"Origin": "https://ui.example.org"}
        for path, status in (("/synthesize", 400), ("/nowhere", 404), ("/v1/models/none", 404)):
            told = await gateway.ask(path, headers=headers)
            assert (told.status, told.headers["Access-Control-Allow-Origin"]) == (status, headers["Origin"])


async def test_a_named_page_forces_no_breaker() -> None:
    async with running(origins=("https://ui.example.org",)) as gateway:
        headers = {"Origin": "https://ui.example.org", "Content-Type": "application/json"}
        told = await gateway.ask(
            "/v1/breakers/espeak", "POST", data=json.dumps({"state": "open"}), headers=headers
        )
        assert told.status == 403

"""Every route, and what there is no route for, by each way there is to come: who gets in, what others get.

A new route is in it by being one of the application; a new way to come is one more of WAYS.
"""

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError

from gateway.requests.app_keys import SETTINGS
from gateway.routes import ROUTES
from gateway.security.callers import ADMITTED, EVERYBODY, KNOWN, OWNER, PAIRED, Kind
from gateway.security.credentials import KEYS_FILE, ROBOTS_FILE, Credentials
from tests.gateway.in_process import Answer, RunningGateway, running

FILLED = defaultdict(lambda: "other", id="spark", engine="espeak", revision="0" * 16, sha256="0" * 64)
"""What stands in a path for its parts"""
NOBODYS = (
    "/nowhere", "/docs", "/v1", "/v1/", "/v1/keys", "/v1/owner/nothing", "/synthesize/", "//health",
    "/health/", "/healthz/", "/v1/audio/speech/", "/audio/speech", "/.git/config", "/%2e%2e/healthz",
    "/ws/tts/",
)  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PROPFIND")
REFUSALS: Mapping[int, frozenset[str]] = {
    401: frozenset({"unauthorized"}),
    403: frozenset({"owner_only", "forbidden"}),
    421: frozenset({"wrong_host"}),
}
"""The statuses of what is refused before a route, and their codes"""
Rights = frozenset[Kind]
KEY = "KEY"
"""Stands for one that is good, and the next for one that was"""
REVOKED = "REVOKED"
ROBOT, FORGOTTEN = "ROBOT", "FORGOTTEN"
"""The same of tokens"""


def unless(kind: Kind) -> Callable[[Rights], int | None]:
    """The status that one of this kind is refused with; None: it is not."""

    def refused(may: Rights) -> int | None:
        if kind in may:
            return None
        return 403 if may == OWNER and kind in KNOWN else 401

    return refused


def always(status: int) -> Callable[[Rights], int | None]:
    return lambda may: status


@dataclass(frozen=True, slots=True)
class Way:
    """To come to a gateway, and what becomes of it there."""

    refused: Callable[[Rights], int | None]
    headers: Mapping[str, str] = field(default_factory=dict)
    network: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    by_socket: bool = False
    by_tls: bool = False

    def as_given(self, secrets: Mapping[str, str]) -> dict[str, str]:
        given = dict(self.headers)
        if token := given.get("Authorization"):
            given["Authorization"] = f"Bearer {secrets.get(token, token)}"
        return given


EVIL = "evil.example"
WAYS: Mapping[str, Way] = {
    "no key": Way(unless("stranger")),
    "wrong key": Way(unless("stranger"), {"Authorization": "x" * 43}),
    "revoked key": Way(unless("stranger"), {"Authorization": REVOKED}),
    "key": Way(unless("key"), {"Authorization": KEY}),
    "key under a wrong name": Way(always(421), {"Authorization": KEY, "Host": EVIL}),
    "no key under a wrong name": Way(always(421), {"Host": f"{EVIL}:7860"}),
    "page with a key": Way(always(403), {"Authorization": KEY, "Origin": f"https://{EVIL}"}),
    "page without a key": Way(always(403), {"Origin": f"https://{EVIL}"}),
    "page that is a file": Way(always(403), {"Origin": "null"}),
    "open": Way(unless("open"), settings={"open_lan": True}),
    "open, wrong key": Way(unless("stranger"), {"Authorization": "x" * 43}, settings={"open_lan": True}),
    "open, revoked key": Way(unless("stranger"), {"Authorization": REVOKED}, settings={"open_lan": True}),
    "open, page": Way(always(403), {"Sec-Fetch-Site": "cross-site"}, settings={"open_lan": True}),
    "loopback": Way(unless("local"), network=False),
    "loopback, wrong key": Way(unless("local"), {"Authorization": "none"}, network=False),
    "rebinding": Way(always(421), {"Host": f"{EVIL}:7860"}, network=False),
    "loopback, page": Way(always(403), {"Origin": f"https://{EVIL}"}, network=False),
    "loopback, sound of a page": Way(always(403), {"Sec-Fetch-Site": "cross-site"}, network=False),
    "proxy": Way(unless("stranger"), {"X-Forwarded-For": "10.0.0.7"}, network=False),
    "TLS, no token": Way(unless("stranger"), by_tls=True),
    "TLS, wrong token": Way(unless("stranger"), {"Authorization": "x" * 43}, by_tls=True),
    "TLS, forgotten robot": Way(unless("stranger"), {"Authorization": FORGOTTEN}, by_tls=True),
    "TLS, robot": Way(unless("robot"), {"Authorization": ROBOT}, by_tls=True),
    "TLS, key": Way(unless("key"), {"Authorization": KEY}, by_tls=True),
    "TLS, robot under a wrong name": Way(always(421), {"Authorization": ROBOT, "Host": EVIL}, by_tls=True),
    "TLS, page": Way(always(403), {"Authorization": ROBOT, "Origin": f"https://{EVIL}"}, by_tls=True),
    "TLS, open": Way(unless("stranger"), by_tls=True, settings={"open_lan": True}),
    "a robot's token in clear text": Way(unless("stranger"), {"Authorization": ROBOT}),
    "owner": Way(unless("owner"), by_socket=True, network=False),
}


def asked_for(gateway: RunningGateway) -> Iterator[tuple[str, str, Rights]]:
    """Method, path and who may, of all that there is and of what there is not."""
    rights = {(route.method, route.path.replace("{id:.+}", "{id}")): may for route, may in ROUTES}
    rights |= {("HEAD", path): may for (method, path), may in rights.items() if method == "GET"}
    known = set()
    for route in gateway.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        known.add((route.method, path))
        yield route.method, path.format_map(FILLED), rights[route.method, path]
    for path in {path for _, path in known}:
        for method in METHODS:
            if (method, path) not in known:
                yield method, path.format_map(FILLED), KNOWN
    for path in NOBODYS:
        for method in ("GET", "POST"):
            yield method, path, KNOWN


def check_refusal(told: Answer, method: str, path: str, status: int, given: Mapping[str, str]) -> None:
    """In few bytes that a program can read, with what its owner is to do and nothing of what is inside."""
    assert told.status == status
    assert told.headers["Content-Type"].partition(";")[0] == "application/json"
    assert told.headers["Server"] == "robotvoice"
    assert told.headers["X-Request-Id"]
    assert "Access-Control-Allow-Origin" not in told.headers
    assert (told.headers.get("WWW-Authenticate") == "Bearer") == (status == 401)
    assert ("Retry-After" in told.headers) is False
    if method == "HEAD":
        assert not told.body
        return
    openai = "/audio/" in path or path.startswith("/v1/models")
    assert len(told.body) <= (250 if openai else 100), (len(told.body), told.body)
    error = json.loads(told.body)
    if path == "/synthesize":
        assert list(error) == ["error"]
    else:
        assert (error["error"]["code"] if openai else error["code"]) in REFUSALS[status]
    message = error["error"]["message"] if openai else error["error"]
    assert not message.endswith("..."), message
    if status == 401:
        if given.get("Authorization"):
            assert "robotvoice-gateway key list" in message and "unknown" in message
        else:
            assert "robotvoice-gateway key new NAME" in message and "pair" in message


@pytest.mark.parametrize("way", WAYS)
async def test_every_route_by_every_way(way: str) -> None:
    come = WAYS[way]
    async with running(from_network=come.network, tls=come.by_tls, **come.settings) as gateway:
        given = come.as_given(secrets_of(gateway))
        ask: Callable[..., Awaitable[Answer]] = gateway.order if come.by_socket else gateway.ask
        if come.by_tls:
            ask = gateway.by_tls
        met = set()
        for method, path, may in asked_for(gateway):
            if (method, path) == ("GET", "/ws/tts"):
                continue
            told = await ask(path, method, headers=given)
            if status := come.refused(may):
                check_refusal(told, method, path, status, given)
            else:
                code = json.loads(told.body).get("code") if told.status == 403 else None
                assert told.status not in (401, 421) and code is None, (method, path, told)
                assert told.headers["Server"] == "robotvoice"
            met.add(told.status)
        assert gateway.inside == 0
        assert met & {200, *REFUSALS}


@pytest.mark.parametrize("way", WAYS)
async def test_the_handshake_of_the_websocket_by_every_way(way: str) -> None:
    come = WAYS[way]
    if come.by_socket or come.by_tls:
        return
    async with running(from_network=come.network, **come.settings) as gateway:
        given = come.as_given(secrets_of(gateway))
        expected = come.refused(KNOWN)
        try:
            async with gateway.socket(headers=given) as client:
                assert expected is None
                await client.still_speaks()
        except WSServerHandshakeError as refused:
            assert refused.status == expected
            assert refused.headers is not None
            assert refused.headers["Server"] == "robotvoice"
            assert int(refused.headers["Content-Length"]) <= 100


def secrets_of(gateway: RunningGateway) -> Mapping[str, str]:
    """A key, and one that was revoked after it had been used."""
    keys = Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE)
    robots = Credentials(gateway.app[SETTINGS].state_dir / ROBOTS_FILE)
    secrets = {KEY: keys.new("agent"), REVOKED: keys.new("gone")}
    secrets |= {ROBOT: robots.new("picar"), FORGOTTEN: robots.new("lost")}
    assert keys.remove("gone")
    assert robots.remove("lost")
    return secrets


def test_who_may_less_is_among_those_who_may_more() -> None:
    assert OWNER < PAIRED < KNOWN < ADMITTED < EVERYBODY
    assert {may for _, may in ROUTES} <= {OWNER, PAIRED, KNOWN, ADMITTED, EVERYBODY}

"""Who asks, and what they may: each route of the application for each kind of caller."""

import socket
from collections.abc import Iterator

import pytest

from gateway.requests.app_keys import SETTINGS
from gateway.routes import ROUTES
from gateway.security.callers import Kind, same_machine
from gateway.security.credentials import KEYS_FILE, Credentials
from tests.gateway.in_process import Answer, RunningGateway, running

FILLED = {
    "id": "spark",
    "engine": "espeak",
    "name": "picar",
    "revision": "0" * 16,
    "sha256": "0" * 64,
}


def routes() -> Iterator[tuple[str, str, frozenset[Kind]]]:
    for route, may in ROUTES:
        yield route.method, route.path.replace("{id:.+}", "{id}").format(**FILLED), may


def is_refused(told: Answer) -> bool:
    """With 401, and in a way that its caller understands."""
    if told.status != 401:
        return False
    assert told.headers["WWW-Authenticate"] == "Bearer"
    assert b"robotvoice-gateway key new" in told.body or b"robotvoice-gateway key list" in told.body
    return True


def a_key(gateway: RunningGateway, name: str = "agent") -> str:
    return Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE).new(name)


async def test_a_stranger_learns_that_it_is_alive_and_nothing_else() -> None:
    async with running(from_network=True) as gateway:
        for method, path, may in (*routes(), ("GET", "/nowhere", frozenset()), ("GET", "/docs", frozenset())):
            told = await gateway.ask(path, method)
            assert is_refused(told) != ("stranger" in may), (method, path, told)
        assert gateway.inside == 0


@pytest.mark.parametrize(
    "given",
    ["Bearer wrong", "Bearer ", "Bearer", "Basic YTpi", "Bearer \x80\xff", "bearer " + "x" * 5000, ""],
)
@pytest.mark.parametrize("open_lan", [False, True])
async def test_a_key_that_is_none_opens_nothing(given: str, open_lan: bool) -> None:
    async with running(from_network=True, open_lan=open_lan) as gateway:
        a_key(gateway)
        for method, path, may in routes():
            told = await gateway.ask(path, method, headers={"Authorization": given})
            assert is_refused(told) != ("stranger" in may), (method, path, told)


async def test_a_key_opens_what_is_no_owners() -> None:
    async with running(from_network=True) as gateway:
        headers = {"Authorization": f"Bearer {a_key(gateway)}"}
        for method, path, may in routes():
            told = await gateway.ask(path, method, headers=headers)
            assert (told.status in (401, 403)) == ("key" not in may), (method, path, told)
        async with gateway.socket(headers=headers) as client:
            await client.still_speaks()


async def test_a_key_that_was_revoked_opens_nothing() -> None:
    async with running(from_network=True) as gateway:
        headers = {"Authorization": f"Bearer {a_key(gateway)}"}
        assert (await gateway.ask("/health", headers=headers)).status == 200
        assert Credentials(gateway.app[SETTINGS].state_dir / KEYS_FILE).remove("agent")
        assert is_refused(await gateway.ask("/health", headers=headers))


async def test_an_open_gateway_speaks_and_says_how_it_is_to_everybody() -> None:
    async with running(from_network=True, open_lan=True) as gateway:
        for method, path, may in routes():
            told = await gateway.ask(path, method)
            assert is_refused(told) != ("open" in may), (method, path, told)
        assert (await gateway.say("Hello.")).frames


async def test_a_program_here_may_all_but_what_is_the_owners() -> None:
    async with running() as gateway:
        for method, path, may in routes():
            told = await gateway.ask(path, method)
            assert (told.status in (401, 403)) == ("local" not in may), (method, path, told)
            assert (await gateway.order(path, method)).status not in (401, 403)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_who_comes_by_a_proxy_here_may_be_anybody(header: str) -> None:
    async with running() as gateway:
        told = await gateway.ask("/synthesize?text=Hello.", headers={header: "10.0.0.7"})
        assert told.short_error.startswith("needs a key: robotvoice-gateway key new NAME")
        headers = {header: "10.0.0.7", "Authorization": f"Bearer {a_key(gateway)}"}
        assert (await gateway.ask("/synthesize?text=Hello.", headers=headers)).frames


@pytest.mark.parametrize(
    ("peer", "asked", "is_here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.7", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("192.168.1.20", "192.168.1.20", True),
        ("fe80::1%eth0", "fe80::1", True),
        ("192.168.1.66", "192.168.1.20", False),
        ("::ffff:192.168.1.66", "192.168.1.20", False),
        ("fe80::2%eth0", "fe80::1%eth0", False),
        ("10.0.0.1", "", False),
    ],
)
def test_who_is_on_this_machine(peer: str, asked: str, is_here: bool) -> None:
    assert same_machine(peer, asked) is is_here


async def test_the_owners_socket_is_for_its_owner_and_goes_with_the_gateway() -> None:
    async with running() as gateway:
        path = gateway.app[SETTINGS].state_dir / "owner.sock"
        assert path.stat().st_mode & 0o777 == 0o600
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(str(path))

"""Who asks: looked at once for each request, before its route, also for that of the WebSocket.

| kind       | by                                                           |
| `owner`    | the Unix socket in the state folder, whose mode is the right |
| `local`    | a program on this machine                                    |
| `robot`    | the TLS port, with the token of a pairing                    |
| `key`      | the network, with a key that the owner made                  |
| `open`     | the network, with nothing, where the owner opened it         |
| `stranger` | all others                                                   |
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Any, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from gateway.security.credentials import Credentials
from gateway.security.last_seen import LastSeen
from gateway.security.turned_away import Showed, TurnedAway
from robotvoice.errors import NoKey, OwnerOnly
from robotvoice.ground.interfaces import is_loopback
from robotvoice.utterance import Reason

Kind = Literal["owner", "local", "robot", "key", "open", "stranger"]

OWNER: frozenset[Kind] = frozenset({"owner"})
PAIRED: frozenset[Kind] = OWNER | {"local", "robot"}
KNOWN: frozenset[Kind] = PAIRED | {"key"}
ADMITTED: frozenset[Kind] = KNOWN | {"open"}
EVERYBODY: frozenset[Kind] = ADMITTED | {"stranger"}
"""Who may, from the narrowest to the widest"""

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""Headers of a proxy on this machine, for somebody who may be anywhere"""
BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    kind: Kind
    name: str = ""
    """Of a robot or a key"""
    clips: bool = False
    """Whether a recording may come with the request, to be spoken with"""
    showed: str = field(default="", repr=False)
    """The hash of its token or key: a name that was taken away may soon be another one's"""

    @property
    def is_home(self) -> bool:
        """Whether places are kept for it, and it may be urgent and wait for long."""
        return self.kind in PAIRED


# The first releases of aiohttp that are supported know no such keys, and later ones warn of any other.
_KEY: Any = web.RequestKey("caller", Caller) if hasattr(web, "RequestKey") else "caller"
LOCAL = Caller("local", clips=True)
OPEN = Caller("open")
STRANGER = Caller("stranger")

LOST: Mapping[Kind, Reason] = {
    "robot": Reason(
        "not_paired", "this robot was forgotten here; type robotvoice unpair, then pair it again"
    ),
    "key": Reason(NoKey.code, "this key was revoked; the owner types: robotvoice-gateway key new NAME"),
}
"""Why who was known is so no more"""

REFUSED: Mapping[Showed, str] = {
    "nothing": "needs a key: robotvoice-gateway key new NAME (robots: pair)",
    "token": "unknown here: pair again, or robotvoice-gateway key list",
    "key": "unknown key; on the gateway: robotvoice-gateway key list",
}
"""In 63 bytes each, so that a whole answer has 100"""

IsHere = Callable[[str, str], bool]
"""Whether who has the first address and asked at the second is on this machine"""


def caller_of(request: web.BaseRequest) -> Caller:
    """Who asks. A request that went past the doors is nobody's."""
    found = request.get(_KEY)
    return found if isinstance(found, Caller) else STRANGER


def same_machine(peer: str, asked: str) -> bool:
    """Whether it is loopback, or the address that was asked at: no other machine gets an answer there."""
    return is_loopback(peer) or _plain(peer) == _plain(asked)


class Doors:
    """For one application."""

    def __init__(
        self,
        rights: Mapping[tuple[str, str], frozenset[Kind]],
        keys: Credentials,
        robots: Credentials,
        *,
        open_lan: bool = False,
        is_here: IsHere = same_machine,
    ) -> None:
        """`rights` are for method and path of each route."""
        self._rights = rights
        self._keys, self._robots = keys, robots
        self._stores: Mapping[str, Credentials] = {"robot": robots, "key": keys}
        self._seen = {kind: LastSeen(store, time.monotonic) for kind, store in self._stores.items()}
        self._turned_away = TurnedAway(time.monotonic)
        self._open_lan = open_lan
        self._is_here = is_here

    def protect(self, app: web.Application) -> None:
        """To be called when all routes are known. Raises LookupError for one that nobody spoke of."""
        for route in app.router.routes():
            self._rights[_key(route)]
        app.middlewares.append(self._look)
        app.on_cleanup.append(self._close)

    def is_still_known(self, caller: Caller) -> bool:
        """Whether nobody took its token or key away since."""
        store = self._stores.get(caller.kind)
        return store is None or store.holds_hash(caller.showed)

    def loss(self, caller: Caller) -> Reason | None:
        """Why it may ask nothing any more; None: it is still known."""
        return None if self.is_still_known(caller) else LOST[caller.kind]

    async def _close(self, app: web.Application) -> None:
        for each in self._seen.values():
            await each.close()

    @web.middleware
    async def _look(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raises NoKey and OwnerOnly."""
        request[_KEY] = caller = self._who(request)
        route = request.match_info.route
        wrong_path = request.match_info.http_exception is not None
        may = KNOWN if wrong_path else self._rights[_key(route)]
        if caller.kind not in may:
            showed = _shown_in_vain(request, caller)
            refused = self._refused(caller, may, showed)
            if isinstance(refused, NoKey):
                self._turned_away.note(request.remote or "somebody", showed)
            raise refused
        if seen := self._seen.get(caller.kind):
            seen.note(caller.name)
        return await handler(request)

    def _who(self, request: web.Request) -> Caller:
        transport = request.transport
        asked = transport.get_extra_info("sockname") if transport else None
        peer = transport.get_extra_info("peername") if transport else None
        if isinstance(asked, str | bytes):
            return Caller("owner", clips=True)
        behind_tls = _is_by_tls(request)
        token = _token(request)
        if behind_tls and token and (robot := self._robots.find(token)):
            return Caller("robot", robot.name, clips=True, showed=robot.sha256)
        passed_on = any(name in request.headers for name in FORWARDED)
        if not (behind_tls or passed_on) and peer and asked and self._is_here(peer[0], asked[0]):
            return LOCAL
        if token is None:
            return OPEN if self._open_lan and not behind_tls else STRANGER
        key = self._keys.find(token)
        return Caller("key", key.name, key.clips, key.sha256) if key else STRANGER

    def _refused(self, caller: Caller, may: frozenset[Kind], showed: Showed) -> NoKey | OwnerOnly:
        if may == OWNER and caller.kind in KNOWN:
            return OwnerOnly("only its owner may: use robotvoice-gateway on its machine")
        return NoKey(REFUSED[showed])


def _key(route: web.AbstractRoute) -> tuple[str, str]:
    """Under which its rights stand: who may ask for a page may ask for its head."""
    return (
        "GET" if route.method == "HEAD" else route.method,
        route.resource.canonical if route.resource else "",
    )


def _shown_in_vain(request: web.Request, caller: Caller) -> Showed:
    if caller.kind != "stranger" or not _token(request):
        return "nothing"
    return "token" if _is_by_tls(request) else "key"


def _is_by_tls(request: web.BaseRequest) -> bool:
    transport = request.transport
    return transport is not None and transport.get_extra_info("sslcontext") is not None


def _token(request: web.Request) -> str | None:
    """What was given for one, also if it is none; a browser's WebSocket can give it in no other way."""
    told = request.headers.get("Authorization")
    if told is None:
        return None
    return told[len(BEARER) :].strip() if told.lower().startswith(BEARER) else ""


def _plain(address: str) -> IPv6Address | str:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)

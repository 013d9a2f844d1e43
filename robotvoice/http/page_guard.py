"""What a web page asks for is refused: each request is looked at before its route, the WebSocket's too.

A browser does what the page wants that its user looks at, and it stands inside the house. A page whose owner
leads a name of his own here (DNS rebinding) is known by `Host`, any other by `Origin` or `Sec-Fetch-Site`
(W3C Fetch Metadata), which no page can change. Hardly a program sends one of the last two.
"""

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from robotvoice.errors import ForeignPage, WrongHost

PRIVATE_ENDINGS = (".home", ".home.arpa", ".internal", ".lan", ".local", ".localdomain", ".localhost")
"""Of names that nobody can register, so that no page's owner can have one"""
OWN_SITE = ("none", "same-origin")
"""`Sec-Fetch-Site` of what a person typed, and of a page that came from here"""
PREFLIGHT_LASTS = 600
"""Seconds for which a browser need not ask again whether it may ask"""
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+(?:%[\w.~-]+)?\]|[\w.-]+)(?::\d{1,5})?", re.ASCII)
_USUAL_PORT = {"http": ":80", "https": ":443"}

AnswersTo = Callable[[web.BaseRequest, str], bool]
"""Whether a server answers to that `Host`"""


def is_private(name: str) -> bool:
    """Whether no page's owner can have `name`: it is an address, has no dot, or ends as names at home do."""
    name = name.strip("[]").lower().removesuffix(".")
    try:
        ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(PRIVATE_ENDINGS)
    return True


def private_or(hosts: Collection[str]) -> AnswersTo:
    """Private names and `hosts`, in small letters, at any port: a router or a container may change it."""

    def answers_to(_: web.BaseRequest, host: str) -> bool:
        found = HOST.fullmatch(host)
        return found is not None and (is_private(found["name"]) or found["name"].lower() in hosts)

    return answers_to


class PageGuard:
    """For one application."""

    def __init__(
        self,
        answers_to: AnswersTo,
        instead: Callable[[web.BaseRequest], str],
        *,
        own_pages: bool = True,
        origins: Collection[str] = (),
    ) -> None:
        """`instead` is how to ask, for whoever used another host. `own_pages`: whether a page that came from
        here may ask. `origins`, in small letters, are those of pages that may ask as programs do.
        """
        self._answers_to, self._instead = answers_to, instead
        self._own_pages, self._origins = own_pages, origins

    def protect(self, app: web.Application) -> None:
        """To be called before all that a page must not reach, since middlewares are asked in that order."""
        app.middlewares.append(self._look)
        app.on_response_prepare.append(self._let_it_read)

    @web.middleware
    async def _look(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Raises WrongHost and ForeignPage."""
        if not all(self._answers_to(request, host) for host in _hosts(request)):
            raise WrongHost(self._instead(request))
        if self._named(request) is None:
            self._check_page(request)
        elif request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return web.Response(status=204, headers=_may_ask(request))
        return await handler(request)

    def _check_page(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site", "none").lower()
        own = origin is None or (self._own_pages and is_of(origin, request.headers.get("Host", "")))
        if not own or site not in OWN_SITE:
            raise ForeignPage("web pages may not ask here, only programs")

    def _named(self, request: web.BaseRequest) -> str | None:
        """The origin of a page that may ask, if it is one."""
        origin = request.headers.get("Origin")
        return origin if origin is not None and origin.lower() in self._origins else None

    async def _let_it_read(self, request: web.BaseRequest, answer: web.StreamResponse) -> None:
        """The page, not its browser alone."""
        if not self._origins:
            return
        answer.headers.add("Vary", "Origin")
        if origin := self._named(request):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Expose-Headers"] = "*"


def _hosts(request: web.BaseRequest) -> list[str]:
    """By which it was asked: that of the header, and that of a URL that is whole; a program may give none."""
    hosts = request.headers.getall("Host", [])
    if not request.raw_path.startswith(("/", "*")):
        hosts.append(urlsplit(request.raw_path).netloc or request.raw_path)
    return hosts


def is_of(origin: str, host: str) -> bool:
    """Whether a page with that `Origin` came from `host`."""
    scheme, separator, place = origin.lower().partition("://")
    usual = _USUAL_PORT.get(scheme)
    if not separator or usual is None:
        return False
    return bool(host) and place.removesuffix(usual) == host.lower().removesuffix(usual)


def _may_ask(request: web.Request) -> dict[str, str]:
    """The answer to a preflight (Fetch, 4.8); Chrome also wants it for what is in the network at home."""
    headers = {
        "Access-Control-Allow-Methods": "GET, HEAD, POST",
        "Access-Control-Allow-Headers": request.headers.get("Access-Control-Request-Headers", "Content-Type"),
        "Access-Control-Max-Age": str(PREFLIGHT_LASTS),
    }
    for network in ("Private", "Local"):
        if f"Access-Control-Request-{network}-Network" in request.headers:
            headers[f"Access-Control-Allow-{network}-Network"] = "true"
    return headers

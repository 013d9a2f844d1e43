"""Below the application, where requests are read: what cannot be read is answered as briefly, and as JSON."""

import pytest

from robotvoice.http.runner import LONGEST_LINE
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import Answer, RunningGateway, library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

GET = b"GET /synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n\r\n"
BROKEN_HTTP = {
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "words": b"hello world\r\n\r\n",
    "HTTP 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"FROB /synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET /synthesize?text=Hello HTTP/1.1\r\n\r\n",
    "long line": b"GET /synthesize?text=" + b"a" * (LONGEST_LINE + 100) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": GET + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "many headers": b"GET /synthesize?text=Hello HTTP/1.1\r\n" + b"X: a\r\n" * 500 + b"\r\n",
    "raw UTF-8": "GET /synthesize?text=Grüße HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
    "raw bytes": b"GET /synthesize?text=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL": b"GET /synth\x00esize?text=Hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "no slash": b"GET synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "port": b"GET http://a:99999999/synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "bracket": b"GET http://[::1/synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad chunk": GET + b"Transfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    "bad chunk by POST": b"POST /synthesize HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    "two lengths": GET + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": GET + b"Content-Length: -3\r\n\r\n",
}
READABLE_HTTP = {
    "HTTP 1.0": b"GET /synthesize?text=Hello HTTP/1.0\r\n\r\n",
    "bytes in a header": GET + b"Authorization: Bearer \xff\r\n" + CLOSE,
    "a whole URL": b"GET http://x/synthesize?text=Hello HTTP/1.1\r\nHost: x\r\n" + CLOSE,
    "an encoded path": b"GET /%73ynthesize?text=Hello HTTP/1.1\r\nHost: x\r\n" + CLOSE,
    "a packed body that is none": GET + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n" + CLOSE + b"abcde",
}
REFUSED_HTTP = {
    "Expect": (417, GET + b"Expect: tea\r\n" + CLOSE),
    "Expect elsewhere": (417, b"GET /nowhere HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n" + CLOSE),
    "CONNECT": (421, b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n" + CLOSE),
    "OPTIONS *": (404, b"OPTIONS * HTTP/1.1\r\nHost: x\r\n" + CLOSE),
    "up and up": (404, b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n" + CLOSE),
    "bytes in the host": (421, b"GET /nowhere HTTP/1.1\r\nHost: \xff\r\n" + CLOSE),
    "NUL": (404, b"GET /%00 HTTP/1.1\r\nHost: x\r\n" + CLOSE),
}


def read_raw(received: bytes) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return Answer(int(first.split()[1]), dict(line.split(": ", 1) for line in lines), body)


@pytest.mark.parametrize("request_", BROKEN_HTTP.values(), ids=BROKEN_HTTP)
async def test_what_is_no_request_gets_short_json_too(gateway: RunningGateway, request_: bytes) -> None:
    answer = read_raw(await gateway.raw(request_))
    assert answer.status == 400
    assert answer.short_error


@pytest.mark.parametrize("request_", READABLE_HTTP.values(), ids=READABLE_HTTP)
async def test_odd_requests_that_can_be_read_are_served(gateway: RunningGateway, request_: bytes) -> None:
    answer = read_raw(await gateway.raw(request_))
    assert answer.status == 200
    assert answer.frames > 10_000


@pytest.mark.parametrize(("status", "request_"), REFUSED_HTTP.values(), ids=REFUSED_HTTP)
async def test_what_never_reaches_a_handler_is_json_too(
    gateway: RunningGateway, status: int, request_: bytes
) -> None:
    answer = read_raw(await gateway.raw(request_))
    assert answer.status == status
    assert len(answer.body) <= 100
    assert answer.json["error"]


async def test_a_client_that_waits_to_be_told_to_go_on_is_told(gateway: RunningGateway) -> None:
    request = GET + b"Expect: 100-continue\r\n" + CLOSE
    told, _, rest = (await gateway.raw(request)).partition(b"\r\n\r\n")
    assert told == b"HTTP/1.1 100 Continue"
    assert read_raw(rest).frames > 10_000


async def test_a_body_that_nobody_reads_cannot_fill_the_log(
    gateway: RunningGateway, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await gateway.raw(READABLE_HTTP["a packed body that is none"])
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


async def test_raw_umlauts_in_a_url_are_told_what_to_do(gateway: RunningGateway) -> None:
    assert "percent-encode" in read_raw(await gateway.raw(BROKEN_HTTP["raw UTF-8"])).short_error


async def test_a_handshake_that_is_none_is_refused_as_json(gateway: RunningGateway) -> None:
    for key in (b"\xff\xff", b"a", b""):
        request = (
            b"GET /ws/tts HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n"
            b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        received = await gateway.raw(request)
        assert received.startswith(b"HTTP/1.1 400 "), key
        assert b'{"error": "bad request", "code": "http"}' in received


@pytest.mark.parametrize("header", [b"Expect: 100-cont\x8dnue", b"Expect: \xff"])
async def test_a_header_that_is_no_text_is_a_bad_request(gateway: RunningGateway, header: bytes) -> None:
    answer = await gateway.raw(
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 400 "), answer[:200]


async def test_a_budget_that_no_voice_can_keep_is_no_failure() -> None:
    engine = ScriptedEngine("own", start_estimate=30.0)
    async with running(library(persona("p", "own")), named(engine)) as gateway:
        answer = await gateway.ask(
            "/synthesize?text=Hello.", headers={"X-Budget-Ms": "50", "X-Voice-Engines": "own"}
        )
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")

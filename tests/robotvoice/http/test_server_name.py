"""No answer says which programs, of which versions, are behind it."""

from tests.gateway.in_process import running

ASKED = {
    "an answer": b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "sound": b"GET /synthesize?text=Hello. HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "while it is made": (
        b"POST /v1/audio/speech HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 57\r\n\r\n"
        b'{"input": "Hello. Hello again.", "response_format":"pcm"}'
    ),
    "no route": b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "no method": b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
    "a wrong host": b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    "no version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "an endless line": b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a broken expectation": b"GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n",
    "no upgrade": b"GET /ws/tts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
}


async def test_the_header_names_nothing_but_robotvoice() -> None:
    async with running() as gateway:
        for what, asked in ASKED.items():
            head, _, body = (await gateway.raw(asked)).partition(b"\r\n\r\n")
            servers = [line for line in head.split(b"\r\n") if line.lower().startswith(b"server:")]
            assert servers == [b"Server: robotvoice"], (what, head)
            assert b"aiohttp" not in (head + body).lower()

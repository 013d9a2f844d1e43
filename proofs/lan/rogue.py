"""A stranger that passes for the gateway: its name, id, personas and revisions, and a key of its own.

python -m proofs.lan.rogue ADDRESS TLS_PORT COPIED, where the last is a file with what the gateway announces
and says of its personas. It says a line on standard output for whatever it is asked or sent.
"""

import asyncio
import datetime
import json
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from robotvoice.wire.wire import DEFAULT_PORT, PROTOCOL_VERSION, SERVICE_TYPE

FIRST, LAST = datetime.datetime(1950, 1, 1), datetime.datetime(2099, 12, 31)
INSTEAD = [["the", "stupid"], ["a", "stupid"]]
"""What its lexicon makes of words"""
NOISE = bytes(range(256)) * 400


def context() -> ssl.SSLContext:
    """With a certificate that looks like the gateway's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robotvoice")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FIRST)
        .not_valid_after(LAST)
        .sign(key, hashes.SHA256())
    )
    own = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "own.pem")
        file.write_bytes(own + made.public_bytes(serialization.Encoding.PEM))
        found.load_cert_chain(file)
    return found


class Rogue:
    """Answers as the gateway would, and speaks noise."""

    def __init__(self, copied: dict[str, Any]) -> None:
        self._id, self._personas = copied["id"], copied["personas"]
        for persona in self._personas["personas"]:
            for voice in persona["local_voices"]:
                voice["lexicon"] = INSTEAD

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/ws/tts", self._speak)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        _told("asked", f"{request.method} {request.path} {(await request.read()).decode(errors='replace')}")
        if request.path == "/v1/personas":
            return web.json_response(self._personas)
        ready = {each["id"]: {"ready": True, "own_voice": True} for each in self._personas["personas"]}
        return web.json_response({"ready": True, "id": self._id, "run": "rogue", "personas": ready})

    async def _speak(self, request: web.Request) -> web.WebSocketResponse:
        _told("asked", "for a WebSocket")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                _told("sent", message.data)
                id = json.loads(message.data).get("id")
                await socket.send_json({"type": "accepted", "id": id, "predicted_ms": 0})
                started = {"type": "start", "id": id, "voice": "rogue", "engine": "mlx", "rate": 24_000}
                await socket.send_json(started)
                await socket.send_bytes(NOISE)
                await socket.send_json({"type": "complete", "id": id})
        return socket


def _told(what: str, of: str) -> None:
    print(f"{what} {json.dumps(of)}", flush=True)


async def passes_for(copied: dict[str, Any], address: str, tls_port: str) -> None:
    """Until it is ended."""
    runner = web.AppRunner(Rogue(copied).app())
    await runner.setup()
    await web.TCPSite(runner, address, DEFAULT_PORT).start()
    await web.TCPSite(runner, address, int(tls_port), ssl_context=context()).start()
    personas = ",".join(each["id"] for each in copied["personas"]["personas"])
    properties = {"v": str(PROTOCOL_VERSION), "id": copied["id"], "tls": tls_port, "personas": personas}
    service = ServiceInfo(
        SERVICE_TYPE,
        f"{copied['name']}.{SERVICE_TYPE}",
        port=DEFAULT_PORT,
        properties=properties,
        server="rogue.local.",
        parsed_addresses=[address],
    )
    announcing = AsyncZeroconf(interfaces=InterfaceChoice.All)
    await announcing.async_register_service(service, cooperating_responders=True)
    print("ready", flush=True)
    await asyncio.Event().wait()


def main() -> None:
    address, tls_port, file = sys.argv[1:]
    copied = json.loads(Path(file).read_text(encoding="utf-8"))
    asyncio.run(passes_for(copied, address, tls_port))


if __name__ == "__main__":
    main()

"""What somebody sees who connects by TLS."""

import asyncio
import ssl

from gateway.security.identity import Identity


def believing_anybody() -> ssl.SSLContext:
    """As a robot that is not paired yet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def seen_by(identity: Identity) -> tuple[bytes, str]:
    """The certificate in DER, and the version of TLS, of a server with this identity."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=identity.tls)
    async with server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=believing_anybody())
        tls = writer.get_extra_info("ssl_object")
        seen = tls.getpeercert(True), tls.version()
        writer.close()
        await writer.wait_closed()
    return seen

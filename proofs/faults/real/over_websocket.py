"""A client of the WebSocket that cannot speak itself: it gets the persona's whole chain."""

import asyncio

import aiohttp

from proofs.faults.real.clients import Dialect, Text, Told
from robotvoice.errors import InvalidMessage
from robotvoice.sound.pcm import WIRE_FORMAT
from robotvoice.utterance import Outcome
from robotvoice.wire import wire

REFUSALS = frozenset({"too_many_requests"})


class SocketClient:
    """Keeps its socket."""

    dialect: Dialect = "websocket"

    def __init__(self, url: str) -> None:
        self._url = f"{url}{wire.WEBSOCKET_PATH}"
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    async def connect(self) -> None:
        if self._socket is None or self._socket.closed:
            self._socket = await self._session.ws_connect(self._url)

    async def speak(self, text: Text, told: Told) -> None:
        await self.connect()
        assert self._socket is not None
        asked = wire.Synthesize(text.text, text.id, text.persona, audio="binary", engines="all")
        await self._socket.send_str(wire.encode(asked))
        leaving = asyncio.create_task(self._cancel(self._socket, text), name="cancel a text")
        try:
            while not self._ends(await self._socket.receive(), told):
                pass
        except BaseException:
            # What still comes of this text must not be taken for the next one's.
            await self._socket.close()
            raise
        finally:
            leaving.cancel()
            await asyncio.wait({leaving})

    async def close(self) -> None:
        await self._session.close()

    async def _cancel(self, socket: aiohttp.ClientWebSocketResponse, text: Text) -> None:
        if text.cancel_after is not None:
            await asyncio.sleep(text.cancel_after)
            await socket.send_str(wire.encode(wire.Cancel(text.id)))

    def _ends(self, frame: aiohttp.WSMessage, told: Told) -> bool:
        if frame.type is aiohttp.WSMsgType.BINARY:
            told.hears(frame.data, WIRE_FORMAT.sample_rate)
            return False
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError("the gateway closed the socket")
        match wire.decode_answer(frame.data):
            case wire.Takeover():
                told.takeovers += 1
                return False
            case wire.Complete(spoken=spoken):
                told.ends(Outcome.COMPLETE, ledger=spoken)
            case wire.Cancelled():
                told.ends(Outcome.CANCELLED)
            case wire.Unavailable(reason=reason):
                told.ends(Outcome.ERROR, f"unavailable: {reason}")
            case wire.Error(code=code, spoken=spoken) if code != InvalidMessage.code:
                told.ends(Outcome.REFUSED if code in REFUSALS else Outcome.ERROR, code, spoken)
            case _:
                # Also who cancels what had ended, and was told so, gets an error.
                return False
        return True

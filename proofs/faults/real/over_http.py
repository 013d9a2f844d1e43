"""Clients of HTTP: whole files, and PCM while it is made. Neither can speak itself."""

import asyncio
import io
import wave
from http import HTTPStatus

from aiohttp import ClientResponse, ClientSession, ClientTimeout

from proofs.faults.real.clients import Dialect, Text, Told
from robotvoice.sound.pcm import WIRE_FORMAT
from robotvoice.utterance import Outcome

HEADER_REQUEST_ID = "X-Request-Id"
SAID = 200
"""Bytes of an error that are kept"""


class HttpClient:
    """Keeps its connection, as long as it leaves no answer in the middle."""

    def __init__(self, dialect: Dialect, url: str) -> None:
        self.dialect: Dialect = dialect
        self._url = url
        self._session = ClientSession(timeout=ClientTimeout(total=None))

    async def connect(self) -> None:
        async with self._session.get(f"{self._url}/healthz") as answer:
            await answer.read()

    async def speak(self, text: Text, told: Told) -> None:
        said = {HEADER_REQUEST_ID: text.id}
        if self.dialect == "synthesize":
            asked = self._session.get(
                f"{self._url}/synthesize", params={"voice": text.persona, "text": text.text}, headers=said
            )
        else:
            fields = {"model": "any", "voice": text.persona, "input": text.text, "response_format": "pcm"}
            asked = self._session.post(f"{self._url}/v1/audio/speech", json=fields, headers=said)
        try:
            async with asyncio.timeout(text.cancel_after):
                async with asked as answer:
                    await self._hear(answer, told)
        except TimeoutError:
            told.ends(Outcome.CANCELLED)

    async def close(self) -> None:
        await self._session.close()

    async def _hear(self, answer: ClientResponse, told: Told) -> None:
        if answer.status != HTTPStatus.OK:
            full = answer.status == HTTPStatus.TOO_MANY_REQUESTS
            said = (await answer.read())[:SAID].decode(errors="replace")
            told.ends(Outcome.REFUSED if full else Outcome.ERROR, f"status {answer.status}: {said}")
            return
        if self.dialect == "synthesize":
            with wave.open(io.BytesIO(await answer.read())) as file:
                told.hears(file.readframes(file.getnframes()), file.getframerate())
        else:
            async for pcm in answer.content.iter_any():
                told.hears(pcm, WIRE_FORMAT.sample_rate)
        told.ends(Outcome.COMPLETE)

"""The `espeak-ng` command: one child process for each sentence."""

import asyncio
import shutil
from collections.abc import AsyncGenerator

from robotvoice.engines.child import Children
from robotvoice.engines.espeak.espeak_backend import NAME, READY_WITHIN, EspeakRequest
from robotvoice.engines.espeak.espeak_voices import Catalogue, catalogue_from_command
from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin

WAV_HEADER_BYTES = 44
CHUNK_BYTES = 4096


class EspeakCommandBackend:
    """Needs no library: what `apt install espeak-ng` brings is enough."""

    def __init__(self, command: str = "espeak-ng") -> None:
        self._command = command
        self._children = Children(NAME, command)

    @property
    def description(self) -> str:
        return f"command {self._command}"

    async def start(self) -> Catalogue:
        if shutil.which(self._command) is None:
            raise EngineFailure("not_installed", f"there is no command {self._command}")
        try:
            async with asyncio.timeout(READY_WITHIN):
                asked = map(self._ask, ("--version", "--voices", "--voices=variant"))
                # With return_exceptions it waits for all of them, also when it is cancelled.
                answers = await asyncio.gather(*asked, return_exceptions=True)
            for answer in answers:
                if isinstance(answer, BaseException):
                    raise answer
            version, voices, variants = map(str, answers)
            return catalogue_from_command(version.partition(": ")[2].split()[0], voices, variants)
        except TimeoutError:
            raise EngineFailure("stalled", f"{self._command} did not answer in {READY_WITHIN:g} s") from None
        except (ValueError, IndexError, OSError) as error:
            raise EngineFailure("protocol", f"{self._command} --voices cannot be read: {error}") from error

    async def speak(self, request: EspeakRequest) -> AsyncGenerator[AudioChunk, None]:
        # The text goes through standard input, where it can never be taken for an option. "[[" would begin
        # phoneme codes, which only the command understands.
        text = request.text.replace("[", "[ ")
        arguments = ("-v", request.identifier, "-p", request.pitch, "-s", request.rate, "-a", request.volume)
        joined = () if request.last else ("-z",)
        settings = {"rate": request.rate, "volume": request.volume, "pitch": request.pitch}
        origin = Origin("espeak", request.voice, settings)
        command = (self._command, *map(str, arguments), *joined, "-b", "1", "--stdin", "--stdout")
        async with self._children.one(*command) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(text.encode("utf-8", "replace"))
            process.stdin.close()
            try:
                header = await process.stdout.readexactly(WAV_HEADER_BYTES)
            except asyncio.IncompleteReadError:
                problem = f"{self._command} ended with status {await process.wait()} before audio"
                raise EngineFailure("died", problem) from None
            audio_format = AudioFormat(int.from_bytes(header[24:28], "little"))
            rest = b""
            while data := await process.stdout.read(CHUNK_BYTES):
                data = rest + data
                whole = len(data) - len(data) % audio_format.frame_bytes
                rest = data[whole:]
                yield AudioChunk(data[:whole], audio_format, origin)
            if code := await process.wait():
                raise EngineFailure("died", f"{self._command} ended with status {code} in a sentence")

    async def close(self) -> None:
        await self._children.close()

    async def _ask(self, option: str) -> str:
        async with self._children.one(self._command, option) as process:
            output, _ = await process.communicate()
        return output.decode("utf-8", "replace")

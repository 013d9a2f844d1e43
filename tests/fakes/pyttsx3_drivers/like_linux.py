"""A driver with the manners of the one for eSpeak NG: to stop it drops all settings that are not used yet."""

from pathlib import Path
from typing import Any

from pyttsx3.voice import Voice

from tests.fakes.aiff_file import aiff

USUAL_RATE = 200


class Driver:
    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._rate = USUAL_RATE
        self._file: Path | None = None

    def destroy(self) -> None: ...

    def startLoop(self) -> None:
        self._proxy.setBusy(False)
        if self._file:
            self._file.write_bytes(aiff([10_000, -10_000] * self._rate))
            self._proxy.notify("finished-utterance", completed=True)

    def endLoop(self) -> None: ...

    def stop(self) -> None:
        self._rate = USUAL_RATE

    def getProperty(self, name: str) -> object:
        return [Voice("one", "One", ["en-gb"])] if name == "voices" else "one"

    def setProperty(self, name: str, value: Any) -> None:
        if name == "rate":
            self._rate = value

    def save_to_file(self, text: str, filename: str) -> None:
        self._file = Path(filename)


def buildDriver(proxy: Any) -> Driver:
    return Driver(proxy)

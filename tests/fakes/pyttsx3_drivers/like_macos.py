"""A driver with the manners of macOS: it leaves its loop too early, and writes AIFF a little too late.

Each of its voices has a fault that its name tells.
"""

import sys
import types
from pathlib import Path
from typing import Any

from pyttsx3.voice import Voice

from tests.fakes.aiff_file import aiff

VOICES = ["Anna", "Mute", "Endless", "Broken off", "Refusing", "Shy", "Empty"]
USUAL = "Anna"
TURNS = 3
"""Of the run loop, until it is finished, and as many again until the file is whole"""


class Driver:
    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._set: dict[str, Any] = {"voice": USUAL, "rate": 200, "volume": 1.0}
        self._turns = 0
        self._file = Path()
        loop = types.SimpleNamespace(runMode_beforeDate_=self._turn)
        foundation: Any = types.ModuleType("Foundation")
        foundation.NSDate = types.SimpleNamespace(dateWithTimeIntervalSinceNow_=float)
        foundation.NSRunLoop = types.SimpleNamespace(currentRunLoop=lambda: loop)
        foundation.NSDefaultRunLoopMode = "default"
        sys.modules["Foundation"] = foundation

    def destroy(self) -> None: ...

    def startLoop(self) -> None:
        self._proxy.setBusy(False)

    def endLoop(self) -> None: ...

    def stop(self) -> None: ...

    def getProperty(self, name: str) -> object:
        if name == "voices":
            return [
                Voice(f"com.example.{voice}", voice, ["de_AT" if voice == "Shy" else "en_US"])
                for voice in VOICES
            ]
        return f"com.example.{self._set['voice']}" if name == "voice" else self._set[name]

    def setProperty(self, name: str, value: Any) -> None:
        if name == "voice":
            value = value.rpartition(".")[2]
        if value != "Shy":
            self._set[name] = value

    def save_to_file(self, text: str, filename: str) -> None:
        if self._set["voice"] == "Refusing":
            raise OSError("it does not want to")
        self._proxy.setBusy(True)
        self._file = Path(filename)
        self._file.write_bytes(aiff([]))
        self._turns = 1

    def _turn(self, mode: str, until: float) -> None:
        if not self._turns or self._set["voice"] == "Endless":
            return
        self._turns += 1
        if self._turns == TURNS:
            self._proxy.notify("finished-utterance", completed=self._set["voice"] != "Broken off")
            self._proxy.setBusy(False)
        if self._turns == 2 * TURNS and self._set["voice"] != "Empty":
            height = 0 if self._set["voice"] == "Mute" else round(10_000 * self._set["volume"])
            self._file.write_bytes(aiff([height, -height] * (10 * self._set["rate"])))


def buildDriver(proxy: Any) -> Driver:
    return Driver(proxy)

"""A driver whose usual voice is not to be heard."""

from typing import Any

from pyttsx3.drivers.like_macos import Driver


def buildDriver(proxy: Any) -> Any:
    driver = Driver(proxy)
    driver.setProperty("voice", "com.example.Mute")
    return driver

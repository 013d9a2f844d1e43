"""What `/synthesize` is asked, at the gateway and at the daemon that stands in for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from robotvoice.languages import asked_language
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire
from robotvoice.wire.lenient_fields import read_leniently
from robotvoice.wire.speed import possible

DECIDE = ("text", "voice", "language")
"""Parameters without which no sound would be the right one"""
LEFT_ALONE = ("lang", "sample_rate", "_")
"""Parameters that nobody is warned of; the last one is against caches"""
HEADERS: Mapping[str, str] = {
    "Content-Type": "audio/wav",
    "Accept-Ranges": "bytes",
    wire.HEADER_AI: "true",
}
"""Of an answer, also of one that is not made yet"""


@dataclass(frozen=True, slots=True)
class FileRequest:
    """Parameters of the URL, or fields of a body."""

    text: str = ""
    voice: str = ""
    language: str | None = None
    """A tag, once it is read"""
    speed: float = 1.0
    """A possible one, once it is read"""


def read_file_request(fields: Mapping[str, Any], warnings: VoiceWarnings) -> FileRequest:
    """Raises InvalidMessage."""
    asked = read_leniently(FileRequest, fields, warnings, exact=DECIDE, ignored=LEFT_ALONE)
    language = asked_language(asked.language)
    return replace(asked, language=language, speed=possible(asked.speed, warnings))

"""Reference clips as they are sent with a sentence: checked, mono, 24 kHz, as a WAV in a data: URI."""

import asyncio
import base64
from collections import OrderedDict
from pathlib import Path

from gateway.clips.clip import Clip
from gateway.clips.reference_clips import load_persona_clip, wav_of

CACHE_SIZE = 8
"""Clips in memory, about 1 MB each"""


class SentClips:
    """For one event loop."""

    def __init__(self) -> None:
        self._written: OrderedDict[str, str] = OrderedDict()
        """By the clip's key"""

    async def data_uri(self, path: Path, transcript: str | None, language: str | None) -> str:
        """Raises InvalidClip."""
        clip = (await load_persona_clip(path, transcript, language)).clip
        if clip.key not in self._written:
            self._written[clip.key] = await asyncio.to_thread(_data_uri, clip)
        self._written.move_to_end(clip.key)
        while len(self._written) > CACHE_SIZE:
            self._written.popitem(last=False)
        return self._written[clip.key]


def _data_uri(clip: Clip) -> str:
    return f"data:audio/wav;base64,{base64.b64encode(wav_of(clip)).decode('ascii')}"

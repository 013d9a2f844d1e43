"""Reference clips as they are sent with a sentence: checked, mono, 24 kHz, as a WAV in a data: URI."""

import asyncio
import base64
from collections import OrderedDict
from pathlib import Path

import numpy as np

from gateway.clip import CLIP_RATE, Clip
from gateway.reference_clips import load_persona_clip
from speech.audio import AudioFormat, wav_file

KEPT = 8
"""Clips in memory, about 1 MB each"""


class SentClips:
    """For one event loop."""

    def __init__(self) -> None:
        self._written: OrderedDict[str, str] = OrderedDict()
        """By the clip's key"""

    async def data_uri(self, path: Path) -> str:
        """Raises InvalidClip."""
        clip = (await load_persona_clip(path)).clip
        if clip.key not in self._written:
            self._written[clip.key] = await asyncio.to_thread(_data_uri, clip)
        self._written.move_to_end(clip.key)
        while len(self._written) > KEPT:
            self._written.popitem(last=False)
        return self._written[clip.key]


def _data_uri(clip: Clip) -> str:
    """Without the silence behind the clip: the other side adds what its model needs."""
    samples = np.frombuffer(clip.samples, dtype="<f4")[: round(clip.seconds * CLIP_RATE)]
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    file = wav_file(pcm, AudioFormat(CLIP_RATE))
    return f"data:audio/wav;base64,{base64.b64encode(file).decode('ascii')}"

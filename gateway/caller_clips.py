"""Clips that came with a request: checked once, and there for the engine while somebody speaks with them."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.clip import CheckedClip, Clip
from gateway.reference_clips import load_caller_clip, load_persona_clip
from speech.errors import EngineUnavailable
from speech.persona import ModelVoice

KEPT = 16
"""Checked clips in memory, 1.5 MB each; a caller sends the same one with every text"""


class CallerClips:
    """For one event loop."""

    def __init__(self, kept: int = KEPT) -> None:
        self._limit = kept
        self._checked: OrderedDict[str, CheckedClip] = OrderedDict()
        """By the SHA-256 of the file that came"""
        self._held: dict[str, tuple[Clip, int]] = {}
        """By the key of the voice: the clip and how many requests speak with it"""

    async def load(self, data: bytes) -> CheckedClip:
        """What can be cloned of a sound file. Raises InvalidClip."""
        digest = (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
        checked = self._checked.get(digest) or await load_caller_clip(data)
        self._checked[digest] = checked
        self._checked.move_to_end(digest)
        while len(self._checked) > self._limit:
            self._checked.popitem(last=False)
        return checked

    @contextmanager
    def held(self, key: str, clip: Clip) -> Iterator[None]:
        """While this is open, `clip_of` knows the clip of the voice with this key."""
        self._held[key] = clip, self._held.get(key, (clip, 0))[1] + 1
        try:
            yield
        finally:
            _, users = self._held.pop(key)
            if users > 1:
                self._held[key] = clip, users - 1

    async def clip_of(self, voice: ModelVoice) -> Clip:
        """The clip of a caller's voice or of a persona's. Raises InvalidClip, or EngineUnavailable."""
        if voice.ad_hoc and voice.key in self._held:
            return self._held[voice.key][0]
        if voice.reference is None:
            raise EngineUnavailable("no_reference", "the clip of this voice is gone; send it again")
        return (await load_persona_clip(voice.reference)).clip

"""Clips that came with a request: checked once, and there for the engine while somebody speaks with them."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.clips.clip import CheckedClip, Clip
from gateway.clips.reference_clips import load_caller_clip, load_persona_clip
from gateway.clips.transcripts import marks_in, words_only
from gateway.clips.words import words_against
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import ModelVoice

CACHE_SIZE = 16
"""Checked clips in memory, 1.5 MB each; a caller sends the same one with every text"""


TIMBRE_ALONE = "ref_text is not used and only the timbre is cloned"


def words_of(checked: CheckedClip, text: str | None, language: str | None) -> tuple[str | None, list[str]]:
    """The words that may go with a caller's clip, and what its caller is to be warned of.

    Words that are not those of the clip ruin a clone; without any, its timbre remains.
    """
    if text is None:
        return None, []
    if checked.cut:
        return None, [f"{TIMBRE_ALONE}, as its words go on where the clip was cut"]
    if why := words_only(text):
        return None, [f"{TIMBRE_ALONE}, as it {why}"]
    found = [marks_in(text), words_against(checked.heard, text, language) if checked.heard else None]
    told = [finding.text for finding in found if finding]
    if any(finding.level == "problem" for finding in found if finding):
        return None, [f"{TIMBRE_ALONE}: {told[-1]}"]
    return text, told


class CallerClips:
    """For one event loop."""

    def __init__(self, kept: int = CACHE_SIZE) -> None:
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
        return (await load_persona_clip(voice.reference, voice.transcript, voice.language)).clip

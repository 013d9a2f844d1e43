"""Whose affair it is when what was made cannot be its sentence: the text's, the voice's or the engine's.

A breaker learns of its engine. One text may be too much for a model, and one clip may spoil a voice: then
that text is not tried with that voice for a while, or nothing is, and nobody else notices. The engine is to
blame once several texts of several voices went wrong and nothing went well in between.
"""

import enum
import logging
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from robotvoice.engines.base import READY, Readiness
from robotvoice.ground.backoff import rest_after
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Reason

log = logging.getLogger(__name__)

TEXTS = 3
"""Different ones of one voice that go wrong before it is the voice's fault"""
EACH, TWO, ANY = 2, 2, 3
"""It is the engine's when two voices went wrong with two texts each, or three voices with any, all of them
different: one odd text, and one bad voice, explain less than that"""
WINDOW = 60.0
"""Seconds; what went wrong before tells nothing"""
# Each is the first rest and the longest, in seconds; they double.
TEXT_RESTS = 30.0, 3600.0
VOICE_RESTS = 10.0, 60.0
ACCUSED_RESTS = 20.0, 3600.0
MOST_TEXTS, MOST_AD_HOC, MOST_VOICES = 512, 64, 64
"""Remembered; those that were met longest ago are forgotten"""
CHECK_CLIP = "its clip or transcript may be wrong: listen to it, and type robotvoice-gateway persona check"
BAD_VOICE = "bad_voice"
"""The code of the reason for which a voice is given a rest"""


class Whose(enum.Enum):
    """What one failure tells of."""

    TEXT, VOICE, ENGINE = range(3)


@dataclass(slots=True)
class _Text:
    """One text in one voice."""

    takes: int = 0
    """That went wrong, ever"""
    row: int = 0
    rests_until: float = -math.inf
    reason: Reason | None = None


@dataclass(slots=True)
class _Voice:
    spec: VoiceSpec
    failed: dict[int, float] = field(default_factory=dict)
    """Texts, since it spoke well, and when"""
    accused: int = 0
    """How often the engine was blamed for what this voice did too, since it spoke well"""
    tells_from: float = -math.inf
    """Until then what it does tells nothing of the engine"""
    rests: int = 0
    rests_until: float = -math.inf
    reason: Reason | None = None


K = TypeVar("K")
V = TypeVar("V")
_Key = tuple[tuple[str, str], int]
"""Source of the voice and hash of the text, which need not be kept"""


class FailureAttribution:
    """What is known of the texts and voices of one engine. `clock` gives seconds.

    What comes with a clip of a single request is the affair of that request alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.forget()

    def forget(self) -> None:
        """A clean slate."""
        self._texts: OrderedDict[_Key, _Text] = OrderedDict()
        self._ad_hoc: OrderedDict[_Key, _Text] = OrderedDict()
        self._voices: OrderedDict[tuple[str, str], _Voice] = OrderedDict()
        self._evidence: deque[tuple[float, _Key]] = deque(maxlen=MOST_TEXTS)
        """When what failed"""

    def take(self, voice: VoiceSpec, text: str) -> int:
        """How many takes of this went wrong."""
        known = (self._ad_hoc if voice.ad_hoc else self._texts).get(_key(voice, text))
        return known.takes if known else 0

    def doubt(self, voice: VoiceSpec, text: str) -> Readiness:
        """Ready, or why this text is not to be tried with this voice while another one could speak it."""
        known = self._texts.get(_key(voice, text))
        left = known.rests_until - self.clock() if known else 0.0
        return Readiness(known.reason, left) if known and left > 0 else READY

    def readiness(self, voice: VoiceSpec) -> Readiness:
        """Ready, or why nothing is to be tried with this voice."""
        known = self._voices.get(voice.source)
        left = known.rests_until - self.clock() if known else 0.0
        return Readiness(known.reason, left) if known and left > 0 else READY

    def failed(self, voice: VoiceSpec, text: str, reason: Reason) -> Whose:
        """What was made of it cannot be it."""
        now, key = self.clock(), _key(voice, text)
        of_text = _met(self._ad_hoc, key, _Text, MOST_AD_HOC) if voice.ad_hoc else self._text(key)
        of_text.takes += 1
        if voice.ad_hoc:
            return Whose.TEXT
        of_text.row += 1
        of_text.reason = Reason(reason.code, f"this voice failed at this sentence a while ago: {reason.text}")
        of_text.rests_until = now + rest_after(of_text.row, *TEXT_RESTS)
        of_voice = self._voice(voice)
        if len(of_voice.failed) < TEXTS or key[1] in of_voice.failed:
            of_voice.failed[key[1]] = now
        if now >= max(of_voice.tells_from, of_voice.rests_until):
            self._evidence.append((now, key))
        if self._engine_is_to_blame(now):
            self._acquit(now)
            return Whose.ENGINE
        if len(of_voice.failed) < TEXTS or now < of_voice.rests_until:
            return Whose.TEXT
        self._give_rest(of_voice, voice, reason, now)
        return Whose.VOICE

    def spoke(self, voice: VoiceSpec, text: str, begun: float) -> None:
        """It was spoken well, having begun at that time; what went wrong since then is not redeemed by it."""
        key = _key(voice, text)
        known = (self._ad_hoc if voice.ad_hoc else self._texts).get(key)
        if known:
            known.row, known.rests_until = 0, -math.inf
        if voice.ad_hoc:
            return
        while self._evidence and self._evidence[0][0] <= begun:
            self._evidence.popleft()
        if of_voice := self._voices.get(voice.source):
            later = {text: at for text, at in of_voice.failed.items() if at > begun}
            if later:
                of_voice.failed = later
            else:
                del self._voices[voice.source]

    def due(self, within: float) -> VoiceSpec | None:
        """A voice whose rest is over, to be tried before any user is; it rests on for so many seconds."""
        now = self.clock()
        for of_voice in self._voices.values():
            if of_voice.rests and of_voice.rests_until <= now:
                of_voice.rests_until = now + within
                return of_voice.spec
        return None

    def rest_again(self, voice: VoiceSpec, *, longer: bool) -> None:
        """It was tried, and does not speak; `longer`: by its own fault."""
        if of_voice := self._voices.get(voice.source):
            of_voice.rests += longer
            rest = rest_after(of_voice.rests, *VOICE_RESTS) if longer else VOICE_RESTS[0]
            of_voice.rests_until = self.clock() + rest

    def _text(self, key: _Key) -> _Text:
        return _met(self._texts, key, _Text, MOST_TEXTS)

    def _voice(self, voice: VoiceSpec) -> _Voice:
        return _met(self._voices, voice.source, lambda: _Voice(voice), MOST_VOICES)

    def _engine_is_to_blame(self, now: float) -> bool:
        while self._evidence and now - self._evidence[0][0] > WINDOW:
            self._evidence.popleft()
        by_voice: dict[tuple[str, str], set[int]] = {}
        for _, (source, text) in self._evidence:
            by_voice.setdefault(source, set()).add(text)
        several = [texts for texts in by_voice.values() if len(texts) >= EACH]
        return _differ(by_voice.values(), ANY, ANY) or _differ(several, TWO, TWO * EACH)

    def _acquit(self, now: float) -> None:
        """What led to the engine may be tried at once; its voices do so again more and more seldom."""
        for _, key in self._evidence:
            self._text(key).rests_until = -math.inf
        for source in {key[0] for _, key in self._evidence}:
            if of_voice := self._voices.get(source):
                of_voice.failed.clear()
                of_voice.accused += 1
                of_voice.tells_from = now + rest_after(of_voice.accused, *ACCUSED_RESTS)
                of_voice.rests, of_voice.rests_until = 0, -math.inf
        self._evidence.clear()

    def _give_rest(self, of_voice: _Voice, voice: VoiceSpec, reason: Reason, now: float) -> None:
        of_voice.rests += 1
        seconds = rest_after(of_voice.rests, *VOICE_RESTS)
        of_voice.rests_until = now + seconds
        what = (
            f"{TEXTS} sentences in a row came out wrong with this voice, the last one {reason.code}; "
            f"{CHECK_CLIP if voice.clones else 'look at its settings'}"
        )
        of_voice.reason = Reason(BAD_VOICE, what)
        log.log(
            logging.WARNING if of_voice.rests == 1 else logging.INFO,
            "a voice of %s is given a rest: %s",
            voice.engine,
            of_voice.reason.text,
            extra={"voice": _name(voice), "seconds": seconds},
        )


def _differ(texts_of_voices: Collection[set[int]], voices: int, texts: int) -> bool:
    return len(texts_of_voices) >= voices and len(set().union(*texts_of_voices)) >= texts


def _key(voice: VoiceSpec, text: str) -> _Key:
    return voice.source, hash(text)


def _met(known: OrderedDict[K, V], key: K, make: Callable[[], V], most: int) -> V:
    found = known.setdefault(key, make())
    known.move_to_end(key)
    while len(known) > most:
        known.popitem(last=False)
    return found


def _name(voice: VoiceSpec) -> str:
    """Whose it is, as far as it can be told."""
    if voice.model_voice and voice.model_voice.reference:
        return voice.model_voice.reference.parent.name
    return voice.voice

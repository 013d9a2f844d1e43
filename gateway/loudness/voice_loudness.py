"""How loud each voice is by itself, and so by how much it is made louder or softer.

What was found of a model's voice is kept in a file, so that it sounds the same when the gateway starts again.
"""

import json
import logging
import math
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gateway.loudness.loudness_measure import STEP_SECONDS, TARGET, block_powers, gain_to, gated_loudness
from robotvoice.ground.state_files import write_whole
from robotvoice.persona import LOCAL_ENGINES, VoiceSpec
from robotvoice.sound.pcm import AudioFormat

log = logging.getLogger(__name__)

RECORD = "loudness.json"
ENOUGH = 10.0
"""Seconds of a voice that settle its loudness: some sentences, as no two are equally loud"""
MOST_VOICES = 256
"""In memory; above it the one that was heard longest ago and is no persona's is forgotten"""
PLAUSIBLE = (-70.0, 10.0)
"""LUFS; what a record may hold"""


@dataclass(slots=True)
class _Heard:
    loudness: float
    """LUFS; -inf while there was nothing to be heard"""
    settled: bool
    powers: np.ndarray
    """Of the blocks so far; empty once settled"""


class VoiceLoudness:
    """Listens to voices until it knows them. Its methods may be called from any thread."""

    def __init__(self, state: Path, revisions: Mapping[str, str] | None = None) -> None:
        """`revisions`: the commit of each model that is pinned."""
        self._file = state / RECORD
        self._revisions = dict(revisions or {})
        self._voices: OrderedDict[str, _Heard] = OrderedDict()
        self._of_personas: dict[str, bool] = {}
        """By key: whether a record is kept of it"""
        self._lock = threading.Lock()
        for key, loudness in _recorded(self._file).items():
            self._voices[key] = _Heard(loudness, True, np.zeros(0))

    def gain(self, voice: VoiceSpec) -> float:
        """The factor for this voice; 1.0 while nothing is known of it."""
        heard = self._voices.get(self._key(voice))
        return gain_to(TARGET, heard.loudness) if heard else 1.0

    def settled(self, voice: VoiceSpec) -> bool:
        """Whether its gain stays as it is."""
        heard = self._voices.get(self._key(voice))
        return heard is not None and heard.settled

    def use(self, voices: Iterable[VoiceSpec]) -> None:
        """The voices of all personas. No record is kept of others, nor of what each start measures."""
        self._of_personas = {self._key(voice): voice.engine not in LOCAL_ENGINES for voice in voices}

    def hear(self, voice: VoiceSpec, pcm: bytes, audio_format: AudioFormat, *, settle: bool = False) -> None:
        """Takes a sentence into account, unless the voice is settled; blocks for milliseconds.

        `settle`: this was all there is to hear.
        """
        if self.settled(voice):
            return
        samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, audio_format.channels).mean(axis=1) / 32768
        powers = block_powers(samples, audio_format.sample_rate)
        key = self._key(voice)
        with self._lock:
            heard = self._voices.setdefault(key, _Heard(-math.inf, False, np.zeros(0)))
            self._voices.move_to_end(key)
            if heard.settled:
                return
            heard.powers = np.concatenate([heard.powers, powers])
            heard.loudness = gated_loudness(heard.powers)
            if settle or len(heard.powers) * STEP_SECONDS >= ENOUGH:
                heard.settled, heard.powers = True, np.zeros(0)
                name = f"{voice.engine} {voice.voice}".strip()
                log.debug("the voice %s has %.1f LUFS", name, heard.loudness)
                if self._of_personas.get(key):
                    self._write()
            strangers = [key for key in self._voices if key not in self._of_personas]
            for stranger in strangers[: max(0, len(self._voices) - MOST_VOICES)]:
                del self._voices[stranger]

    def _write(self) -> None:
        record = {
            key: round(heard.loudness, 2)
            for key, heard in self._voices.items()
            if self._of_personas.get(key) and heard.settled and math.isfinite(heard.loudness)
        }
        content = json.dumps(record, indent=1, sort_keys=True) + "\n"
        try:
            write_whole(self._file, content.encode(), mode=None)
        except OSError as error:
            log.warning(
                "how loud the voices are cannot be kept",
                extra={"file": str(self._file), "error": error.strerror},
            )

    def _key(self, voice: VoiceSpec) -> str:
        """Of what makes a voice louder or softer, but for `volume`: that is its owner's wish."""
        if far := voice.upstream_voice:
            return json.dumps([voice.engine, far.key, far.instruct])
        made = voice.model_voice
        if made is None:
            more = (voice.language, voice.semitones, voice.speed)
            other = [each for each in more if each is not None]
            return json.dumps([voice.engine, voice.voice, voice.pitch, voice.rate, *other])
        return json.dumps(
            [voice.engine, made.model, self._revisions.get(made.model), made.key, made.instruct]
        )


def _recorded(file: Path) -> dict[str, float]:
    """LUFS by key. A record that cannot be read is as good as none."""
    try:
        least, most = PLAUSIBLE
        record = json.loads(file.read_bytes())
        return {key: loudness for key, loudness in record.items() if least <= loudness <= most}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError):
        log.warning("how loud the voices are cannot be read", extra={"file": str(file)})
        return {}

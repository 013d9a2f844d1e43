"""`say`: one text, spoken by the gateway if it can, by the robot itself if not."""

import asyncio
import itertools
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_client.aloud import Heard, speak_aloud
from edge_client.files import write_where_told
from edge_client.known_gateway import KnownGateway
from edge_client.known_personas import (
    ANY_VOICE,
    KnownPersona,
    load_known_personas,
    read_known_personas,
    save_known_personas,
)
from edge_client.link import GatewayLink
from edge_client.player_choice import open_player
from edge_client.settings import Settings
from speech.audio import AudioChunk, wav_header
from speech.breaker import CircuitBreaker
from speech.chain_events import SentenceStarted
from speech.engines.espeak import EspeakEngine
from speech.errors import EngineFailure, InvalidMessage, NothingCanSpeak, RobotVoiceError, SpokenInPart
from speech.fallback import FallbackChain
from speech.guarded import ChainEntry, GuardedEngine
from speech.persona import VoiceSpec
from speech.text import clean, split
from speech.utterance import Reason, Sentence, Utterance
from speech.whole_file import speak_whole

log = logging.getLogger(__name__)

Clock = Callable[[], float]

LONGEST_NAME = 64
"""Characters"""
LONGEST_TEXT = 100_000
"""Characters; two hours or so, of which never more than a few sentences are in memory"""
LONGEST_FILE_TEXT = 20_000
"""Characters for one file; its half an hour of sound is in memory until it is known to be in one voice"""
PATIENCE = 10.0
"""Seconds for a voice of the robot's own that was slow: a busy machine, and silence the only alternative"""


class FileNotWritten(RobotVoiceError):
    """The text was spoken, but the file for it cannot be written."""

    code = "not_written"


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one text: a row of what `--json` prints."""

    persona: str
    text: str
    via: Literal["gateway", "robot"]
    found_by: Literal["mdns", "address"] | None
    """How the address of the gateway was learned, also of one that did not speak; None if none is known"""
    engine: str
    voice: str
    pitch: int | None
    rate: int | None
    """Pitch and rate as the synthesiser reported them"""
    substitute: bool
    """Whether it was another voice than the persona's own"""
    reason: str | None
    """Why the gateway did not speak, for a person"""
    first_audio_ms: int
    """From the call to the first sound that was handed over"""
    audio_s: float
    file: str | None


class Robot:
    """One command's worth of robot: opens what is on disk, speaks, writes down what it learned."""

    def __init__(self, settings: Settings, *, clock: Clock = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._begun = clock()
        self._known = load_known_personas(settings.state_dir)
        self._espeak = EspeakEngine.installed(settings.espeak, on_demand=True)
        self.gateway = KnownGateway(settings)

    async def say(self, text: str, persona: str, *, out: Path | None = None, play: bool = True) -> Said:
        """Speaks the whole text, aloud if `play`, and into a WAV file if `out`: one file holds one voice.

        Raises EmptyText, TextTooLong, UnknownVoice, NothingCanSpeak, SpokenInPart, PlayerFailed and
        FileNotWritten.
        """
        cleaned = clean(text, LONGEST_FILE_TEXT if out else LONGEST_TEXT)
        spoken = tuple(Sentence(number, piece) for number, piece in enumerate(split(cleaned)))
        finished = False
        warming: asyncio.Task[None] | None = None
        if self.gateway.is_uncertain:
            warming = asyncio.create_task(self._espeak.start(), name="be ready to speak without a gateway")
        try:
            await self.gateway.make_ready()
            who, absent = await self._find(persona)
            chain = self._chain(who, absent)
            utterance = Utterance(uuid.uuid4().hex, who.id, who.language, spoken)
            if out:
                heard = await self._into_file(chain, utterance, out, play)
            else:
                on_sentence, clock = self._on_sentence, self._clock
                heard = await speak_aloud(chain, utterance, self._settings, clock, on_sentence, play=play)
            await self._learn()
            finished = True
        except (NothingCanSpeak, SpokenInPart) as error:
            raise self._with_what_to_do(error) from error
        finally:
            await self.gateway.close(hurry=not finished)
            if warming:
                warming.cancel()
                await asyncio.wait({warming})
            await self._espeak.close()
        return self._said(text, who, heard, out)

    async def _find(self, name: str) -> tuple[KnownPersona, Reason | None]:
        """Who is meant, and why the gateway need not be asked to speak.

        It is asked about a name nobody here knows. If it cannot be, the name is wrong, unless it is the
        setting of a robot that has not met its gateway yet: then a plain voice is better than none.
        """
        if known := self._known.find(name):
            return known, None
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise self._known.unknown(name)
        try:
            await self.gateway.ask()
        except EngineFailure as failure:
            if self._known.learned or name != self._settings.persona:
                raise self._known.unknown(name) from failure
            why = f"nobody here knows {name!r} and no gateway could be asked: {failure.message}"
            stranger = KnownPersona(name, name, "en", "", local_voices=(ANY_VOICE,))
            return stranger, Reason("unknown_voice", f"a plain voice, because {why}")
        await self._learn()
        if known := self._known.find(name):
            return known, None
        raise self._known.unknown(name)

    def _chain(self, persona: KnownPersona, absent: Reason | None) -> FallbackChain:
        own = self.gateway.guarded
        if absent:
            own = GuardedEngine(GatewayLink((), connect_timeout=0.0, absent=absent))
        espeak = GuardedEngine(self._espeak, CircuitBreaker("espeak"))
        return FallbackChain(
            [
                ChainEntry(own, VoiceSpec("gateway", persona.id)),
                *(ChainEntry(espeak, voice) for voice in _local_voices(persona)),
            ],
            patience=PATIENCE,
        )

    async def _into_file(self, chain: FallbackChain, utterance: Utterance, out: Path, play: bool) -> Heard:
        try:
            whole = await speak_whole(chain, utterance, self._clock)
        except EngineFailure as failure:
            raise NothingCanSpeak(f"nothing could speak: {failure.message}") from failure
        if whole.entry > 0:
            self.gateway.use_the_time()
        audio_format = whole.chunks[0].format
        pcm_bytes = sum(len(chunk.pcm) for chunk in whole.chunks)
        content = itertools.chain(
            [wav_header(pcm_bytes, audio_format)], (chunk.pcm for chunk in whole.chunks)
        )
        problem: OSError | None = None
        try:
            await asyncio.to_thread(write_where_told, out, content)
        except OSError as error:
            problem = error
        if play:
            player = await open_player(self._settings, clock=self._clock)
            await player.play(_each(whole.chunks))
        if problem:
            raise FileNotWritten(f"{out} cannot be written ({problem.strerror}): give --out another place")
        seconds = audio_format.seconds(audio_format.samples(pcm_bytes))
        return Heard(whole.entry, whole.origin, whole.substitute, whole.first_audio, seconds)

    def _on_sentence(self, event: SentenceStarted) -> None:
        if event.entry > 0:
            self.gateway.use_the_time()

    async def _learn(self) -> None:
        """Keeps what the gateway that answered says of its personas, for the time without it."""
        if self.gateway.link.answered_by is None:
            return
        try:
            known = read_known_personas(await self.gateway.link.personas())
        except (EngineFailure, InvalidMessage) as error:
            log.warning("the gateway's personas were not learned: %s", error)
            return
        if known != self._known:
            self._known = known
            save_known_personas(self._settings.state_dir, known)

    def _with_what_to_do(self, error: NothingCanSpeak | SpokenInPart) -> NothingCanSpeak | SpokenInPart:
        """The gateway may have failed last, but what the owner can do about it is often on the robot."""
        missing = self._espeak.readiness(ANY_VOICE).reason
        more = f"; {missing.text}" if missing and missing.text not in error.message else ""
        return type(error)(error.message + more)

    def _said(self, text: str, persona: KnownPersona, heard: Heard, out: Path | None) -> Said:
        endpoint = self.gateway.endpoint
        reason = heard.substitute.text if heard.substitute else None
        if reason and heard.entry == len(_local_voices(persona)) > 1:
            reason = f"{reason}, and in a plain voice, as the robot's voice for {persona.id} gave no sound"
        voices = (None, *_local_voices(persona))
        own = voices[heard.entry] == persona.own_local_voice if heard.entry else True
        return Said(
            persona=persona.id,
            text=text,
            via="robot" if heard.substitute else "gateway",
            found_by=endpoint.found_by if endpoint else None,
            engine=heard.origin.engine,
            voice=heard.origin.voice,
            pitch=heard.origin.settings.get("pitch"),
            rate=heard.origin.settings.get("rate"),
            substitute=heard.substitute is not None and not own,
            reason=reason,
            first_audio_ms=round((heard.first_audio - self._begun) * 1000),
            audio_s=round(heard.seconds, 3),
            file=str(out) if out else None,
        )


def _local_voices(persona: KnownPersona) -> tuple[VoiceSpec, ...]:
    """What a robot speaks with by itself; a persona without any would rather be silent.

    The first comes twice, because its process may end in the middle of a sentence. At the end comes a plain
    voice, for one that this robot's eSpeak NG does not have.
    """
    voices = persona.local_voices
    if not voices or voices == (ANY_VOICE,):
        return voices
    return (voices[0], *voices, ANY_VOICE)


async def _each(chunks: Iterable[AudioChunk]) -> AsyncIterator[AudioChunk]:
    for chunk in chunks:
        yield chunk

"""`say`: one text, spoken by the gateway if it can, by the robot itself if not."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edge_client.known_gateway import KnownGateway
from edge_client.known_personas import (
    ANY_VOICE,
    KnownPersona,
    load_known_personas,
    read_known_personas,
    save_known_personas,
)
from edge_client.player import NullPlayer, Player, open_player
from edge_client.settings import Settings
from speech.audio import AudioChunk, Origin, wav_file
from speech.breaker import CircuitBreaker
from speech.chain_events import Ended, SentenceStarted
from speech.engines.espeak import EspeakEngine
from speech.errors import EngineFailure, InvalidMessage, NothingCanSpeak, SpokenInPart
from speech.fallback import FallbackChain
from speech.guarded import ChainEntry, GuardedEngine
from speech.persona import PERSONA_ID, VoiceSpec
from speech.text import sentences
from speech.utterance import Outcome, Reason, Utterance
from speech.whole_file import speak_whole

log = logging.getLogger(__name__)

Clock = Callable[[], float]

READ_AHEAD = 512
"""Chunks that may wait for the player: enough for a long sentence, so that the gateway is soon free again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one text: a row of what `--json` prints."""

    persona: str
    text: str
    via: Literal["gateway", "robot"]
    found_by: Literal["mdns", "address"] | None
    """How the gateway's address was learned; None if none is known"""
    engine: str
    voice: str
    pitch: int | None
    rate: int | None
    """Pitch and rate as the synthesiser reported them"""
    substitute: bool
    """Whether it was another voice than the persona's own"""
    reason: str | None
    """Why, for a person"""
    first_audio_ms: int
    """From the call to the first sound that was handed over"""
    audio_s: float
    file: str | None


@dataclass(slots=True)
class _Heard:
    """What is known of an utterance while it is spoken."""

    origin: Origin
    substitute: Reason | None
    first_audio: float
    seconds: float = 0.0
    ended: Ended | None = None


class Robot:
    """One command's worth of robot: opens what is on disk, speaks, writes down what it learned."""

    def __init__(self, settings: Settings, *, clock: Clock = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._begun = clock()
        self._known = load_known_personas(settings.state_dir)
        self._espeak = EspeakEngine.installed(settings.espeak, on_demand=True)
        self._search: asyncio.Task[None] | None = None
        self.gateway = KnownGateway(settings)

    async def say(self, text: str, persona: str, *, out: Path | None = None, play: bool = True) -> Said:
        """Speaks the whole text, aloud if `play`, and into a WAV file if `out`: one file holds one voice.

        Raises EmptyText, TextTooLong, UnknownVoice, NothingCanSpeak, SpokenInPart, PlayerFailed; OSError when
        the file cannot be written.
        """
        spoken = sentences(text)
        try:
            await self.gateway.make_ready()
            who = await self._find(persona)
            utterance = Utterance(uuid.uuid4().hex, who.id, who.language, spoken)
            chain = self._chain(who)
            heard = await (
                self._into_file(chain, utterance, out, play) if out else self._aloud(chain, utterance, play)
            )
            await self._learn()
        finally:
            await self._close()
        return self._said(text, who, heard, out)

    async def _find(self, name: str) -> KnownPersona:
        """Who is meant; the gateway is asked about a name nobody here knows."""
        if known := self._known.find(name):
            return known
        try:
            await self.gateway.link.probe()
            await self._learn()
        except EngineFailure:
            if not PERSONA_ID.fullmatch(name):
                raise self._known.unknown(name) from None
            log.warning("nobody here knows a persona %s, and no gateway can tell; using a plain voice", name)
            return KnownPersona(name, name, "en", "", local_voices=(ANY_VOICE,))
        if known := self._known.find(name):
            return known
        raise self._known.unknown(name)

    def _chain(self, persona: KnownPersona) -> FallbackChain:
        espeak = GuardedEngine(self._espeak, CircuitBreaker("espeak"))
        return FallbackChain(
            [
                ChainEntry(self.gateway.guarded, VoiceSpec("gateway", persona.id)),
                *(ChainEntry(espeak, voice) for voice in persona.local_voices),
            ]
        )

    async def _into_file(self, chain: FallbackChain, utterance: Utterance, out: Path, play: bool) -> _Heard:
        try:
            whole = await speak_whole(chain, utterance, self._clock)
        except EngineFailure as failure:
            raise NothingCanSpeak(f"nothing could speak: {failure.message}") from failure
        if whole.entry > 0:
            self._look_again()
        audio_format = whole.chunks[0].format
        pcm = b"".join(chunk.pcm for chunk in whole.chunks)
        await asyncio.to_thread(out.write_bytes, wav_file(pcm, audio_format))
        if play:
            player = await open_player(self._settings, clock=self._clock)
            await player.play(_each(whole.chunks))
        seconds = audio_format.seconds(audio_format.samples(len(pcm)))
        return _Heard(whole.origin, whole.substitute, whole.first_audio, seconds)

    async def _aloud(self, chain: FallbackChain, utterance: Utterance, play: bool) -> _Heard:
        ahead: asyncio.Queue[AudioChunk | None] = asyncio.Queue(READ_AHEAD)
        speaking = asyncio.create_task(self._speak(chain, utterance, ahead), name="speak ahead")
        try:
            player: Player = NullPlayer(self._clock)
            if play:
                player = await open_player(self._settings, clock=self._clock)
            played = await player.play(_taken_from(ahead))
            heard = await speaking
        finally:
            speaking.cancel()
            await asyncio.wait({speaking})
        if played.first_audio is not None:
            heard.first_audio = played.first_audio
        heard.seconds = played.seconds
        return heard

    async def _speak(
        self, chain: FallbackChain, utterance: Utterance, ahead: "asyncio.Queue[AudioChunk | None]"
    ) -> _Heard:
        heard: _Heard | None = None
        try:
            async with aclosing(chain.speak(utterance)) as events:
                async for event in events:
                    if isinstance(event, AudioChunk):
                        await ahead.put(event)
                    elif isinstance(event, SentenceStarted):
                        if heard is None or (event.substitute and not heard.substitute):
                            heard = _Heard(event.origin, event.substitute, self._clock())
                        if event.entry > 0:
                            self._look_again()
                    elif isinstance(event, Ended) and event.outcome is not Outcome.COMPLETE:
                        raise _unfinished(event)
        finally:
            await ahead.put(None)
        if heard is None:
            raise AssertionError("a complete utterance has a sentence that started")
        return heard

    def _look_again(self) -> None:
        """While the robot speaks by itself there is time to see where the gateway went."""
        if self._search is None and self.gateway.asked_in_vain:
            self._search = asyncio.create_task(self.gateway.look_again(), name="look again")

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

    async def _close(self) -> None:
        if self._search:
            await asyncio.wait({self._search})
        self.gateway.remember()
        await self.gateway.link.close()
        await self._espeak.close()

    def _said(self, text: str, persona: KnownPersona, heard: _Heard, out: Path | None) -> Said:
        endpoint = self.gateway.endpoint
        return Said(
            persona=persona.id,
            text=text,
            via="robot" if heard.substitute else "gateway",
            found_by=endpoint.found_by if endpoint else None,
            engine=heard.origin.engine,
            voice=heard.origin.voice,
            pitch=heard.origin.settings.get("pitch"),
            rate=heard.origin.settings.get("rate"),
            substitute=heard.substitute is not None,
            reason=heard.substitute.text if heard.substitute else None,
            first_audio_ms=round((heard.first_audio - self._begun) * 1000),
            audio_s=round(heard.seconds, 3),
            file=str(out) if out else None,
        )


async def _each(chunks: Iterable[AudioChunk]) -> AsyncIterator[AudioChunk]:
    for chunk in chunks:
        yield chunk


async def _taken_from(ahead: "asyncio.Queue[AudioChunk | None]") -> AsyncIterator[AudioChunk]:
    while chunk := await ahead.get():
        yield chunk


def _unfinished(ended: Ended) -> NothingCanSpeak | SpokenInPart:
    why = ended.reason.text if ended.reason else "no voice is ready"
    if ended.spoken:
        return SpokenInPart(f"only the first {len(ended.spoken)} sentences were spoken: {why}")
    return NothingCanSpeak(f"nothing could speak: {why}")

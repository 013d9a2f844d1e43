"""Who can speak on this robot: its personas, by the phrasebook, the gateway and the robot's own voices."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge_client.link.gateway_answers import remark
from edge_client.link.link import GatewayLink, OnDemand
from edge_client.personas.consent_lease import Clock, last_day, why_ended
from edge_client.personas.known_personas import (
    ANY_VOICE,
    MOST_NAMED,
    KnownPersona,
    load_known_personas,
    read_known_personas,
    save_known_personas,
)
from edge_client.personas.own_engines import OwnEngines
from edge_client.phrasebook.phrase_store import PhraseStore
from edge_client.phrasebook.phrasebook import OwnVoice, Phrasebook
from edge_client.settings.settings import Settings
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.errors import EngineFailure, InvalidMessage, NothingCanSpeak, SpokenInPart, UnknownVoice
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Reason, Sentence
from robotvoice.voice_warnings import IGNORED, VoiceWarnings
from robotvoice.wire.lenient_fields import stands_for_anybody

if TYPE_CHECKING:  # a single command keeps nothing
    from edge_client.link.command_gateway import CommandGateway
    from edge_client.link.daemon_gateway import DaemonGateway
    from edge_client.phrasebook.repeat_counter import RepeatCounter
import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from robotvoice.chain.guarded import FirstAudio
from robotvoice.engines.base import Engine
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.sound.pcm import AudioChunk

log = logging.getLogger(__name__)

LONGEST_NAME = 64
"""Characters"""
FIRST_LOCAL = 2
"""Where in a chain the robot's own voices begin: after the phrasebook and the gateway"""
PHRASES_FOLDER = "phrasebook"
"""Not the one of a gateway on the same machine, which has the same state folder and tidies up its own"""
KEY_FILE = "phrase-key"
MEGABYTE = 1_000_000
WRITE_AGAIN = 6 * 3600.0
"""Seconds until it is written again when the gateway was heard: an SD card does not last for ever"""
LAST_RESORT_WITHIN = 10.0
"""Seconds for a voice of the robot's own that was slow: a busy machine, and silence the only alternative"""


class Voices:
    """Opens with the personas that are on disk. Gateway and engines are closed by whoever made them."""

    def __init__(
        self,
        settings: Settings,
        gateway: "CommandGateway | DaemonGateway",
        own: OwnEngines,
        *,
        clock: Clock = time.time,
    ) -> None:
        """`clock` is the wall's."""
        self._settings = settings
        self._clock = clock
        self._gateway = gateway
        self._own = own
        self.known = load_known_personas(settings.state_dir)
        self._written = self.known.heard_at
        """When the gateway was heard, as it is on the disk"""
        state, limit = settings.state_dir, settings.phrasebook_mb * MEGABYTE
        self.store = PhraseStore(state / PHRASES_FOLDER, limit, state / KEY_FILE)
        self.keeping: RepeatCounter | None = None
        """Whoever writes down what is heard often; None: nobody does"""
        self.on_damage: Callable[[str], None] = lambda persona: None
        """Told of a persona whose recordings cannot be played"""
        self._book = Phrasebook(self.store, self._own_voice, lambda each: self.on_damage(each))

    async def find(self, name: str, warnings: VoiceWarnings = IGNORED) -> tuple[KnownPersona, Reason | None]:
        """Who is meant, and why the gateway need not be asked to speak. Raises UnknownVoice.

        A name that stands for anybody, such as `default` or `alloy`, means the persona in the settings, if no
        persona is called so.
        """
        default = self._settings.persona
        try:
            return await self._find(name)
        except UnknownVoice:
            if name.strip() and stands_for_anybody(name, default, warnings):
                return await self._find(default)
            raise

    async def _find(self, name: str) -> tuple[KnownPersona, Reason | None]:
        """As `find`, for a name that stands for nobody else.

        It is asked about a name nobody here knows. If it cannot be, the name is wrong, unless it is the one
        in the settings: then another voice is better than none. On a robot that has not met its gateway yet
        that is a plain one, else that of the first persona there is.
        """
        if known := self.known.find(name):
            return known, None
        if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
            raise self.known.unknown(name)
        try:
            await self._gateway.link.ask(self._gateway.breaker)
        except EngineFailure as failure:
            if self.known.learned or name != self._settings.persona:
                return self._instead_of(name), None
            why = f"nobody here knows {name!r} and no gateway could be asked: {failure.message}"
            stranger = KnownPersona(name, name, "en", "", local_voices=(ANY_VOICE,))
            return stranger, Reason("unknown_voice", f"a plain voice, because {why}")
        await self.learn()
        return self.known.find(name) or self._instead_of(name), None

    def own_voices(self) -> tuple[VoiceSpec, ...]:
        """All that the robot may have to speak with by itself."""
        return tuple(voice for persona in self.known.personas for voice in persona.local_voices)

    def usual(self) -> KnownPersona:
        """Who speaks when nobody is named, as far as is known."""
        name = self._settings.persona
        return self.known.find(name) or KnownPersona(name, name.title(), "en", "", local_voices=(ANY_VOICE,))

    def _instead_of(self, name: str) -> KnownPersona:
        """Raises UnknownVoice if somebody asked for this name."""
        if name != self._settings.persona:
            raise self.known.unknown(name)
        instead = self.known.personas[0]
        log.error(
            "there is no persona %r, so %s speaks; set persona to one of %s",
            name,
            instead.id,
            ", ".join(persona.id for persona in self.known.personas[:MOST_NAMED]),
        )
        return instead

    def chain(
        self,
        persona: KnownPersona,
        absent: Reason | None = None,
        gateway: GuardedEngine | None = None,
        language: str | None = None,
    ) -> FallbackChain:
        """For one utterance. With `absent` the gateway is not asked, for that reason.

        `gateway` is another way to it than the one that everybody shares, which speaks one text at a time.
        `language` is a tag that is asked for in place of the persona's own. A file begins as soon as what is
        heard, as who waits for it waits for silence.
        """
        absent = self.consent_ended(persona) or absent
        asked = persona.other_language(language)
        own = gateway or self._gateway.guarded
        if absent:
            own = GuardedEngine(GatewayLink(OnDemand((), connect_timeout=0.0, absent=absent)))
        elif self.keeping and persona.clones:
            own = replace(own, engine=self.keeping.listening(own.engine))
        own = budgeted(own, persona.first_audio_budget)
        book, far = VoiceSpec("phrasebook", persona.id), VoiceSpec("gateway", persona.id)
        return FallbackChain(
            [
                ChainEntry(GuardedEngine(self._book), book.speaking(asked), recalls=True),
                ChainEntry(own, far.speaking(asked)),
                *(ChainEntry(self._own[voice], voice.speaking(asked)) for voice in local_voices(persona)),
            ],
            patience=LAST_RESORT_WITHIN,
        )

    async def hold(self, name: str, sentences: Sequence[Sentence], language: str | None = None) -> bool:
        """Whether the robot has all of these sentences in the persona's own voice."""
        who = self.known.find(name)
        if who is None or who.other_language(language):
            return False
        return await self._book.holds(who.id, sentences)

    def cloned(self) -> Mapping[str, str] | None:
        """The revisions of all personas with a cloned voice that may be used, by id.

        None before any gateway told, and once the pairing is another one: then nothing more is kept.
        """
        if not self.known.learned or not self._gateway.rules.still_hold:
            return None
        return {
            persona.id: persona.revision
            for persona in self.known.personas
            if persona.clones and not self.consent_ended(persona)
        }

    def unusable(self) -> tuple[str, ...]:
        """Personas that may come back: their files have a slip at the gateway."""
        return self.known.unusable

    def consent_ended(self, persona: KnownPersona) -> Reason | None:
        """Why its cloned voice may not be used any more; None: it may, or it has none."""
        return why_ended(persona, self.known.heard_at, self._clock())

    def consents(self) -> list[dict[str, Any]]:
        """For people: of each cloned voice until when it may be used, and why not any more."""
        return [
            {
                "persona": persona.id,
                "until": until.isoformat() if (until := last_day(persona, self.known.heard_at)) else None,
                "consent_until": persona.consent_until,
                "ended": ended.text if (ended := self.consent_ended(persona)) else None,
            }
            for persona in self.known.personas
            if persona.clones
        ]

    async def renew(self, persona: KnownPersona) -> None:
        """Asks the gateway about a persona whose voice may not be used: it may be otherwise by now.

        What is held of it is taken from the disk if it is so still. For a single command; a daemon asks and
        tidies up by itself.
        """
        if not self.consent_ended(persona):
            return
        with suppress(EngineFailure):
            await self._gateway.link.ask(self._gateway.breaker)
            await self.learn()
        revisions = self.cloned()
        if revisions is not None and persona.id not in revisions:
            with suppress(OSError):  # it is not there, or a daemon has it and does the same
                await asyncio.to_thread(self._take_away, persona.id, revisions)

    def _take_away(self, persona: str, revisions: Mapping[str, str]) -> None:
        """Raises OSError."""
        if (self.store.folder / persona).is_dir():
            self.store.open()
            try:
                self.store.tidy(revisions, self.unusable())
            finally:
                self.store.close()

    async def learn(self) -> None:
        """Keeps what the gateway that answered says of its personas, for the time without it."""
        if self._gateway.link.answered_by is None or not self._gateway.rules.still_hold:
            return
        try:
            known = read_known_personas(await self._gateway.link.get("/v1/personas"))
        except (EngineFailure, InvalidMessage) as error:
            log.warning("the gateway's personas were not learned: %s", error)
            return
        changed, now = known != self.known, self._clock()
        self.known = replace(known if changed else self.known, heard_at=now)
        if changed or self._written is None or not 0 <= now - self._written < WRITE_AGAIN:
            self._keep()

    def begin_lease(self) -> None:
        """From now on, where an older version did not write down when the gateway was heard."""
        if self.known.learned and self.known.heard_at is None:
            self.known = replace(self.known, heard_at=self._clock())
            self._keep()

    def _keep(self) -> None:
        if not self._gateway.rules.still_hold:
            return
        self._written = self.known.heard_at
        save_known_personas(self._settings.state_dir, self.known)

    def _own_voice(self, persona: str) -> OwnVoice | None:
        """If it is a cloned one that may be used."""
        known = next((each for each in self.known.personas if each.id == persona and each.clones), None)
        if known and self.consent_ended(known):
            return None
        return OwnVoice(known.revision, remark(known.engine)) if known else None

    def with_what_to_do(self, error: NothingCanSpeak | SpokenInPart) -> NothingCanSpeak | SpokenInPart:
        """The gateway may have failed last, but what the owner can do about it is often on the robot."""
        missing = self._own.mute
        more = f"; {missing}" if missing and missing not in error.message else ""
        return type(error)(error.message + more)


def local_voices(persona: KnownPersona) -> tuple[VoiceSpec, ...]:
    """What a robot speaks with by itself; a persona without any would rather be silent.

    The first of eSpeak NG comes twice, because its process may end in the middle of a sentence, and another
    is there in no time. At the end comes a plain voice of the persona's language, for one that this robot's
    eSpeak NG does not have.
    """
    voices = persona.local_voices
    if not voices or voices == (ANY_VOICE,):
        return voices
    at = next((at for at, voice in enumerate(voices) if voice.engine == ANY_VOICE.engine), len(voices))
    return (*voices[: at + 1], *voices[at:], replace(ANY_VOICE, language=persona.language))


class BudgetedEngine(WrappedEngine):
    """As one persona wants it: told until when its sound is of use, and waited for until then."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        super().__init__(engine)
        self._seconds = seconds

    @property
    def first_audio_cap(self) -> float:
        return self._seconds

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        by = min(sentence.asked.start_by, asyncio.get_running_loop().time() + self._seconds)
        given = replace(sentence, asked=replace(sentence.asked, start_by=by))
        async with aclosing(self._engine.speak(given, voice)) as chunks:
            async for chunk in chunks:
                yield chunk


def budgeted(guarded: GuardedEngine, seconds: float) -> GuardedEngine:
    """The same, behind the same breaker.

    What it took for other sentences and personas, many of them kept over there, is no measure for this one.
    """
    return replace(guarded, engine=BudgetedEngine(guarded.engine, seconds), first_audio=FirstAudio())

"""`say`: one text, spoken by the gateway if it can, by the robot itself if not."""

import asyncio
import itertools
import logging
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from edge_client.link.command_gateway import CommandGateway
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.players.player import each_of
from edge_client.playback.utterance_playback import Begins, Heard, play_chain
from edge_client.settings.settings import Settings
from edge_client.speaking.result import Said, describe
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, NothingCanSpeak, RobotVoiceError, SpokenInPart
from robotvoice.ground.state_files import write_where_told
from robotvoice.reading_options import PLAIN, Reading
from robotvoice.sound.ai_mark import INFO_CHUNK, marked_wav_header
from robotvoice.text import sentences
from robotvoice.utterance import RequestOptions, Sentence, Utterance
from robotvoice.voice_warnings import VoiceWarnings

log = logging.getLogger(__name__)

Clock = Callable[[], float]

LONGEST_TEXT = 100_000
"""Characters; two hours or so, of which never more than a few sentences are in memory"""
LONGEST_FILE_TEXT = 20_000
"""Characters for one file; its half an hour of sound is in memory until it is known to be in one voice"""


class FileNotWritten(RobotVoiceError):
    """The text was spoken, but the file for it cannot be written."""

    code = "not_written"


class Script:
    """A text, cleaned and cut once for all who read it in the same way."""

    def __init__(self, text: str, *, to_file: bool = False) -> None:
        self.text = text
        self.warnings = VoiceWarnings()
        self._limit = LONGEST_FILE_TEXT if to_file else LONGEST_TEXT
        self._cut: tuple[Reading, tuple[Sentence, ...]] | None = None

    def read(self, reading: Reading) -> tuple[Sentence, ...]:
        """Raises EmptyText and TextTooLong."""
        if self._cut is None or self._cut[0] != reading:
            asked = RequestOptions(warnings=self.warnings)
            self._cut = reading, sentences(self.text, reading=reading, limit=self._limit, asked=asked)
        return self._cut[1]


class Robot:
    """One command's worth of robot: opens what is on disk, speaks, writes down what it learned."""

    def __init__(
        self, settings: Settings, *, clock: Clock = time.monotonic, play_out: PlaybackClock | None = None
    ) -> None:
        """`play_out` is what is known of the loudspeaker."""
        self._settings = settings
        self._clock = clock
        self._begun = clock()
        self._own = OwnEngines(settings)
        self.gateway = CommandGateway(settings)
        self._voices = Voices(settings, self.gateway, self._own)
        self._loudspeaker = Loudspeaker(settings, clock=clock, play_out=play_out, on_wait=_wait)

    async def say(
        self,
        text: str | Script,
        persona: str,
        *,
        language: str | None = None,
        out: Path | None = None,
        play: bool = True,
        begins: Begins = lambda _: True,
    ) -> Said:
        """Speaks the whole text, aloud if `play`, and into a WAV file if `out`: one file holds one voice.

        `language` is a tag in place of the persona's own. `begins` is told of each sentence that is about to
        be heard. Raises EmptyText, TextTooLong, UnknownVoice, NothingCanSpeak, SpokenInPart, PlayerFailed and
        FileNotWritten.
        """
        script = Script(text, to_file=out is not None) if isinstance(text, str) else text
        known = self._voices.known.find(persona)
        spoken = script.read((known.reading if known else PLAIN).of(language))
        finished = False
        warming: asyncio.Task[None] | None = None
        if self.gateway.is_uncertain:
            ready = self._own.start_for(known.local_voices if known else ())
            warming = asyncio.create_task(ready, name="be ready to speak without a gateway")
        try:
            if not await self._voices.hold(persona, spoken, language):
                await self.gateway.make_ready()
            who, absent = await self._voices.find(persona, script.warnings)
            if self._voices.consent_ended(who):
                await self._voices.renew(who)
                who, absent = await self._voices.find(persona, script.warnings)
            spoken = script.read(who.reading.of(language))
            chain = self._voices.chain(who, absent, language=language)
            utterance = Utterance(uuid.uuid4().hex, who.id, who.language, spoken)
            if out:
                heard = await self._into_file(chain, utterance, out, play)
            else:
                heard = await self._aloud(chain, utterance, play, begins)
            await self._voices.learn()
            finished = True
        except (NothingCanSpeak, SpokenInPart) as error:
            raise self._voices.with_what_to_do(error) from error
        finally:
            await self.gateway.close(hurry=not finished)
            if warming:
                warming.cancel()
                await asyncio.wait({warming})
            await self._own.close()
            await self._loudspeaker.close()
        return describe(
            script.text,
            who,
            heard,
            begun=self._begun,
            endpoint=self.gateway.endpoint,
            last_seen=self.gateway.last_seen,
            paired=self.gateway.rules.pairing is not None,
            file=str(out) if out else None,
            warnings=script.warnings,
        )

    async def _aloud(self, chain: FallbackChain, utterance: Utterance, play: bool, begins: Begins) -> Heard:
        heard = await play_chain(
            chain,
            utterance,
            self._loudspeaker if play else None,
            clock=self._clock,
            on_substitute=self.gateway.use_the_time,
            begins=begins,
        )
        assert heard is not None, "a text has a sentence, and each may begin"
        return heard

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
            [marked_wav_header(pcm_bytes, audio_format)],
            (chunk.pcm for chunk in whole.chunks),
            [INFO_CHUNK],
        )
        problem: OSError | None = None
        try:
            await asyncio.to_thread(write_where_told, out, content)
        except OSError as error:
            problem = error
        if play:
            async with self._loudspeaker.taken():
                await self._loudspeaker.play(each_of(whole.chunks))
        if problem:
            raise FileNotWritten(f"{out} cannot be written ({problem.strerror}): choose another place")
        seconds = audio_format.seconds(audio_format.samples(pcm_bytes))
        return Heard(
            whole.entry, whole.origin, whole.substitute, whole.first_audio, seconds, recalled=whole.recalled
        )


def _wait(told: str) -> None:
    # An error, as the command line shows nothing less: a command that says nothing would seem to hang.
    log.error("it waits, as the loudspeaker is %s", told)

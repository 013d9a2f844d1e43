"""The daemon: owns the loudspeaker, the way to the gateway and the local voices, and speaks for everybody."""

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

from edge_client.daemon.daemon_errors import Stopped
from edge_client.daemon.job import Job
from edge_client.daemon.job_events import Announcement, Announcements, Tally, announcement
from edge_client.daemon.speaker import LOUDSPEAKER_WITHIN, MOST_WAITING, Speaker
from edge_client.ground.restart import until_done
from edge_client.link.daemon_gateway import DaemonGateway
from edge_client.personas.consent_lease import LOOK_EVERY
from edge_client.personas.known_personas import ANY_VOICE
from edge_client.personas.own_engines import OwnEngines
from edge_client.personas.voices import Voices
from edge_client.phrasebook.phrase_manifest import Manifest
from edge_client.phrasebook.phrase_pull import PhrasePull
from edge_client.phrasebook.repeat_counter import RepeatCounter
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.players.player_choice import plays_files
from edge_client.playback.utterance_playback import Begins, play_chain
from edge_client.settings.settings import Settings
from edge_client.speaking.robot import LONGEST_TEXT
from edge_client.speaking.status_sentence import GatewayStanding, summary
from robotvoice import __version__
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.chain.recovery import recover
from robotvoice.console.people_log import PLAIN
from robotvoice.errors import EmptyText, EngineFailure, NothingCanSpeak, SpokenInPart
from robotvoice.ground.backoff import Backoff
from robotvoice.service.settings_changes import Changes, SettingsChanges
from robotvoice.text.text_thread import sentences_aside
from robotvoice.utterance import Priority, RequestOptions, Utterance
from robotvoice.voice_warnings import VoiceWarnings

log = logging.getLogger(__name__)

LOOK_WITHIN = 1.0
"""Seconds that `status` waits for what the gateway says of a voice"""
LOOK_AT_PAIRING = 1.0
"""Seconds between two looks whether the pairing on disk is still the one in use"""
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until an eSpeak NG that did not start is tried again; each pause is twice the one before"""
WARM_AGAIN = 10.0
"""Seconds after which a neural voice whose child has ended, or which is new, is made ready"""
TALLIED = {"spoken", "dropped", "failed", "cut"}


class Daemon:
    """Everything the local API is about. `run` is to be kept running by its owner."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        changes: SettingsChanges | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.gateway = DaemonGateway(settings)
        self.own = OwnEngines(settings)
        self.voices = Voices(settings, self.gateway, self.own)
        self.announcements = Announcements()
        self.phrases = PhrasePull(
            self.voices.store,
            lambda: self.gateway.connected if self.gateway.rules.still_hold else None,
            self.voices.cloned,
            resting=self.voices.unusable,
            connect_timeout=settings.connect_timeout,
            first=settings.persona,
            on_switch=self._tell_of_phrases,
        )
        self.gateway.on_phrases, self.voices.on_damage = self.phrases.told, self.phrases.suspect
        self.keeping = self.voices.keeping = RepeatCounter(
            self.voices.store, self.voices.cloned, self.phrases.look
        )
        self.tally = Tally()
        self.loudspeaker = Loudspeaker(settings, clock=clock, keeps=True)
        self.on_no_sound: Callable[[str], object] = lambda told: None
        """Told at the start when nothing can be heard"""
        self.speaker = Speaker(self._speak, self._tell, self.loudspeaker, clock=clock)
        self.pairing_changed = asyncio.Event()
        """This robot was paired or unpaired: the daemon is to begin anew, between two lines"""
        self._began = time.time()
        self._changes = changes

    async def run(self) -> None:
        """Until cancelled; then what is said is cut, whoever waits is told, and nothing is left running.

        What breaks in one of its parts is logged, and ends neither the others nor the daemon.
        """
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "taking turns at the loudspeaker": self.speaker.run,
            "dropping lines that come too late": self.speaker.drop_late,
            "keeping the gateway": partial(self.gateway.keep, self._learn),
            "the phrasebook": self.phrases.run,
            "keeping what is heard often": self.keeping.run,
            "ending consents": self._end_consents,
            "keeping the loudspeaker": self._keep_loudspeaker,
            "keeping eSpeak NG": self._keep_espeak,
            "looking at the pairing": self._look_at_the_pairing,
            "keeping neural voices": self._keep_neural,
            "canaries": partial(recover, self.own.breakers),
        }
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in parts.items():
                    group.create_task(until_done(work, name), name=name)
        finally:
            self.announcements.end()
            self.gateway.close()
            await self.own.close()

    @property
    def is_idle(self) -> bool:
        """Whether nobody speaks and nobody waits."""
        return self.speaker.now is None and not self.speaker.waiting

    async def queue(
        self,
        text: str,
        persona: str | None,
        priority: Priority,
        within: float | None,
        *,
        language: str | None = None,
        speed: float = 1.0,
        warnings: VoiceWarnings | None = None,
    ) -> Job:
        """Queues it; it is dropped if it has not begun `within` so many seconds. `language` is a tag.

        Raises EmptyText, TextTooLong, UnknownVoice, TooManyRequests and DaemonGone.
        """
        asked_at = self.clock()
        asked = RequestOptions(
            priority=priority, speed=speed, warnings=VoiceWarnings() if warnings is None else warnings
        )
        named = persona if persona and persona.strip() else self.settings.persona
        who, absent = await self.voices.find(named, asked.warnings)
        reading = who.reading.of(language)
        cut = await sentences_aside(text, reading=reading, limit=LONGEST_TEXT, asked=asked)
        job = Job(uuid.uuid4().hex[:12], who, absent, cut, priority, asked_at, language=language)
        if asked.warnings:
            log.info("line %s: not followed: field=%s", job.id, ",".join(asked.warnings.about))
        if within is not None:
            job.begin_by = asked_at + within
        self.speaker.add(job)
        return job

    def status(self) -> dict[str, Any]:
        """All that `robotvoice status` shows; it holds no text."""
        now, gateway = self.speaker.now, self.gateway.standing
        return {
            "service": "robotvoice-daemon",
            "version": __version__,
            "since": round(self._began, 3),
            "gateway": {
                "ready": gateway.ready,
                "address": gateway.endpoint.label if gateway.endpoint else None,
                "id": gateway.endpoint.gateway_id if gateway.endpoint else None,
                "found_by": gateway.endpoint.found_by if gateway.endpoint else None,
                "since": round(gateway.since, 3),
                "last_seen": gateway.last_seen,
                "reason": gateway.reason.text if gateway.reason else None,
                "twin": gateway.twin,
            },
            "pairing": self.gateway.rules.as_json(),
            "strangers": self.gateway.rules.strangers.as_json(),
            "settings": (self._changes.now() if self._changes else Changes()).as_json(),
            "local": self.own.description,
            "phrasebook": self.phrases.as_json(),
            "consents": self.voices.consents(),
            "loudspeaker": self.loudspeaker.as_json(),
            "speaking": _described(now) if now else None,
            "waiting": [_described(job) for job in self.speaker.waiting],
            "most_waiting": MOST_WAITING,
            **self.tally.as_json(),
        }

    async def summary(self) -> str:
        """Why it sounds as it does, in a sentence for people."""
        standing, who = self.gateway.standing, self.voices.usual()
        own = None
        if standing.ready and who.clones:
            with suppress(EngineFailure, TimeoutError, AttributeError):
                async with asyncio.timeout(LOOK_WITHIN):
                    own = (await self.gateway.link.get("/readyz"))["personas"].get(who.id)
        told = summary(
            who,
            GatewayStanding(
                standing.reason,
                standing.last_seen,
                standing.endpoint.label if standing.endpoint else None,
                self.gateway.rules.pairing is not None,
            ),
            own,
            unheard=self.loudspeaker.problem,
            mute=self.own.why_mute(who.local_voices),
            ended=self.voices.consent_ended(who),
        )
        return f"{told}; but {standing.twin}" if standing.twin else told

    async def _speak(self, job: Job, begins: Begins) -> int:
        """As `Speaker` wants it: by whoever of the persona's voices can."""
        end = job.position + 1 if plays_files(self.settings) else len(job.sentences)
        sentences = job.sentences[job.position : end]
        utterance = Utterance(job.id, job.persona.id, job.persona.language, sentences)
        try:
            heard = await play_chain(
                self.voices.chain(job.persona, job.absent, language=job.language),
                utterance,
                self.loudspeaker if self.settings.player != "none" else None,
                clock=self.clock,
                on_substitute=self.gateway.use_the_time,
                begins=begins,
                patience=lambda away: LOUDSPEAKER_WITHIN if away.is_a_voice else 0.0,
            )
        except EmptyText:
            # The rest of the text may well be read.
            if end == len(job.sentences) and job.heard is None:
                raise
        except (NothingCanSpeak, SpokenInPart) as error:
            raise self.voices.with_what_to_do(error) from error
        else:
            if heard:
                job.hear(heard)
        return end

    async def _keep_loudspeaker(self) -> None:
        await self.loudspeaker.prove()
        if self.loudspeaker.problem:
            self.on_no_sound(self.loudspeaker.complaint)
        await self.loudspeaker.run()

    async def _keep_espeak(self) -> None:
        """Warm from the start, and found again when it was lost."""
        espeak = self.own.espeak
        await espeak.start()
        backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        while not espeak.readiness(ANY_VOICE):
            # A busy boot is enough for that; no breaker would ever ask it again.
            await asyncio.sleep(backoff.next())
            await espeak.start()

    async def _keep_neural(self) -> None:
        """Warm as long as somebody may speak with it, whoever the gateway's personas are by now."""
        while True:
            await self.own.warm(self.voices.own_voices())
            await asyncio.sleep(WARM_AGAIN)

    async def _look_at_the_pairing(self) -> None:
        while self.gateway.rules.still_hold:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(LOOK_AT_PAIRING)
        log.info("the pairing is another one: the daemon begins anew when nobody speaks")
        self.pairing_changed.set()

    async def _learn(self) -> None:
        await self.voices.learn()
        self.phrases.look()

    async def _end_consents(self) -> None:
        """What is held of a voice goes from the disk as soon as it may not be used any more."""
        self.voices.begin_lease()
        told: set[str] = set()
        while True:
            ended = {each["persona"]: each["ended"] for each in self.voices.consents() if each["ended"]}
            for persona in ended.keys() - told:
                log.warning("%s sounds plain from now on: %s", persona, ended[persona])
            if ended.keys() != told:
                told = set(ended)
                self.phrases.look()
            await asyncio.sleep(LOOK_EVERY)

    def _tell_of_phrases(self, pack: Manifest) -> None:
        told = {"persona": pack.persona, "phrases": len(pack.sentences), "complete": pack.complete}
        self.announcements.tell({"type": "phrases", "at": round(time.time(), 3), **told})
        log.info("%d phrases of %s are here (complete: %s)", len(pack.sentences), pack.persona, pack.complete)

    def _tell(self, event: str, job: Job, sentence: SentenceStarted | None = None) -> None:
        now = time.time()
        if sentence:
            self.tally.sentence(sentence, now)
        elif event in TALLIED:
            self.tally.job(event, job, now)
        told = announcement(event, job, sentence, now)
        self.announcements.tell(told)
        _log(told)


def _described(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "persona": job.persona.id,
        "priority": job.priority.word,
        "sentences": len(job.sentences),
        "heard": job.position,
    }


def _log(told: Announcement) -> None:
    """Engine and reason for what is heard, and why something is not; never the text."""
    event, job = told["type"], told["id"]
    if event == "sentence":
        log.info(
            "line %s, sentence %d: %s with %s by the %s (%s)",
            job, told["sentence"], told["persona"], told["engine"], told["via"], told["reason"] or "own",
            extra={PLAIN: _in_words(told)},
        )  # fmt: skip
    elif "code" in told:
        level = logging.INFO if told["code"] == Stopped.code else logging.WARNING
        log.log(level, "line %s %s: %s (%s)", job, event, told["error"], told["code"])
    else:
        nothing = {PLAIN: ""}  # whoever watches hears it
        log.info("line %s %s (%s, %s)", job, event, told["persona"], told["priority"], extra=nothing)


def _in_words(told: Announcement) -> str:
    """A sentence for whoever watches: `vixen, eSpeak by the robot (refused)`."""
    engine = "eSpeak" if told["engine"] == "espeak" else told["engine"]
    who = "the Mac" if told["via"] == "gateway" else "the robot"
    return f"{told['persona']}, {engine} by {who}" + (f" ({told['reason']})" if told["reason"] else "")

"""What becomes of every text: watched in one place, whatever the dialect, and told once it is over."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import numpy as np
from aiohttp import web

from gateway.guard.output_guard import SILENT_BELOW
from gateway.http.openai_errors import OpenAIRefusal
from gateway.observe.reason_codes import known
from robotvoice.chain.chain_events import ChainEvent, Ended, TakenOver
from robotvoice.chain.whole_file import WholeFile
from robotvoice.console.people_log import PLAIN
from robotvoice.errors import EngineFailure, RobotVoiceError
from robotvoice.http.sending import NotRead
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Outcome, Spoken
from robotvoice.voice_warnings import VoiceWarnings

log = logging.getLogger(__name__)

Api = Literal["synthesize", "openai", "websocket"]

VOICED = round(32_768 * 10 ** (SILENT_BELOW / 20))
"""A sample further from zero than this is sound"""
PIECE = 64 * 1024
"""Bytes that are looked through at a time"""


@dataclass(frozen=True, slots=True)
class TextOutcome:
    """What became of one text. Times are in seconds."""

    request: str
    """The id of the request, or of the utterance on a WebSocket"""
    api: Api
    persona: str
    """Its id; empty when nobody could be found by the name that was given"""
    outcome: Outcome
    reason: str | None
    """Why it is not complete: one of the known codes"""
    own_engine: str
    clones: bool
    """Whether the persona's own voice is made from somebody's recording"""
    spoken: tuple[Spoken, ...]
    """Empty for what was cancelled: nobody knows how much of it was heard"""
    takeovers: tuple[TakenOver, ...]
    first_audio: float | None
    """From the request to the first chunk with sound in it; a whole file leaves at its end"""
    first_origin: Origin | None
    seconds: float
    """Of audio"""
    took: float
    fields: tuple[str, ...] = ()
    """Of the request: the one it was refused for, or those that were not followed; never what was in them"""


OnOutcome = Callable[[TextOutcome], None]

SHOWN_AS = {"espeak": "eSpeak", "mlx": "cloned voice", "pyttsx3": "system voice"}
HOW_IT_ENDED = {Outcome.CANCELLED: "cancelled", Outcome.REFUSED: "refused"}
"""In words"""


class TextRecord:
    """One text under observation, from its request to its end. As a context it ends with what is raised."""

    def __init__(
        self,
        api: Api,
        request: str,
        listeners: Sequence[OnOutcome],
        clock: Callable[[], float],
        warnings: VoiceWarnings,
    ) -> None:
        self.warnings = warnings
        """For the caller, and by their field for the log"""
        self._api, self._request = api, request
        self._listeners = listeners
        self._clock = clock
        self._began = clock()
        self._persona, self._own_engine, self._clones = "", "", False
        self._ended: Ended | None = None
        self._takeovers: list[TakenOver] = []
        self._first: tuple[float, Origin] | None = None
        self._samples = 0
        self._told = False

    def is_for(self, persona: str, own_engine: str, *, clones: bool) -> None:
        """Who is to speak, once that is known."""
        self._persona, self._own_engine, self._clones = persona, own_engine, clones

    def has_its_turn(self) -> None:
        """What came before it on the same socket has ended: from here on it is waited for."""
        self._began = self._clock()

    def see(self, event: ChainEvent) -> None:
        """The next event, when it is about to leave; audio in the wire's format."""
        match event:
            case AudioChunk():
                self._samples += event.samples
                if self._first is None and _sounds(event.pcm):
                    self._first = (self._clock() - self._began, event.origin)
            case TakenOver():
                self._takeovers.append(event)
            case Ended():
                self._ended = event

    def see_whole(self, made: WholeFile, seconds: float) -> None:
        """A whole file is about to leave."""
        self._ended = Ended(Outcome.COMPLETE, made.spoken)
        self._first = (self._clock() - self._began, made.origin)
        self._samples = round(seconds * WIRE_FORMAT.sample_rate)

    def end(self, error: BaseException | None = None) -> None:
        """Tells everybody; the first call counts."""
        self._tell(*self._how(error), _field_of(error))

    def _tell(self, outcome: Outcome, reason: str | None, fault: str | None = None) -> None:
        if self._told:
            return
        self._told = True
        account = TextOutcome(
            request=self._request,
            api=self._api,
            persona=self._persona,
            outcome=outcome,
            reason=reason and known(reason),
            own_engine=self._own_engine,
            clones=self._clones,
            spoken=self._ended.spoken if self._ended else (),
            takeovers=tuple(self._takeovers),
            first_audio=self._first[0] if self._first else None,
            first_origin=self._first[1] if self._first else None,
            seconds=WIRE_FORMAT.seconds(self._samples),
            took=self._clock() - self._began,
            fields=(fault,) if fault else self.warnings.about,
        )
        for listener in self._listeners:
            try:
                listener(account)
            except Exception:
                log.exception("what became of a text could not be told", extra={"request": self._request})

    @property
    def has_ended(self) -> bool:
        """Whether something was spoken to its end, well or not."""
        return self._ended is not None

    def refused(self, code: str) -> None:
        """It was answered that it cannot be spoken, without an error."""
        self._tell(Outcome.REFUSED, code)

    def nothing_to_speak(self) -> None:
        """It was only asked about, or asked for once more: nobody is told, and nothing counts."""
        self._told = True

    def cancelled(self) -> None:
        """Nobody waits for it any more; nothing happens if it has ended."""
        self.end(asyncio.CancelledError())

    def __enter__(self) -> "TextRecord":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(error)

    def _how(self, error: BaseException | None) -> tuple[Outcome, str | None]:
        why = self._ended.reason.code if self._ended and self._ended.reason else None
        match error:
            case None if self._ended:
                return self._ended.outcome, why
            case NotRead():
                return Outcome.CANCELLED, "not_read"
            case asyncio.CancelledError() | ConnectionError() | GeneratorExit():
                return Outcome.CANCELLED, None
            case EngineFailure():
                return Outcome.INCOMPLETE, error.reason
            case OpenAIRefusal() | RobotVoiceError():
                return Outcome.REFUSED, error.code
            case web.HTTPException():
                return Outcome.REFUSED, "http"
        return Outcome.ERROR, "internal"


class RequestLog:
    """Begins to watch; every account goes to the log and to the listeners."""

    def __init__(
        self, listeners: Iterable[OnOutcome] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._listeners = (log_account, *listeners)
        self._clock = clock
        self._since = clock()

    @property
    def uptime(self) -> float:
        """Seconds that it has been there."""
        return self._clock() - self._since

    def begin(self, api: Api, request: str, warnings: VoiceWarnings | None = None) -> TextRecord:
        """`warnings` are those that there are already."""
        return TextRecord(
            api, request, self._listeners, self._clock, VoiceWarnings() if warnings is None else warnings
        )


def log_account(account: TextOutcome) -> None:
    """One line for each text: who, how, by whom; never a word of it."""
    fields: dict[str, object] = {
        "request": account.request,
        "api": account.api,
        "persona": account.persona or "none",
        "outcome": account.outcome.value,
        "reason": account.reason or "none",
        "field": ",".join(account.fields) or "none",
        "ledger": _counted(f"{row.engine}{'(stored)' if row.stored else ''}" for row in account.spoken),
        "substitutes": _counted(known(row.substitute.code) for row in account.spoken if row.substitute),
        "takeovers": len(account.takeovers),
        "first_audio": "none" if account.first_audio is None else round(account.first_audio, 4),
        "seconds": round(account.seconds, 3),
        "took": round(account.took, 4),
    }
    said = {Outcome.COMPLETE: "spoken", Outcome.REFUSED: "refused"}
    log.info(said.get(account.outcome, "not spoken to the end"), extra={**fields, PLAIN: _in_words(account)})


def _in_words(account: TextOutcome) -> str:
    """The same for whoever watches: `gremlin, 1.5 s, eSpeak`."""
    who = account.persona or "nobody"
    if account.outcome is not Outcome.COMPLETE:
        how = HOW_IT_ENDED.get(account.outcome, "not spoken to the end")
        return f"{who}: {how}" + (f" ({account.reason})" if account.reason else "")
    voices = dict.fromkeys(_voice(row) for row in account.spoken)
    reasons = dict.fromkeys(known(row.substitute.code) for row in account.spoken if row.substitute)
    instead = f", not its own voice ({', '.join(reasons)})" if reasons else ""
    return f"{who}, {account.seconds:.1f} s, {' and '.join(voices)}{instead}"


def _voice(row: Spoken) -> str:
    name = SHOWN_AS.get(row.engine, row.engine)
    return f"{name} (kept)" if row.stored else name


def _field_of(error: BaseException | None) -> str | None:
    """Which field a request was refused for, if it was one: a known name."""
    match error:
        case OpenAIRefusal():
            return error.param
        case RobotVoiceError():
            return error.field
    return None


def _counted(names: Iterable[str]) -> str:
    return ",".join(f"{name}:{count}" for name, count in Counter(names).items()) or "none"


def _sounds(pcm: bytes) -> bool:
    """Whether PCM_16 holds a sample that is to be heard."""
    for start in range(0, len(pcm), PIECE):
        samples = np.frombuffer(pcm[start : start + PIECE], dtype="<i2")
        if int(samples.max()) > VOICED or int(samples.min()) < -VOICED:
            return True
    return False

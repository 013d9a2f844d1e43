"""What was spoken by whom, why not by the persona's own voice, and what went wrong: for `status`."""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Any

from edge_client.daemon.job import Line
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import PlayerFailed, RobotVoiceError

MOST_KINDS = 64
"""Voices and reasons that are counted one by one; a gateway may make up as many as it likes"""
ERRORS_KEPT = 10


@dataclass(slots=True)
class _Why:
    """A reason for a substitute."""

    text: str
    sentences: int
    last: float


class Tally:
    """Of a daemon's life. Times are in seconds of the wall clock."""

    def __init__(self) -> None:
        self._spoken: Counter[tuple[str, str, bool]] = Counter()
        self._reasons: dict[str, _Why] = {}
        self._lines: Counter[str] = Counter()
        self._errors: deque[dict[str, Any]] = deque(maxlen=ERRORS_KEPT)

    def sentence(self, started: SentenceStarted, now: float) -> None:
        """One that is being heard."""
        why = started.substitute
        stored = started.recalled
        key = ("robot" if why or stored else "gateway", started.origin.engine, stored)
        self._spoken[
            key if key in self._spoken or len(self._spoken) < MOST_KINDS else (key[0], "others", stored)
        ] += 1
        if why:
            code = why.code if why.code in self._reasons or len(self._reasons) < MOST_KINDS else "others"
            known = self._reasons.setdefault(code, _Why(why.text, 0, now))
            known.text, known.last = why.text, now
            known.sentences += 1

    def line(self, event: str, line: Line, now: float) -> None:
        """One that ended, or had to make room."""
        self._lines[event] += 1
        if line.error and (event == "failed" or isinstance(line.error, PlayerFailed)):
            self.error(line.error, now)

    def error(self, error: RobotVoiceError, now: float) -> None:
        self._errors.append({"at": round(now, 3), "code": error.code, "error": error.message})

    def as_json(self) -> dict[str, Any]:
        """`spoken` counts sentences (`stored`: from the phrasebook), `lines` what became of whole texts."""
        return {
            "spoken": [
                {"via": via, "engine": engine, "stored": stored, "sentences": count}
                for (via, engine, stored), count in self._spoken.most_common()
            ],
            "reasons": [
                {"code": code, "reason": why.text, "sentences": why.sentences, "last": round(why.last, 3)}
                for code, why in sorted(self._reasons.items(), key=lambda each: -each[1].last)
            ],
            "lines": dict(self._lines),
            "errors": list(self._errors),
        }

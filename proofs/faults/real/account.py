"""What the gateway's log tells: the ledgers of HTTP, the sentences that were spent, the breakers' changes."""

import re
from collections.abc import Sequence
from dataclasses import replace

from proofs.faults.answers import Answer, Outage, Recovery, spent_on
from proofs.faults.real.breaking import Broken
from proofs.faults.real.clients import Heard
from proofs.faults.real.lengths import Lengths, expected_row
from proofs.faults.real.world import CLONE
from proofs.rig.program import Line
from robotvoice.chain.breaker import DEFAULTS
from robotvoice.chain.failure_attribution import BAD_VOICE
from robotvoice.errors import NOT_THE_ENGINES

CONTENT = NOT_THE_ENGINES | {BAD_VOICE}
"""Reasons that are a text's or a voice's own"""
NOT_SPENT = frozenset(
    {
        "busy",
        "client_busy",
        "closed",
        "gave_way",
        "held_off",
        "machine_full",
        "not_held",
        "not_ready",
        "too_late",
    }
    | {"restarting", "starting", "loading", "warming_up"}
    | CONTENT
)
"""Reasons that cost no time on a dead engine: nobody was asked, there was no time, or it is not dead"""
LATE = 3.0
"""Seconds after the end of an outage in which a sentence that was lost to it may be told"""
ON_THE_WAY = 2.5
"""Seconds that a sentence may still be on its way to an engine that is known to be dead"""
PROBES = {CLONE: 2 * 3.0}
QUICK_PROBES = 2 * 2.0
"""Seconds for two canaries, with the wait before each, on a busy machine; a model's take longer"""
_LEDGER = re.compile(r" request=(\S+) .* outcome=complete .* ledger=(\S+) .* takeovers=(\d+)")
_ENTRY = re.compile(r"(.+?)(\(stored\))?:(\d+)")
_SPENT = re.compile(r" (\S+) did not speak a sentence: (\S+) utterance=(?:\S*/)?(\S+)")
"""Before the id of a text that came over a WebSocket stands that of its connection"""
_BREAKER = re.compile(r"breaker of (\S+): (\w+), was (\w+)")


class Account:
    """Of one gateway's whole log."""

    def __init__(self, log: Sequence[Line]) -> None:
        self._log = log
        self._ledgers = {told[1]: (told[2], int(told[3])) for _, told in self._found(_LEDGER)}
        self._spent = self._found(_SPENT)
        self._changes = self._found(_BREAKER)

    def _found(self, pattern: re.Pattern[str]) -> list[tuple[float, re.Match[str]]]:
        return [(line.at, match) for line in self._log if (match := pattern.search(line))]

    def text(self) -> str:
        """The log, with the seconds of the clock that all times of a run are in."""
        return "".join(f"{line.at:.3f} {line}\n" for line in self._log)

    def completed(self, heard: Heard, lengths: Lengths) -> Answer:
        """The answer, with the log's ledger where the dialect carries none."""
        told = self._ledgers.get(heard.text.id)
        if told is None or heard.answer.ledger:
            return heard.answer
        engines: list[tuple[str, bool]] = []
        for entry in told[0].split(","):
            if match := _ENTRY.fullmatch(entry):
                engines += [(match[1], bool(match[2]))] * int(match[3])
        rows = (
            expected_row(index, engine, template, lengths, stored=stored)
            for index, ((engine, stored), template) in enumerate(
                zip(engines, heard.text.templates, strict=False)
            )
        )
        return replace(heard.answer, ledger=tuple(rows), takeovers=told[1])

    def outage(self, broken: Broken, until: float) -> Outage | None:
        """With the users' texts that were spent on the engine meanwhile, before its next outage: `until`."""
        engine = broken.window.engine
        if engine is None or not broken.done:
            return None
        spent: dict[str, float] = {}
        told_by = min(broken.ended + LATE, until)
        for at, told in self._spent:
            if broken.began <= at <= told_by and told[1] == engine and told[2] not in NOT_SPENT:
                spent.setdefault(told[3], at)
        failed = [(at - ON_THE_WAY, at) for at in spent.values()]
        return Outage(engine, broken.window.kind, broken.began, *spent_on(failed))

    def recovery(self, broken: Broken, until: float) -> Recovery | None:
        """None if its breaker stayed closed, or the next outage came first."""
        engine = broken.window.engine
        changes = [(at, told[2]) for at, told in self._changes if at <= until and told[1] == engine]
        after = [at for at, state in changes if state == "closed" and at >= broken.began]
        if engine is None or not after:
            return None
        closed = after[0]
        healthy = self._ready(broken, until) if engine == CLONE else broken.ended
        before = max((at for at, state in changes if state == "closed" and at < closed), default=0.0)
        opened = [at for at, state in changes if state == "open" and before < at < closed]
        delay = min(DEFAULTS.open_at_most, DEFAULTS.open_for * 2 ** (len(opened) - 1)) * (1 + DEFAULTS.jitter)
        return Recovery(engine, healthy, opened[-1] + delay, closed, PROBES.get(engine, QUICK_PROBES))

    def went_wrong(self) -> frozenset[str]:
        """The texts of which the model made something else, or that were kept from it for that."""
        return frozenset(told[3] for _, told in self._spent if told[1] == CLONE and told[2] in CONTENT)

    def opened(self, engine: str) -> list[float]:
        """When its breaker opened."""
        return [at for at, told in self._changes if told.groups() == (engine, "open", "closed")]

    def probes(self) -> int:
        """Canaries that ended a half-open time: a bad one opens the breaker again, two good ones close it."""
        ends = [told[2] for _, told in self._changes if told[3] == "half_open"]
        return ends.count("open") + DEFAULTS.canaries_to_close * ends.count("closed")

    def _ready(self, broken: Broken, until: float) -> float:
        """When the next worker was there."""
        lines = (line.at for line in self._log if broken.began <= line.at <= until and " is ready" in line)
        return next(lines, broken.ended)

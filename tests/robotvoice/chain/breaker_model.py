"""The breaker's contract told a second time, the slow and simple way."""

from dataclasses import dataclass, field

from robotvoice.utterance import Reason

# Time is counted in ticks of 1/64 s and the shares are powers of two: all sums are exact, so that
# histories can hit every limit to the tick.
TICK = 1 / 64
SECOND = 64
IN_A_ROW, WINDOW, MINIMUM, RATE, SLOW_RATE = 3, 16 * SECOND, 6, 0.5, 0.75
OPEN_FOR, OPEN_AT_MOST, JITTER, LEASE, CANARIES = 2 * SECOND, 8 * SECOND, 0.25, 4 * SECOND, 2
STARTED = 1000 * SECOND
"""A clock starts somewhere, so that it can be set back."""
SLOW = Reason("slow", "engine begins to speak too late, again and again")


@dataclass
class Model:
    """Keeps everything that happened since the last change and works it out anew each time."""

    now: int = STARTED
    random: float = 0.0
    state: str = "closed"
    reason: Reason | None = None
    until: int = 0
    opened: int = 0
    calls: set[int] = field(default_factory=set)
    canary: int | None = None
    canary_sent: int = 0
    good_canaries: int = 0
    results: list[tuple[int, int, int, str]] = field(default_factory=list)
    """When, of which call, the last call by then, and how it ended"""
    last: int = -1
    """The number of the last call that was begun"""
    told: list[tuple[str, str, Reason | None, int]] = field(default_factory=list)

    def change(self, new: str, at: int) -> None:
        self.told.append((self.state, new, self.reason, at))
        self.state, self.calls, self.results = new, set(), []
        self.canary, self.good_canaries = None, 0

    def notice_time(self) -> None:
        if self.state == "open" and self.until <= self.now:
            self.change("half_open", self.until)

    def wants_canary(self) -> bool:
        return self.state == "half_open" and (self.canary is None or self.now - self.canary_sent >= LEASE)

    def settle(self, number: int, verdict: str, reason: Reason) -> None:
        if number in self.calls:
            self.calls.remove(number)
            self.results.append((self.now, number, self.last, verdict))
            sick = verdict == "proven" or (verdict == "fail" and self.is_sick())
            if sick or (verdict == "slow" and self.is_slow()):
                self.open(SLOW if verdict == "slow" else reason)
        elif number == self.canary:
            in_time = self.now - self.canary_sent < LEASE
            self.canary = None
            if verdict in ("fail", "proven", "slow"):
                self.open(SLOW if verdict == "slow" else reason)
            elif verdict == "ok" and in_time:
                self.good_canaries += 1
                if self.good_canaries == CANARIES:
                    self.opened, self.reason = 0, None
                    self.change("closed", self.now)

    def is_sick(self) -> bool:
        row: list[int] = []
        for at, number, last, verdict in self.results:
            if self.now - at > WINDOW or verdict == "ignore":
                continue
            if verdict == "fail":
                row.append(last)
            elif row and number > row[0]:
                row = []
        recent = self.recent()
        return len(row) >= IN_A_ROW or (len(recent) >= MINIMUM and recent.count("fail") >= RATE * len(recent))

    def is_slow(self) -> bool:
        recent = self.recent()
        return len(recent) >= MINIMUM and recent.count("slow") >= SLOW_RATE * len(recent)

    def recent(self) -> list[str]:
        return [
            verdict for at, *_, verdict in self.results if self.now - at <= WINDOW and verdict != "ignore"
        ]

    def force(self, state: str, reason: Reason) -> None:
        self.opened, self.reason = 0, reason
        self.change(state, self.now)

    def leave_to_itself(self) -> None:
        self.opened, self.reason, self.results = 0, None, []
        if self.state != "closed":
            self.change("closed", self.now)

    def open(self, reason: Reason) -> None:
        wait = OPEN_FOR
        for _ in range(self.opened):
            wait = min(2 * wait, OPEN_AT_MOST)
        self.opened += 1
        self.until = self.now + int(wait * (1 + JITTER * self.random))
        self.reason = reason
        self.change("open", self.now)

    def limits(self) -> list[int]:
        """When something changes by itself."""
        if self.state == "open":
            return [self.until]
        if self.canary is not None:
            return [self.canary_sent + LEASE]
        return [at + WINDOW for at, *_ in self.results]

    def next_process(self, clock_jump: int) -> None:
        """What is left for the breaker that is restored after the clock was set by so many ticks."""
        self.now += clock_jump
        self.calls, self.results, self.canary, self.good_canaries, self.told = set(), [], None, 0, []
        if self.state != "closed":  # of a forced state nothing is left
            self.state = "open"
            if self.until - self.now > OPEN_AT_MOST * (1 + JITTER):
                self.until = self.now

"""What a chain promises, told a second time: one world without tasks, whose clock is a number.

Events are plain tuples, so that they compare with those of the chain as it is.
"""

import math
from collections.abc import Generator
from contextlib import closing
from typing import Any

from speech.breaker import State
from tests.speech.chain_actors import Actors, Broke, later
from tests.speech.chain_scenario import PATIENCE, RATE

Event = tuple[Any, ...]


class World(Actors):
    """Speaks a scenario."""

    takes_back = False
    """Whether what came out wrong is dropped, though it was given"""

    def voice(self, entry: int) -> int:
        return 0 if self.scenario.recalls and entry == 1 else entry

    def maker(self, voice: int) -> int:
        return self.scenario.entries[1 if self.scenario.recalls and voice == 0 else voice]

    def recalls(self, entry: int) -> bool:
        return self.scenario.recalls and entry == 0

    def why_not(self, entry: int) -> str | None:
        actor = self.scenario.entries[entry]
        if not self.scenario.actors[actor].ready:
            return "absent"
        if actor not in self.unguarded and not self.doors[actor].lets_in:
            return self.doors[actor].reason
        return "bad_voice" if len(self.wrong[actor]) == 3 else None

    def doubt(self, entry: int, sentence: int) -> str | None:
        """Why this sentence is better spoken by another one."""
        failed_at = self.scenario.entries[entry], self.scenario.texts[sentence]
        return None if self.recalls(entry) else self.doubted.get(failed_at)

    def speak(self, start_at: int, why: str | None, whole: float) -> Generator[Event]:
        """All events of one utterance. Closing it is the listener who leaves."""
        scenario = self.scenario
        finish_by = self.now + whole
        plays_until, position, speaker = 0.0, start_at, None
        stopped = failure = None
        ledger: list[Event] = []
        for sentence in range(len(scenario.texts)):
            characters = sum(map(len, scenario.texts[sentence:]))
            start_by = max(self.now, plays_until) + scenario.first_audio
            heard = done = False
            queue = list(range(position, len(scenario.entries)))
            tried, before = list[int](), list[int]()
            resorts: list[int] | None = None
            once, again, entry = set[int](), False, position
            while not done:
                if queue or again:
                    entry = entry if again else queue.pop(0)
                    actor = scenario.entries[entry]
                    reason = self.why_not(entry) or self.doubt(entry, sentence)
                    if again:
                        reason = None if actor in self.unguarded or self.doors[actor].lets_in else "open"
                    limits = None
                    if not reason:
                        limits = self.limits(entry, start_by, finish_by, characters, tried)
                    if again and not limits:
                        again = False
                        continue
                    if not reason and not limits:
                        reason = "too_late"
                        self.for_later.append((entry, sentence))
                    if not limits:
                        if not self.recalls(entry):
                            failure, why = reason, why or reason
                            stopped = reason if self.voice(entry) == speaker else stopped
                        continue
                    alone = {scenario.entries[other] for other in (entry, *queue)} == set(before)
                    patience, guarded = PATIENCE if alone else 0.0, actor not in self.unguarded
                    tried, before = [*tried, entry], [actor]
                else:
                    if resorts is None:
                        resorts = self.last_resorts(tried)
                    if not resorts:
                        break
                    entry, limits, patience = resorts.pop(0), (math.inf, math.inf), PATIENCE
                    if not self.may_be_last(entry):
                        continue
                    actor = scenario.entries[entry]
                    guarded = self.doors[actor].lets_in
                voice, played_until, again = self.voice(entry), plays_until, False
                samples, last = 0, 0
                try:
                    for sound in self.attempt(actor, sentence, limits, patience, guarded):
                        if not samples:
                            if speaker is not None and stopped and (heard or speaker != voice):
                                yield ("takeover", sentence, self.maker(speaker), self.maker(voice), stopped)
                            speaker = voice
                            yield ("start", sentence, voice, actor, why if voice else None)
                        samples, last = samples + sound, sound
                        plays_until = max(plays_until, self.now) + sound / RATE
                        yield ("sound", actor, self.calls[actor], sound)
                    done = True
                    why = why if voice else None
                    ledger.append((sentence, actor, samples, why if voice else None, heard))
                except Broke as problem:
                    if not self.recalls(entry) or samples:
                        if problem.reason == "too_late":
                            self.for_later.append((entry, sentence))
                        failure, why = problem.reason, why or problem.reason
                        stopped = problem.reason if voice == speaker else stopped
                        # What makes no audio at all knows no dice.
                        another_take = problem.verdict == "content" and problem.reason != "no_audio"
                        if another_take and entry not in once and not heard:
                            once.add(entry)
                            again = bool(queue or resorts is None) and (not samples or self.takes_back)
                            if again:
                                samples, plays_until = 0, played_until
                    heard = heard or samples > 0
                    if heard and not scenario.repeat_heard:
                        break
                    if samples:
                        yield ("sound", actor, 0, min(last, RATE // 50))
            if not done:
                yield ("incomplete", tuple(ledger), failure)
                return
            assert speaker is not None
            position = speaker
        yield ("complete", tuple(ledger), None)

    def last_resorts(self, tried: list[int]) -> list[int]:
        """Who was not asked, from the end of the chain; then the last one, if that was."""
        if not self.scenario.last_resort:
            return []
        able = [entry for entry in reversed(range(len(self.scenario.entries))) if self.may_be_last(entry)]
        again = able[:1] if able[:1] and able[0] in tried else []
        return [entry for entry in able if entry not in tried] + again

    def may_be_last(self, entry: int) -> bool:
        actor = self.scenario.entries[entry]
        forced = self.doors[actor].state is State.FORCED_OPEN
        return self.scenario.actors[actor].ready and not self.recalls(entry) and not forced

    def limits(
        self, entry: int, start_by: float, finish_by: float, characters: int, tried: list[int]
    ) -> tuple[float, float] | None:
        """Seconds for the first sound and for all, less what those behind may need; None: too late."""
        others = range(entry + 1, len(self.scenario.entries))
        behind = [other for other in others if not self.why_not(other) and not self.recalls(other)]
        actors = [self.scenario.actors[self.scenario.entries[each]] for each in (*behind, entry)]
        reserves = [max(0.25, 2 * actor.estimate) for actor in actors]
        if self.recalls(entry):
            return math.inf, math.inf
        if not behind and self.scenario.last_resort:
            if last := set(self.last_resorts(tried)) - {entry, *tried}:
                actors = [self.scenario.actors[self.scenario.entries[each]] for each in last]
                for_them = sum(min(0.5, max(0.25, 2 * actor.estimate)) for actor in actors)
                return max(start_by - self.now - for_them, min(reserves[-1], 0.5)), math.inf
            return math.inf, math.inf
        whole = sum(max(0.25, 2 * self.needs(other, characters)) for other in behind)
        left, finish = start_by - self.now - sum(reserves[:-1]), finish_by - self.now - whole
        needs = self.needs(entry, characters)
        if later(needs, finish):
            if not behind or min(self.needs(other, characters) for other in behind) < needs:
                return None
            # Nobody would be whole any sooner.
            finish = max(finish, finish_by - self.now)
        return None if later(1.25 * actors[-1].estimate, left) else (left, finish)

    def needs(self, entry: int, characters: int) -> float:
        actor = self.scenario.actors[self.scenario.entries[entry]]
        return actor.estimate + characters * 0.07 * actor.factor

    def whole_file(self) -> Event:
        """One voice from its first sentence to its last; begun four times at most."""
        entry, why = 0, None
        self.takes_back = True
        end = self.now + self.scenario.whole
        for _ in range(4):
            takes: dict[int, list[Event]] = {}
            with closing(self.speak(entry, why, end - self.now)) as events:
                first = None
                for event in events:
                    if event[0] == "start":
                        _, sentence, voice, _, substitute = event
                        if sentence > 0 and voice != first:
                            entry, why = voice, substitute
                            break
                        first, takes[sentence] = voice, []
                    elif event[0] == "sound":
                        takes[max(takes)].append(event)
                    elif event[0] in ("complete", "incomplete"):
                        if event[0] == "incomplete":
                            return ("failed", event[2])
                        sounds = tuple(sound for take in takes.values() for sound in take)
                        # What broke is not in the file.
                        return (first, sounds, tuple((*row[:4], False) for row in event[1]))
        return ("failed", "unsteady")

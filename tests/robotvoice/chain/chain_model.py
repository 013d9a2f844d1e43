"""What a chain promises, told a second time: one world without tasks, whose clock is a number.

Events are plain tuples, so that they compare with those of the chain as it is.
"""

import math
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

from robotvoice.chain.breaker import State
from tests.robotvoice.chain.chain_actors import Actors, Broke, later
from tests.robotvoice.chain.chain_scenario import PATIENCE, RATE

Event = tuple[Any, ...]


class World(Actors):
    """Speaks a scenario."""

    one_voice = False
    """Whether all is made before any of it is heard: what came out wrong is dropped, though it was given"""

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
        actor = self.scenario.entries[entry]
        failed_at = actor, self.given(actor, sentence)
        return None if self.recalls(entry) else self.doubted.get(failed_at)

    def unread(self, entry: int, sentences: Sequence[int]) -> list[int]:
        """Of each sentence how many kinds of letters are not read: 1,000 if nothing is left of it."""
        actor = self.scenario.actors[self.maker(self.voice(entry))]
        read = [actor.legible(self.scenario.texts[sentence]) for sentence in sentences]
        return [len(each.left_out) if each.text else 1000 for each in read]

    def readers(self, sentences: Sequence[int]) -> list[int]:
        """Who reads any of it, the best first."""
        unread = {each: self.unread(each, sentences) for each in range(len(self.scenario.entries))}
        return sorted(
            (each for each in unread if min(unread[each]) < 1000), key=lambda each: sum(unread[each])
        )

    def order(self, sentences: Sequence[int], position: int | None) -> list[int]:
        readers = self.readers(sentences)
        if self.one_voice and position in readers:
            return readers[readers.index(position) :]
        return [each for each in readers if each >= (position or 0)]

    def surpassed(self, sentences: Sequence[int], position: int | None) -> list[int]:
        """Who reads less than somebody else, or nothing."""
        entries, readers = range(len(self.scenario.entries)), self.readers(sentences)
        least = min(sum(self.unread(each, sentences)) for each in entries)
        return [
            each
            for each in entries[0 if self.one_voice else position or 0 :]
            if not self.recalls(each) and (each not in readers or sum(self.unread(each, sentences)) > least)
        ]

    def speak(self, start_at: int | None, why: str | None, whole: float) -> Generator[Event]:
        """All events of one utterance. Closing it is the listener who leaves."""
        scenario = self.scenario
        finish_by = self.now + whole
        plays_until, position, speaker = 0.0, start_at, None
        stopped = failure = unread = back_to = skipped = None
        ledger: list[Event] = []

        def failed(voice: int, reason: str) -> None:
            nonlocal stopped, failure, unread, back_to, why
            failure = reason
            stopped = reason if voice == speaker else stopped
            if reason != "script":
                why = why or reason
            elif back_to is None or voice < back_to:
                unread, back_to = reason, voice

        everything = range(len(scenario.texts))
        for sentence in everything:
            unread = back_to = None
            together = everything if self.one_voice else [sentence]
            characters = sum(map(len, scenario.texts[sentence:]))
            start_by = max(self.now, plays_until) + scenario.first_audio
            heard = done = broken = False
            for entry in self.surpassed(together, position):
                failed(self.voice(entry), self.why_not(entry) or "script")
            queue = self.order(together, position)
            order, readers = tuple(queue), self.readers([sentence])
            tried, before = list[int](), list[int]()
            resorts: list[int] | None = None
            once, again, entry = set[int](), False, 0
            while not done:
                if queue or again:
                    entry = entry if again else queue.pop(0)
                    actor = scenario.entries[entry]
                    if self.recalls(entry) and entry not in readers:
                        continue
                    reason = self.why_not(entry) or self.doubt(entry, sentence)
                    if again:
                        reason = None if actor in self.unguarded or self.doors[actor].lets_in else "open"
                    limits = None
                    if not reason:
                        behind = order[order.index(entry) + 1 :]
                        limits = self.limits(entry, behind, start_by, finish_by, characters, tried)
                    if again and not limits:
                        again = False
                        continue
                    if not reason and not limits:
                        reason = "too_late"
                        if entry in readers:
                            self.for_later.append((entry, sentence))
                    if not reason and entry not in readers:
                        failed(self.voice(entry), "script")
                        break
                    if not limits or reason:
                        if reason and not self.recalls(entry):
                            failed(self.voice(entry), reason)
                        continue
                    alone = {scenario.entries[other] for other in (entry, *queue)} == set(before)
                    patience, guarded = PATIENCE if alone else 0.0, actor not in self.unguarded
                    tried, before = [*tried, entry], [actor]
                else:
                    if resorts is None:
                        resorts = self.last_resorts(together, tried)
                    if not resorts:
                        break
                    entry, limits, patience = resorts.pop(0), (math.inf, math.inf), PATIENCE
                    if not self.may_be_last(entry):
                        continue
                    if entry not in readers:
                        failed(self.voice(entry), "script")
                        break
                    actor = scenario.entries[entry]
                    guarded = self.doors[actor].lets_in
                voice, played_until, again = self.voice(entry), plays_until, False
                samples, last = 0, 0
                try:
                    for sound in self.attempt(actor, sentence, limits, patience, guarded):
                        if not samples:
                            if speaker is not None and (speaker != voice or (stopped and heard)):
                                reason = stopped or "back"
                                yield ("takeover", sentence, self.maker(speaker), self.maker(voice), reason)
                            speaker, stopped = voice, None
                            yield ("start", sentence, voice, actor, (why or unread) if voice else None)
                        samples, last = samples + sound, sound
                        plays_until = max(plays_until, self.now) + sound / RATE
                        yield ("sound", actor, self.calls[actor], sound)
                    done = True
                    why = why if voice else None
                    ledger.append((sentence, actor, samples, (why or unread) if voice else None, heard))
                except Broke as problem:
                    if not self.recalls(entry) or samples:
                        if problem.reason == "too_late":
                            self.for_later.append((entry, sentence))
                        broken = True
                        failed(voice, problem.reason)
                        # What makes no audio at all knows no dice.
                        another_take = problem.verdict == "content" and problem.reason != "no_audio"
                        if another_take and entry not in once and not heard:
                            once.add(entry)
                            again = bool(queue or resorts is None) and (not samples or self.one_voice)
                            if again:
                                samples, plays_until = 0, played_until
                    heard = heard or samples > 0
                    if heard and not scenario.repeat_heard:
                        break
                    if samples:
                        yield ("sound", actor, 0, min(last, RATE // 50))
            all_read = len(readers) == len(scenario.entries)
            if not done and unread and not (heard or broken or all_read):
                skipped = unread
                continue
            if not done:
                yield ("incomplete", tuple(ledger), failure)
                return
            assert speaker is not None
            position = speaker if back_to is None or self.one_voice else min(speaker, back_to)
        if skipped and not ledger:
            yield ("incomplete", (), skipped)
        else:
            yield ("complete", tuple(ledger), None)

    def last_resorts(self, sentences: Sequence[int], tried: list[int]) -> list[int]:
        """Who was not asked, from the end of the chain; then the last one, if that was."""
        if not self.scenario.last_resort:
            return []
        last_first = reversed(self.readers(sentences))
        able = [entry for entry in last_first if self.may_be_last(entry)]
        able.sort(key=lambda entry: sum(self.unread(entry, sentences)))
        again = able[:1] if able[:1] and able[0] in tried else []
        return [entry for entry in able if entry not in tried] + again

    def may_be_last(self, entry: int) -> bool:
        actor = self.scenario.entries[entry]
        forced = self.doors[actor].state is State.FORCED_OPEN
        return self.scenario.actors[actor].ready and not self.recalls(entry) and not forced

    def limits(
        self,
        entry: int,
        after: Sequence[int],
        start_by: float,
        finish_by: float,
        characters: int,
        tried: list[int],
    ) -> tuple[float, float] | None:
        """Seconds for the first sound and for all, less what those behind may need; None: too late."""
        behind = [other for other in after if not self.why_not(other) and not self.recalls(other)]
        actors = [self.scenario.actors[self.scenario.entries[each]] for each in (*behind, entry)]
        reserves = [max(0.25, 2 * actor.estimate) for actor in actors]
        if self.recalls(entry):
            return math.inf, math.inf
        if not behind and self.scenario.last_resort:
            everybody = range(len(self.scenario.entries))
            if last := [each for each in everybody if self.may_be_last(each) and each not in (entry, *tried)]:
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
        entry = why = None
        self.one_voice = True
        end = self.now + self.scenario.whole
        for _ in range(4):
            takes: dict[int, list[Event]] = {}
            with closing(self.speak(entry, why, end - self.now)) as events:
                first = None
                for event in events:
                    if event[0] == "start":
                        _, sentence, voice, _, substitute = event
                        if set(takes) - {sentence} and voice != first:
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

"""Faults that are put into the chain one at a time: by module, what is replaced in its source and by what."""

from collections.abc import Mapping

Mutants = Mapping[str, tuple[str, str]]

MUTANTS: Mapping[str, Mutants] = {
    "fallback": {
        "a takeover goes on with the next sentence": ("if finished and chunk:", "if chunk:"),
        "the utterance goes back to who failed": (
            "            run.position = run.speaker if run.back_to is None or one_voice "
            "else min(run.speaker, run.back_to)\n",
            "",
        ),
        "who did not read a sentence never goes on":
            ("run.back_to is None or one_voice", "True"),
        "who did not read a sentence of a file goes on":
            ("run.back_to is None or one_voice", "run.back_to is None"),
        "who did not read a sentence is another one's excuse":
            ("if reason.code != CANNOT_READ:", "if True:"),
        "who came last of those that do not read goes on":
            ("elif self.back_to is None or voice < self.back_to:", "else:"),
        "what was not read once is why for ever": ("self.unread = self.back_to = None", "pass"),
        "what nobody reads ends the text":
            ("not (heard or broken or self._candidates.all_read(sentence)):", "False:"),
        "what broke is left out as if nobody read it":
            ("not (heard or broken or self", "not (self"),
        "what everybody reads some of may be left out": (" or self._candidates.all_read(sentence)", ""),
        "a text that nobody reads is told as spoken": ("if skipped and not ledger:", "if False:"),
        "who goes on after a sentence is not told": ("(other or (run.stopped and heard))",
            "run.stopped and (other or heard)"),
        "why the speaker stopped once is told for ever":
            ("run.speaker, run.stopped = voice, None", "run.speaker = voice"),
        "each sentence of a file is for who reads it best":
            ("one_voice=True) if one_voice else None", "one_voice=True) if False else None"),
        "the caller's start is not kept": ("_Run(start_at, why)", "_Run(0, why)"),
        "the caller's reason is not kept": ("_Run(start_at, why)", "_Run(start_at, None)"),
        "the last problem is told instead of the first":
            ("self.why = self.why or reason", "self.why = reason"),
        "why it ended is the first problem":
            ("self.failure = reason", "self.failure = self.failure or reason"),
        "a takeover names who was passed over": ("if voice == self.speaker:", "if True:"),
        "a takeover is not told": ("yield TakenOver(", "(lambda *_: None)("),
        "a repeat by the same voice is not told":
            ("(other or (run.stopped and heard))", "other"),
        "sound breaks off without a fade": ("yield faded(chunk)", "pass"),
        "who has its own substitutes hears a sentence twice": ("if heard and not repeat_heard:", "if False:"),
        "what was heard is forgotten by the next try":
            ("heard = heard or samples > 0", "heard = samples > 0"),
        "a ledger row says it was whole": ("repeated=repeated,", "repeated=False,"),
        "a ledger row counts one chunk": ("samples += chunk.samples", "samples = chunk.samples"),
        "a ledger row counts what broke": (
            "chunk = None\n                samples = 0",
            "chunk = None\n                samples = samples if heard else 0",
        ),
        "what is not held is a problem": ("if entry.recalls and not samples:", "if False:"),
        "what breaks off while it is recalled is nothing":
            ("if entry.recalls and not samples:", "if entry.recalls:"),
        "what came too late is not made for later": ("entry.make_for_later(sentence)", "pass"),
        "what came out wrong is not tried again": ("again.add(index)", "pass"),
        "what was heard before is tried again": ("index not in once and not heard", "index not in once"),
        "what was given is never taken back":
            ("not samples or take_back(sentence.index)", "not samples"),
        "what was given is tried again": ("not samples or take_back(sentence.index)", "True"),
        "what went wrong once is why for ever": ("            self.why = None\n", "            pass\n"),
        "the whole budget begins anew with each sentence":
            ("first_audio, finish_by, left)", "first_audio, clock() + budget.whole, left)"),
        "what is left of the text never shrinks": ("left -= len(sentence.text)", "pass"),
        "what is not played yet is no time": ("max(clock(), run.plays_until)", "clock()"),
        "sound that plays is counted from the start":
            ("max(self.plays_until, now) + chunk", "self.plays_until + chunk"),
    },
    "candidates": {
        "an open entry is asked":
            ("why_not = entry.readiness().reason", "why_not = entry.engine.readiness(entry.voice).reason"),
        "who reads less is not told": ("if legibility.is_surpassed(index) and", "if False and"),
        "who cannot be asked does not read": ("entry.readiness().reason or legibility.why", "legibility.why"),
        "who began first tells that it reads less": ("0 if whole else position or 0", "position or 0"),
        "who failed tells that it reads less": ("0 if whole else position or 0", "0"),
        "a file changes its voice for a sentence":
            ("elif not why_not and not alone.is_read_by(index):", "elif False:"),
        "who would be too late leaves out what it does not read": (
            "if not why_not and limits is None:",
            "if not why_not and limits is None and alone.is_read_by(index):",
        ),
        "what is not read is made for later": ("if alone.is_read_by(index):", "if True:"),
        "what holds nothing leaves a sentence out":
            ("if entry.recalls and not alone.is_read_by(index):", "if False:"),
        "the last resort changes the voice of a file": ("if not alone.is_read_by(index):", "if False:"),
        "the last resort is who reads least":
            ("key=lambda index: legibility.lost[index]", "key=lambda index: 0"),
        "last resort missing": ("if not self._last_resort:\n            return", "return"),
        "last resort though nobody wants one": ("if not self._last_resort:\n            return", "pass"),
        "the last resort past an open breaker is refused":
            (".acquire() or UNGUARDED", ".acquire()\n                if not permit: return"),
        "the last resort is not counted by a closed breaker":
            (".acquire() or UNGUARDED", ".acquire() and UNGUARDED or UNGUARDED"),
        "what went wrong a moment ago is tried with the same voice":
            (" or entry.doubt(sentence).reason", ""),
        "what came out wrong is tried again though it would be too late": (
            "again.discard(index)\n"
            "                limits = self._limits(index, behind, sentence, due, tried)",
            "again.discard(index)",
        ),
        "who was forced open is the last resort": ("not (entry.recalls or forced)", "not entry.recalls"),
        "what only recalls is the last resort": ("not (entry.recalls or forced)", "not forced"),
        "budget not split":
            ("first_audio = due.start_by - now - sum(", "first_audio = due.start_by - now - 0 * sum("),
        "the last resort has no part of the budget":
            ("left = due.start_by - now - sum(", "left = due.start_by - now - 0 * sum("),
        "whole budget not split": ("due.finish_by - now - sum(", "due.finish_by - now - 0 * sum("),
        "reserve missing": ("return max(RESERVE, 2 *", "return max(0.0, 2 *"),
        "who is slow is waited for beyond the time there is":
            ("min(_reserve(entry, sentence), A_MOMENT)", "_reserve(entry, sentence)"),
        "reserve is not of the slow": ("max(RESERVE, 2 * _estimate(entry, sentence))", "RESERVE"),
        "who is not ready has a reserve":
            ("if not other.recalls and other.readiness()]", "if not other.recalls]"),
        "estimate ignored": ("FAIR * starts > first_audio", "0.0 > first_audio"),
        "who could only just be in time is asked": ("FAIR * starts > first_audio", "starts > first_audio"),
        "the whole answer is not estimated": (" or (ends > finish and quicker)", ""),
        "who is as slow takes a whole file over": ("(ends > finish and quicker)", "ends > finish"),
        "the real-time factor is ignored": ("due.seconds_of_audio * factor", "0"),
        "the last one has no more time than the others":
            ("entry.recalls or not (behind or not self._last_resort)", "entry.recalls"),
        "who has substitutes waits for what comes too late":
            ("not (behind or not self._last_resort)", "not behind"),
        "who was passed over for time is not made for later": ("entry.make_for_later(sentence)", "pass"),
        "who was passed over is not told": ("passed_over(self.voice_of(index), why_not)", "pass"),
        "who recalls is told as passed over": ("if why_not and not entry.recalls:", "if why_not:"),
        "who recalls is another voice":
            ("index - 1 if index and self._entries[index - 1].recalls else index", "index"),
        "patience though somebody is behind": ("self._patience if nobody_else else 0.0", "self._patience"),
        "no patience with who has nobody behind": ("self._patience if nobody_else else 0.0", "0.0"),
        "no patience with the last resort":
            ("Limits(stall=self._stall, patience=self._patience)", "Limits(stall=self._stall)"),
    },
    "legibility": {
        "the first one speaks whatever it reads":
            ("sorted(some, key=lambda entry: self.lost[entry])", "list(some)"),
        "who reads nothing is asked":
            ("some = filter(self.is_read_by, range(len(by_entry)))", "some = range(len(by_entry))"),
        "the list begins behind who speaks": ("if entry >= position]", "if entry > position]"),
        "who failed before is asked for what it reads best": ("if entry >= position]", "]"),
        "a file begins with who reads less": ("return self.ranked[self.ranked.index(position) :]", "pass"),
        "a file goes back to who failed":
            ("self.ranked[self.ranked.index(position) :]", "self.ranked"),
        "each script is as bad as all": ("len(read.left_out) if", "bool(read.left_out) if"),
        "who reads as much is surpassed": ("> min(self.lost)", ">= min(self.lost)"),
        "who reads nothing is not surpassed": ("not self.is_read_by(entry) or self.lost", "self.lost"),
    },
    "guarded": {
        "half-open lets users through": (
            "breaker.state not in LETS_USERS_THROUGH",
            "breaker.state not in {*LETS_USERS_THROUGH, State.HALF_OPEN}",
        ),
        "forced open is not seen": ("self.breaker.state is State.FORCED_OPEN", "False"),
    },
    "attempt": {
        "breaker permit of a good try not settled":
            ("    permit.ok(slow=heard", "    (lambda slow: 0)(slow=heard"),
        "breaker permit of a failure not settled":
            ("permit.fail(Reason(failure.reason, failure.message))", "pass"),
        "breaker permit of a crash not settled": ("permit.fail(reason)", "pass"),
        "breaker permit settled twice": ("permit.fail(reason)", "permit.fail(reason), permit.ignore()"),
        "breaker permit of who left not settled":
            ("# The client left: nobody's failure.\n        permit.ignore()", "pass"),
        "who left counts as a failure": (
            "# The client left: nobody's failure.\n        permit.ignore()",
            'permit.fail(Reason("left", "the client left"))',
        ),
        "a refusal is counted": (
            "except EngineUnavailable:\n        permit.ignore()",
            'except EngineUnavailable:\n        permit.fail(Reason("busy", "it was busy"))',
        ),
        "a failure is not counted":
            ("permit.fail(Reason(failure.reason, failure.message))", "permit.ignore()"),
        "who is forbidden is asked again":
            ("permit.forbid(Reason(forbidden.reason, forbidden.message))", "permit.ignore()"),
        "a sentence without sound is spoken":
            (
                'raise ContentFailure("no_audio", f"{engine.name} made no audio of a sentence", '
                "another_take=False)",
                "heard = 0.0",
            ),
        "what one text does wrong is its engine's fault":
            ("else:\n            permit.ignore()", "else:\n            permit.fail(reason)"),
        "a text that went well is doubted still": ("    blame.spoke(entry.voice, text, begun)\n", ""),
        "a slow call is not seen": ("slow=heard > SLOW * cap", "slow=False"),
        "a sign of life makes it slow": ("SLOW * cap and not engine.signs_of_life", "SLOW * cap"),
        "the first sound is not measured": ("entry.guarded.first_audio.add(heard)", "pass"),
        "the engine is not told until when": ("start_by=wait.sound_by", "start_by=math.inf"),
        "a listener who cannot wait is the engine's fault": (
            "if self._engine.signs_of_life or not self._fair or self._end_by <= self.sound_by:",
            "if False:",
        ),
        "a broken promise is nobody's fault": ("not self._fair or", "True or"),
        "who works and tells so is at fault":
            ("if self._engine.signs_of_life or not self._fair", "if not self._fair"),
        "an end that comes too late is at fault": (" or self._end_by <= self.sound_by:", ":"),
        "the cap holds inside a sentence":
            ("self._patience, self.sound_by = stall, math.inf", "self.sound_by = math.inf"),
        "the first sound is due inside a sentence":
            ("self._patience, self.sound_by = stall, math.inf", "self._patience = stall"),
        "an empty chunk is a sign of life of anybody":
            ("chunk.samples or self._engine.signs_of_life", "True"),
        "an empty chunk is no sign of life": ("chunk.samples or self._engine.signs_of_life", "chunk.samples"),
        "no stall is seen": ("wait.sounds(max(", "wait.sounds(100 * max("),
        "no cap": ("_Wait(engine, cap,", "_Wait(engine, 10 * cap,"),
    },
    "whole_file": {
        "a file that begins again keeps what was made":
            ("return _StartAgain(event.entry, event.substitute)", "first = event"),
        "a file begins again for nothing":
            ("and event.entry != first.entry and finished", "and event.entry != first.entry"),
        "a file that begins again does not say why":
            ("_StartAgain(event.entry, event.substitute)", "_StartAgain(event.entry, None)"),
        "a file that begins again begins with the first entry":
            ("_StartAgain(event.entry, event.substitute)", "_StartAgain(0, event.substitute)"),
        "what broke stays in the file":
            ("sentence, current = [], event.sentence", "current = event.sentence"),
        "what breaks inside a file is lost": ("finished += sentence", "finished += sentence[:1]"),
        "a file in part passes for a whole one":
            ("event.outcome is not Outcome.COMPLETE or first is None", "first is None"),
        "a file that begins again has all the time":
            ("Budget(whole=end - loop.time())", "Budget(whole=within)"),
        "a file is given up early": ("range(MAX_STARTS)", "range(1)"),
    },
    "ahead": {
        "nothing is made ahead": ("len(self._begun) >= AHEAD", "self._events"),
        "ahead without a bound": ("len(self._begun) >= AHEAD", "False"),
        "what broke unheard is heard": ("                self._drop()\n", "                pass\n"),
        "what was heard is not repeated": ("self._repeated.add(event.sentence)", "pass"),
        "all is repeated": ("row.sentence in self._repeated", "True"),
        "a takeover that was not heard is not told":
            ("if takeover and takeover.from_engine", "if False and takeover.from_engine"),
    },
    "failure_attribution": {
        "a text that came out wrong is not doubted":
            ("of_text.rests_until = now + rest_after(of_text.row, *TEXT_RESTS)", "pass"),
        "a text that went well has a rest": ("known.row, known.rests_until = 0, -math.inf", "pass"),
        "a voice is given a rest for one text":
            ("of_voice.failed[key[1]] = now", "of_voice.failed |= dict.fromkeys((1, 2, 3), now)"),
    },
    "silence_and_fade": {
        "sound ends with a click": ("sample * (count - 1 - at) // count", "sample"),
        "the fade is as long as the chunk":
            ("-last.format.frame_bytes * int(last.format.sample_rate * FADE) :", ":"),
    },
}  # fmt: skip

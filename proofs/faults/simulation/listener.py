"""A client's ear: what it heard, told from the sound alone, and when."""

from collections.abc import Sequence

from proofs.faults.answers import Answer, Rendition
from proofs.faults.simulation.sound import mark_of
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.sound.pcm import AudioChunk, samples_of
from robotvoice.utterance import Outcome


class Listener:
    """Hears one answer. A listener plays what comes at once and without a break, as far as that goes."""

    def __init__(self, texts: Sequence[str]) -> None:
        """The marks of `texts` differ."""
        self._sentence_of = {mark_of(text): index for index, text in enumerate(texts)}
        assert len(self._sentence_of) == len(texts)
        self.plays_until: float | None = None
        self.first_voiced: float | None = None
        self._heard: list[Rendition] = []
        self._now: Rendition | None = None
        self._announced = -1
        self._gaps = {True: 0.0, False: 0.0}
        self._takeovers = 0
        self._ended: Ended | None = None

    def hears(self, event: ChainEvent, now: float) -> None:
        match event:
            case SentenceStarted():
                self._close()
                self._announced = event.sentence
            case TakenOver():
                self._takeovers += 1
            case AudioChunk():
                self._sound(event, now)
            case Ended():
                self._close()
                self._ended = event

    def answer(self, now: float, outcome: Outcome | None = None) -> Answer:
        """`outcome` if no `Ended` told it."""
        self._close()
        if outcome is None:
            outcome = self._ended.outcome if self._ended else Outcome.ERROR
        return Answer(
            outcome,
            now,
            self.first_voiced,
            self._ended.spoken if self._ended else (),
            tuple(self._heard),
            self._takeovers,
            self._gaps[True],
            self._gaps[False],
        )

    def _sound(self, chunk: AudioChunk, now: float) -> None:
        values = samples_of(chunk.pcm)
        mark = next((value for value in values if value), 0)
        sentence = self._sentence_of.get(abs(mark), -1 if mark else self._announced)
        before = self._now
        fades = before is not None and sentence == -1 and values[-1] == 0
        if fades:
            self._played(chunk, now)
            self._close()
            return
        if before is None or (sentence, chunk.origin.engine) != (before.sentence, before.engine):
            self._close()
            before = Rendition(sentence, chunk.origin.engine, 0, False)
        if mark and self.first_voiced is None:
            self.first_voiced = now
        ends = values[-1] < 0
        self._now = Rendition(sentence, before.engine, before.samples + chunk.samples, ends)
        self._played(chunk, now)
        if ends:
            self._close()

    def _played(self, chunk: AudioChunk, now: float) -> None:
        if self.plays_until is not None and now > self.plays_until:
            inside = self._now is not None and self._now.samples > chunk.samples
            again = bool(self._heard) and not self._heard[-1].whole
            self._gaps[inside or again] = max(self._gaps[inside or again], now - self.plays_until)
        self.plays_until = max(self.plays_until or now, now) + chunk.format.seconds(chunk.samples)

    def _close(self) -> None:
        if self._now:
            self._heard.append(self._now)
        self._now = None

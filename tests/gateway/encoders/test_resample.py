"""Whatever made it, the gateway sends 24 kHz mono, not a sample lost between two chunks."""

from collections.abc import AsyncGenerator, Iterable

import numpy as np
import pytest

from gateway.encoders.resample import WireResampler, at_wire_rate, whole_at_wire_rate
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Outcome, Reason, Spoken

RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]
ORIGIN = Origin("tone", "")
DIED = Reason("died", "it died")


def tone(rate: int, seconds: float = 0.5, channels: int = 1, hertz: float = 440) -> bytes:
    wave = 10_000 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)
    return np.repeat(wave.astype("<i2"), channels).tobytes()


def cut(pcm: bytes, size: int) -> Iterable[bytes]:
    return (pcm[start : start + size] for start in range(0, len(pcm), size))


def fed(resampler: WireResampler, pieces: Iterable[bytes]) -> "np.typing.NDArray[np.int16]":
    return np.frombuffer(b"".join(map(resampler.feed, pieces)) + resampler.feed(b"", last=True), "<i2")


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("channels", [1, 2])
def test_the_sound_lasts_as_long_and_has_the_same_pitch(rate: int, channels: int) -> None:
    samples = fed(WireResampler(AudioFormat(rate, channels)), [tone(rate, channels=channels)])
    assert len(samples) == pytest.approx(12_000, abs=3)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) * 24_000 / len(samples) == pytest.approx(440, abs=3)
    assert np.abs(samples[1_000:-1_000].astype(int)).max() == pytest.approx(10_000, rel=0.03)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("size", [2, 500, 2_646])
def test_where_it_is_cut_makes_no_difference(rate: int, size: int) -> None:
    pcm = tone(rate, 0.1)
    whole = fed(WireResampler(AudioFormat(rate)), [pcm])
    pieces = fed(WireResampler(AudioFormat(rate)), cut(pcm, size))
    assert len(whole) == len(pieces)
    assert np.abs(whole.astype(int) - pieces).max() <= 4  # the noise that rounding is hidden in


def test_what_has_the_rate_already_is_not_touched() -> None:
    pcm = tone(24_000)
    assert fed(WireResampler(WIRE_FORMAT), cut(pcm, 1_000)).tobytes() == pcm


def test_two_channels_become_one_without_clipping() -> None:
    stereo = np.array([[32_767, 32_767], [-32_768, -32_768], [1_000, 3_000]], "<i2").tobytes()
    mono = fed(WireResampler(AudioFormat(24_000, 2)), [stereo])
    assert mono.tolist() == pytest.approx([32_767, -32_768, 2_000], abs=4)


def test_nothing_stays_nothing() -> None:
    for rate in RATES:
        assert len(fed(WireResampler(AudioFormat(rate)), [b"", b""])) == 0


def chunk(audio_format: AudioFormat, seconds: float = 0.1) -> AudioChunk:
    return AudioChunk(tone(audio_format.sample_rate, seconds), audio_format, ORIGIN)


async def told(*events: ChainEvent) -> list[ChainEvent]:
    async def chain() -> AsyncGenerator[ChainEvent, None]:
        for event in events:
            yield event

    return [event async for event in at_wire_rate(chain())]


def begin(sentence: int, audio_format: AudioFormat) -> SentenceStarted:
    return SentenceStarted(sentence, 0, ORIGIN, audio_format, None)


def ledger(*sentences: int) -> tuple[Spoken, ...]:
    return tuple(Spoken(sentence, "tone", "") for sentence in sentences)


def sent(events: list[ChainEvent]) -> int:
    """Samples, all of them in the wire's format."""
    chunks = [event for event in events if isinstance(event, AudioChunk)]
    assert {each.format for each in chunks} <= {WIRE_FORMAT}
    assert all(each.pcm for each in chunks)
    return sum(each.samples for each in chunks)


SLOW, FAST = AudioFormat(16_000), AudioFormat(22_050)


async def test_each_sentence_is_whole_before_the_next_begins_or_the_utterance_ends() -> None:
    events = await told(
        begin(0, SLOW), chunk(SLOW), begin(1, FAST), chunk(FAST), Ended(Outcome.COMPLETE, ledger(0, 1))
    )
    second = next(
        i for i, event in enumerate(events) if isinstance(event, SentenceStarted) and event.sentence
    )
    assert sent(events[:second]) == pytest.approx(2_400, abs=2)
    assert sent(events[second:]) == pytest.approx(2_400, abs=2)
    assert isinstance(events[-1], Ended)
    starts = [event for event in events if isinstance(event, SentenceStarted)]
    assert {start.format for start in starts} == {WIRE_FORMAT}


async def test_a_finished_sentence_is_whole_also_when_the_next_one_never_came() -> None:
    events = await told(begin(0, FAST), chunk(FAST), Ended(Outcome.INCOMPLETE, ledger(0), DIED))
    assert sent(events) == pytest.approx(2_400, abs=2)


async def test_of_a_sentence_that_broke_off_nothing_comes_after_the_break() -> None:
    events = await told(
        begin(0, FAST), chunk(FAST), TakenOver(0, "a", "b", DIED), begin(0, SLOW), chunk(SLOW),
        Ended(Outcome.COMPLETE, ledger(0)),
    )  # fmt: skip
    takeover = next(i for i, event in enumerate(events) if isinstance(event, TakenOver))
    assert 0 < sent(events[:takeover]) < 2_400
    assert sent(events[takeover:]) == pytest.approx(2_400, abs=2)
    broken = await told(begin(0, FAST), chunk(FAST), Ended(Outcome.INCOMPLETE, (), DIED))
    assert sent(broken) < 2_400


async def test_a_takeover_at_a_sentences_beginning_leaves_the_one_before_it_whole() -> None:
    events = await told(
        begin(0, FAST), chunk(FAST), TakenOver(1, "a", "b", DIED), begin(1, SLOW), chunk(SLOW),
        Ended(Outcome.COMPLETE, ledger(0, 1)),
    )  # fmt: skip
    takeover = next(i for i, event in enumerate(events) if isinstance(event, TakenOver))
    assert sent(events[:takeover]) == pytest.approx(2_400, abs=2)


async def test_closing_it_closes_the_chain() -> None:
    closed = []

    async def chain() -> AsyncGenerator[ChainEvent, None]:
        try:
            yield begin(0, SLOW)
            yield chunk(SLOW)
        finally:
            closed.append(True)

    events = at_wire_rate(chain())
    await anext(events)
    await events.aclose()
    assert closed


@pytest.mark.parametrize("rate", RATES)
async def test_a_whole_file_is_as_long_as_its_chunks(rate: int) -> None:
    pcm = await whole_at_wire_rate([chunk(AudioFormat(rate)) for _ in range(5)])
    assert len(pcm) // 2 == pytest.approx(12_000, abs=3)

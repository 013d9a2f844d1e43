"""Loudness is what BS.1770 says it is, and a voice is brought to a level without ever clipping."""

import math

import numpy as np
import pytest

from gateway.loudness.loudness_measure import (
    CEILING,
    MOST_GAIN,
    Leveller,
    gain_to,
    integrated_loudness,
    k_weighting,
)
from tests.gateway.clips.recordings import noise

RATES = [22_050, 24_000, 44_100, 48_000]


def sine(seconds: float, decibels: float = 0.0, rate: int = 48_000, hertz: float = 997.0) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    wave: np.ndarray = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * at)
    return wave


def pcm(samples: np.ndarray) -> bytes:
    raw: bytes = np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes()
    return raw


def levels(raw: bytes) -> np.ndarray:
    return np.frombuffer(raw, "<i2").astype(np.float64) / 32768


def test_the_filters_are_the_ones_that_bs_1770_prints_for_48_khz() -> None:
    shelf, high_pass = k_weighting(48_000)
    assert shelf.b == pytest.approx((1.53512485958697, -2.69169618940638, 1.19839281085285), abs=1e-12)
    assert shelf.a == pytest.approx((1.0, -1.69065929318241, 0.73248077421585), abs=1e-12)
    assert high_pass.b == (1.0, -2.0, 1.0)
    assert high_pass.a == pytest.approx((1.0, -1.99004745483398, 0.99007225036621), abs=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_a_full_scale_sine_of_997_hz_has_3_01_lufs_below_zero(rate: int) -> None:
    assert integrated_loudness(sine(20, rate=rate), rate) == pytest.approx(-3.01, abs=0.05)
    assert integrated_loudness(sine(20, -20, rate=rate), rate) == pytest.approx(-23.01, abs=0.05)
    if rate == 48_000:
        assert integrated_loudness(sine(20), rate) == pytest.approx(-3.01, abs=0.005)


def test_the_ear_hears_a_rumble_less_and_a_hiss_more() -> None:
    middle = integrated_loudness(sine(5, -20), 48_000)
    assert integrated_loudness(sine(5, -20, hertz=30), 48_000) < middle - 6
    assert integrated_loudness(sine(5, -20, hertz=5000), 48_000) == pytest.approx(middle + 3.3, abs=0.2)


def test_the_spectrum_filters_as_the_recursion_does() -> None:
    samples = noise(0.4, rate=8_000)[:, 0].astype(np.float64)
    filtered = samples
    for biquad in k_weighting(8_000):
        x, y = np.concatenate([[0.0, 0.0], filtered]), np.zeros(len(filtered) + 2)
        for n in range(2, len(x)):
            y[n] = sum(biquad.b[i] * x[n - i] for i in range(3)) - sum(biquad.a[i] * y[n - i] for i in (1, 2))
        filtered = y[2:]
    expected = -0.691 + 10 * math.log10(np.mean(filtered**2))
    assert integrated_loudness(samples, 8_000) == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_pauses_and_quiet_parts_do_not_count() -> None:
    """The gates, with the levels of the third and fourth case of EBU Tech 3341, in one channel."""
    loud = sine(60, -23)
    relative = np.concatenate([sine(10, -36), loud, sine(10, -36)])
    assert integrated_loudness(relative, 48_000) == pytest.approx(-26.01, abs=0.1)
    absolute = np.concatenate([sine(10, -72), relative, sine(10, -72)])
    assert integrated_loudness(absolute, 48_000) == pytest.approx(-26.01, abs=0.1)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.39, 0.4, 0.41])
def test_a_sound_shorter_than_a_block_is_as_loud_as_a_long_one(seconds: float) -> None:
    long = integrated_loudness(sine(5, -20, hertz=1000), 48_000)
    assert integrated_loudness(sine(seconds, -20, hertz=1000), 48_000) == pytest.approx(long, abs=0.1)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(1), np.zeros(48_000), sine(1, -80)])
def test_silence_has_no_loudness_and_gets_no_gain(samples: np.ndarray) -> None:
    loudness = integrated_loudness(samples, 48_000)
    assert loudness == -math.inf
    assert gain_to(-20, loudness) == 1.0


def test_with_its_gain_a_voice_has_the_loudness_that_is_wanted() -> None:
    for level in (0.02, 0.1, 0.3):
        samples = noise(2, level)[:, 0] * 0.5
        gain = gain_to(-26, integrated_loudness(samples))
        assert integrated_loudness(samples * gain) == pytest.approx(-26, abs=0.01)
    assert gain_to(-20, -60) == pytest.approx(10 ** (MOST_GAIN / 20))


def test_what_stays_below_the_ceiling_is_not_touched() -> None:
    raw = pcm(noise(1, 0.2)[:, 0] * 0.88)
    assert Leveller(1.0).feed(raw) == raw
    assert np.abs(levels(Leveller(0.5).feed(raw)) - levels(raw) / 2).max() < 1 / 32768


def test_no_sample_exceeds_the_ceiling_and_none_changes_its_sign() -> None:
    source = noise(2, 0.3)[:, 0]
    raw = pcm(source)
    limited = levels(Leveller(4.0).feed(raw))
    assert len(limited) == len(source)
    assert np.abs(limited).max() <= 10 ** (CEILING / 20)
    assert (limited * levels(raw) >= 0).all()


def test_after_a_peak_the_gain_comes_back() -> None:
    samples = np.full(24_000, 0.1)
    samples[1_000] = 0.9
    limited = levels(Leveller(2.0).feed(pcm(samples)))
    assert limited[999] == pytest.approx(0.2, abs=1e-4)
    assert limited[1_000] == pytest.approx(10 ** (CEILING / 20), abs=1e-4)
    assert limited[1_001] < 0.15
    assert limited[1_000 + 2_400] == pytest.approx(0.2, abs=1e-4)


@pytest.mark.parametrize("piece", [1, 333, 7_680])
def test_the_size_of_the_pieces_does_not_matter(piece: int) -> None:
    raw = pcm(noise(0.5, 0.3)[:, 0])
    whole = levels(Leveller(3.0).feed(raw))
    leveller = Leveller(3.0)
    pieces = b"".join(leveller.feed(raw[at : at + 2 * piece]) for at in range(0, len(raw), 2 * piece))
    assert leveller.feed(b"") == b""
    assert np.abs(levels(pieces) - whole).max() <= 1 / 32768


def test_each_sentence_begins_afresh() -> None:
    loud, soft = pcm(np.full(100, 0.9)), pcm(np.full(100, 0.1))
    tired = Leveller(2.0)
    tired.feed(loud)
    assert tired.feed(soft) != Leveller(2.0).feed(soft)
    assert levels(Leveller(2.0).feed(soft)) == pytest.approx(0.2, abs=1e-4)

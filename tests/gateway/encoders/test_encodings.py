"""Sound as files: FLAC to the sample, MP3 near enough, and long ones too."""

import io

import numpy as np
import pytest
import soundfile

from gateway.encoders.encodings import BLOCK, ENCODINGS, encode


@pytest.mark.parametrize("count", [1, 24_000, BLOCK, 2 * BLOCK + 1])
def test_a_flac_file_holds_every_sample(count: int) -> None:
    samples = np.random.default_rng(3).integers(-(2**15), 2**15, count).astype("<i2")
    sound, rate = soundfile.read(io.BytesIO(encode(samples.tobytes(), ENCODINGS["flac"])), dtype="int16")
    assert rate == 24_000
    assert np.array_equal(sound, samples)


def test_an_mp3_file_is_small_and_keeps_length_and_sound() -> None:
    samples = (8_000 * np.sin(np.arange(BLOCK + 24_000) * 2 * np.pi / 100)).astype("<i2")
    file = encode(samples.tobytes(), ENCODINGS["mp3"])
    sound, rate = soundfile.read(io.BytesIO(file), dtype="int16")
    assert (rate, sound.size) == (24_000, samples.size)
    assert len(file) < samples.nbytes / 4
    assert np.corrcoef(sound, samples)[0, 1] > 0.99


def test_what_this_machine_cannot_write_is_not_available(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(encoding.available for encoding in ENCODINGS.values())
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "FLAC": ""})
    assert [name for name, encoding in ENCODINGS.items() if encoding.available] == ["wav", "pcm", "flac"]

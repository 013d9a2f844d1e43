"""Sound is counted in whole frames, and a WAV file says its true length."""

import io
import struct
import sys
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.sound.pcm import (
    SAMPLE_WIDTH,
    WIRE_FORMAT,
    AudioChunk,
    AudioFormat,
    Origin,
    pcm_of,
    samples_of,
    wav_file,
)

STEREO = AudioFormat(48_000, channels=2)


def test_what_goes_over_a_wire_is_mono_at_24_khz() -> None:
    assert (WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels, WIRE_FORMAT.frame_bytes) == (24_000, 1, 2)


def test_samples_are_counted_per_channel() -> None:
    assert WIRE_FORMAT.samples(480) == 240
    assert STEREO.samples(480) == 120
    assert AudioChunk(bytes(480), STEREO, Origin("espeak", "en")).samples == 120


def test_half_a_frame_is_no_sample() -> None:
    assert WIRE_FORMAT.samples(3) == 1
    assert STEREO.samples(7) == 1


def test_a_second_has_as_many_samples_as_the_rate_says() -> None:
    assert WIRE_FORMAT.seconds(24_000) == 1.0
    assert STEREO.seconds(12_000) == 0.25


@given(st.binary(), st.sampled_from([8_000, 22_050, 24_000, 48_000]), st.sampled_from([1, 2]))
def test_a_wav_file_holds_what_was_put_in_and_says_how_to_read_it(
    pcm: bytes, sample_rate: int, channels: int
) -> None:
    audio_format = AudioFormat(sample_rate, channels)
    pcm = pcm[: audio_format.samples(len(pcm)) * audio_format.frame_bytes]
    with wave.open(io.BytesIO(wav_file(pcm, audio_format))) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (
            sample_rate,
            channels,
            SAMPLE_WIDTH,
        )
        assert wav.getnframes() == audio_format.samples(len(pcm))
        assert wav.readframes(wav.getnframes()) == pcm


@pytest.mark.parametrize("frames", [0, 1, 24_000])
def test_the_sizes_in_the_header_are_those_of_the_file(frames: int) -> None:
    file = wav_file(bytes(2 * frames), WIRE_FORMAT)
    assert (file[:4], file[8:16]) == (b"RIFF", b"WAVEfmt ")
    assert struct.unpack("<I", file[4:8])[0] == len(file) - 8
    assert struct.unpack("<I", file[40:44])[0] == len(file) - 44 == 2 * frames


@pytest.mark.parametrize("byte_order", ["little", "big"])
def test_samples_are_little_endian_whatever_this_machine_is(
    byte_order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = byte_order != sys.byteorder
    monkeypatch.setattr(sys, "byteorder", byte_order)
    expected = [1, -2, 300, -32768]
    swapped = [struct.unpack("<h", struct.pack(">h", each))[0] for each in expected]
    assert samples_of(struct.pack("<4h", *expected)).tolist() == (swapped if other else expected)
    assert samples_of(pcm_of(expected)).tolist() == expected
    assert pcm_of(swapped if other else expected) == struct.pack("<4h", *expected)

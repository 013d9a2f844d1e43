"""AIFF is read to the sample, and what is cut off, unfinished or another kind of sound is told as such."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engines.pyttsx3.aiff import read_aiff
from robotvoice.sound.pcm import AudioFormat
from tests.fakes.aiff_file import aifc, aiff, chunk, common, form, sound

SAMPLES = [0, 1, -1, 32767, -32768, 258]
PCM = struct.pack(f"<{len(SAMPLES)}h", *SAMPLES)


@pytest.mark.parametrize(
    "data",
    [aiff(SAMPLES), aifc(SAMPLES), aifc(SAMPLES, b"NONE"), aifc(SAMPLES, b"twos")],
    ids=["AIFF", "sowt", "NONE", "twos"],
)
def test_each_order_of_bytes_gives_the_same_samples(data: bytes) -> None:
    assert read_aiff(data) == (AudioFormat(22050), PCM)


@given(st.lists(st.integers(-32768, 32767)))
def test_every_sample_arrives(samples: list[int]) -> None:
    assert read_aiff(aiff(samples))[1] == struct.pack(f"<{len(samples)}h", *samples)


@pytest.mark.parametrize(
    ("extended", "hertz"),
    [
        ("400cfa00000000000000", 16000),
        ("400dbb80000000000000", 24000),
        ("400eac44000000000000", 44100),
        ("400ebb80000000000000", 48000),
        ("400dac45000000000000", 22050),
    ],
)
def test_the_sample_rate_is_read(extended: str, hertz: int) -> None:
    """The last one is half a hertz more: sample rates are whole."""
    rate = chunk(b"COMM", common(0, rate=bytes.fromhex(extended)))
    assert read_aiff(form(b"AIFF", rate, sound(b"")))[0] == AudioFormat(hertz)


def test_what_comes_after_the_frames_and_before_the_offset_is_no_sound() -> None:
    swapped = struct.pack(f">{len(SAMPLES)}h", *SAMPLES)
    data = form(b"AIFF", sound(swapped + b"after", offset=3), chunk(b"COMM", common(len(SAMPLES))))
    assert read_aiff(data)[1] == PCM


@given(st.data())
def test_a_file_that_is_cut_off_is_never_read_as_a_whole_one(data: st.DataObject) -> None:
    whole = aiff(SAMPLES)
    with pytest.raises(ValueError, match=r"\w"):
        read_aiff(whole[: data.draw(st.integers(0, len(whole) - 1))])


@given(st.binary())
def test_garbage_is_told_by_the_same_error(garbage: bytes) -> None:
    for data in (
        garbage,
        form(b"AIFF", garbage),
        form(b"AIFF", chunk(b"COMM", garbage), chunk(b"SSND", garbage)),
    ):
        try:
            read_aiff(data)
        except ValueError:
            continue
        assert len(garbage) >= 18


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"RIFF\0\0\0\0WAVE", "no AIFF"),
        (form(b"AIFF", sound(b"")), "no COMM"),
        (form(b"AIFF", chunk(b"COMM", common(0))), "no SSND"),
        (form(b"AIFF", chunk(b"COMM", common(2)), sound(b"\0\0")), "1 of 2 samples"),
        (form(b"AIFF", chunk(b"COMM", common(0, channels=2)), sound(b"")), "2 channels"),
        (form(b"AIFF", chunk(b"COMM", common(0, bits=24)), sound(b"")), "24 bits"),
        (form(b"AIFF", chunk(b"COMM", common(0, rate=bytes(10))), sound(b"")), "sample rate"),
        (form(b"AIFF", chunk(b"COMM", common(0, rate=b"\x7f\xff" * 5)), sound(b"")), "sample rate"),
        (aifc(SAMPLES, b"fl32"), "fl32"),
    ],
)
def test_what_cannot_be_used_is_named(data: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_aiff(data)

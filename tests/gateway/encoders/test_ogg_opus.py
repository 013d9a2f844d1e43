"""Ogg Opus while it is made: soon, whole, and as long as it says (C2)."""

import io
import struct

import numpy as np
import pytest
import soundfile

from gateway.encoders import ogg_opus
from gateway.encoders.encodings import ENCODINGS
from gateway.encoders.ogg_opus import OggOpus

FRAME = 2 * 24 * 20
"""Bytes of 20 ms"""


def tone(seconds: float) -> bytes:
    return (8_000 * np.sin(np.arange(round(seconds * 24_000)) * 2 * np.pi / 80)).astype("<i2").tobytes()


def pages(stream: bytes) -> list[int]:
    """The granule position of each page, in samples of 48 kHz."""
    found, at = [], 0
    while at < len(stream):
        magic, _, _, granule, _, _, _, segments = struct.unpack_from("<4sBBqIIIB", stream, at)
        assert magic == b"OggS"
        found.append(granule)
        at += 27 + segments + sum(stream[at + 27 : at + 27 + segments])
    return found


def test_the_first_of_it_can_be_sent_after_a_tenth_of_a_second() -> None:
    encoder = OggOpus()
    sent = b"".join(encoder.feed(tone(0.02)) for _ in range(5))
    assert pages(sent)[-1] > 0


@pytest.mark.parametrize("seconds", [0.01, 0.5, 3.0, 10.3])
def test_all_of_it_comes_and_a_reader_finds_its_true_length(seconds: float) -> None:
    encoder, pcm = OggOpus(), tone(seconds)
    sent = [encoder.feed(pcm[start : start + 7 * FRAME]) for start in range(0, len(pcm), 7 * FRAME)]
    whole = b"".join([*sent, encoder.end()])
    assert pages(whole)[-1] - 312 == pytest.approx(seconds * 48_000, abs=1), "behind a pre-skip of 6.5 ms"
    sound, rate = soundfile.read(io.BytesIO(whole), dtype="int16")
    assert (rate, sound.size) == (24_000, len(pcm) // 2)
    if seconds >= 0.5:
        assert np.corrcoef(sound, np.frombuffer(pcm, "<i2"))[0, 1] > 0.99
    assert len(whole) < 1_500 + len(pcm) / 5


def test_it_is_as_good_where_libsndfile_has_no_shorter_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """It only begins a second later."""
    monkeypatch.setattr(ogg_opus, "SET_PAGE_LATENCY", 0xFFFF)
    encoder = OggOpus()
    whole = encoder.feed(tone(3)) + encoder.end()
    assert soundfile.info(io.BytesIO(whole)).duration == 3.0
    assert ENCODINGS["opus"].available

"""A recording that cannot be cloned well is refused, or warned of, in words that say what to do."""

import hashlib

import numpy as np
import pytest

from gateway.clip import CLIP_RATE, Clip
from gateway.clip_checks import check_caller_clip, check_persona_clip, places_to_cut
from speech.errors import InvalidClip
from tests.gateway.recordings import noise, with_pauses


def refusal(samples: np.ndarray, clipped: float = 0.0) -> str:
    """What both kinds of clips are refused with."""
    told = set()
    for check in (check_persona_clip, check_caller_clip):
        with pytest.raises(InvalidClip) as caught:
            check(samples, len(samples) / CLIP_RATE, clipped)
        told.add(caught.value.message)
    (message,) = told
    return message


def test_a_good_clip_is_taken_as_it_is_with_half_a_second_of_silence() -> None:
    samples = noise(12)[:, 0]
    checked = check_persona_clip(samples, 12.0, 0.0)
    expected = np.concatenate([samples, np.zeros(CLIP_RATE // 2, np.float32)]).astype("<f4").tobytes()
    assert checked.clip == Clip(expected, 12.0, hashlib.sha256(expected).hexdigest())
    assert checked.warnings == ()
    assert check_caller_clip(samples, 12.0, 0.0) == checked


def test_a_persona_clip_that_is_too_long_is_refused_with_the_places_to_cut_it() -> None:
    samples = with_pauses(20, 2, 4, 8.2, 12.6, 14.8, 17)
    with pytest.raises(InvalidClip) as caught:
        check_persona_clip(samples, 20.0, 0.0)
    assert caught.value.message == (
        "the clip is 20.0 s long and may have 15 s; cut it in a pause, at 4, 8.2, 12.6 or 14.8 s, "
        "and leave in its transcript only what is still heard"
    )


@pytest.mark.parametrize(
    ("pauses", "told"),
    [
        ((), "no pause was found to cut it in, so record it again, shorter"),
        ((7,), "cut it in the pause at 7 s"),
    ],
)
def test_few_places_to_cut_are_told_as_they_are(pauses: tuple[float, ...], told: str) -> None:
    with pytest.raises(InvalidClip) as caught:
        check_persona_clip(with_pauses(16, *pauses), 16.0, 0.0)
    assert told in caught.value.message


def test_a_pause_is_quiet_for_a_while_even_if_the_room_is_not() -> None:
    samples = with_pauses(15, 5, 9)
    samples[round(7 * CLIP_RATE) : round(7.1 * CLIP_RATE)] = 0  # the closing of a `p`, not a pause
    room = noise(15, level=0.001)[:, 0]
    assert places_to_cut(samples + room) == (5.0, 9.0)


def test_a_callers_clip_that_is_too_long_is_cut_with_a_warning() -> None:
    samples = noise(20)[:, 0]
    checked = check_caller_clip(samples, 20.0, 0.0)
    assert checked.clip.seconds == 15.0
    assert checked.clip.samples == check_caller_clip(samples[: 15 * CLIP_RATE], 15.0, 0.0).clip.samples
    assert checked.warnings == (
        "the clip of 20.0 s was cut to its first 15 s; give a transcript of only what is still heard",
    )


def test_the_padding_of_an_mp3_of_just_15_seconds_is_no_offence() -> None:
    checked = check_persona_clip(noise(15.07)[:, 0], 15.07, 0.0)
    assert (checked.clip.seconds, len(checked.clip.samples)) == (15.0, 15.5 * 4 * 24_000)
    assert checked.warnings == ()


def test_a_short_clip_is_warned_of_and_a_very_short_one_refused() -> None:
    assert check_persona_clip(noise(3)[:, 0], 3.0, 0.0).warnings == (
        "the clip is 3.0 s long; with 10 to 15 s the voice comes nearer to its speaker",
    )
    assert refusal(noise(2.9)[:, 0]) == "the clip is 2.9 s long and needs 3 s; record 10 to 15 s of speech"


def test_silence_is_refused() -> None:
    assert refusal(noise(12, level=0.0001)[:, 0]) == (
        "the clip is silent; check the microphone and record it again"
    )


def test_a_clip_that_is_too_quiet_is_refused_with_its_level() -> None:
    assert refusal(noise(12, level=0.004)[:, 0]) == (
        "the clip is too quiet (-48 dBFS, needed are -45); record it again, nearer to the microphone"
    )
    assert check_persona_clip(noise(12, level=0.008)[:, 0], 12.0, 0.0).warnings == ()


def test_a_distorted_clip_is_refused_and_a_slightly_distorted_one_warned_of() -> None:
    samples = noise(12)[:, 0]
    assert refusal(samples, clipped=0.01) == (
        "the clip is distorted, 1.0% of it is at full scale; record it again at a lower level"
    )
    (warning,) = check_persona_clip(samples, 12.0, 0.002).warnings
    assert warning == "0.2% of the clip is at full scale; a recording at a lower level is better"

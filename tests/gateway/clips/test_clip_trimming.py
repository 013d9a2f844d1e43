"""A recording that cannot be cloned well is refused, or warned of, in words that say what to do."""

import hashlib

import numpy as np
import pytest

from gateway.clips.clip import CLIP_RATE, Clip
from gateway.clips.clip_trimming import check_caller_clip, check_persona_clip
from gateway.clips.measures import Recorded
from robotvoice.errors import InvalidClip
from tests.gateway.clips.recordings import noise, spoken, with_pauses


def file_of(samples: np.ndarray, **known: float) -> Recorded:
    return Recorded(len(samples) / CLIP_RATE, **known)  # type: ignore[arg-type]  # of whatever field


def refusal(samples: np.ndarray, clipped: float = 0.0) -> str:
    """What both kinds of clips are refused with."""
    told = set()
    for check in (check_persona_clip, check_caller_clip):
        with pytest.raises(InvalidClip) as caught:
            check(samples, file_of(samples, clipped=clipped))
        told.add(caught.value.message)
    (message,) = told
    return message


def warnings(samples: np.ndarray, clipped: float = 0.0) -> tuple[str, ...]:
    return check_persona_clip(samples, file_of(samples, clipped=clipped)).warnings


def test_a_good_clip_is_taken_as_it_is_with_half_a_second_of_silence() -> None:
    samples = spoken(12)[:, 0]
    checked = check_persona_clip(samples, file_of(samples))
    expected = np.concatenate([samples, np.zeros(CLIP_RATE // 2, np.float32)]).astype("<f4").tobytes()
    assert checked.clip == Clip(expected, 12.0, hashlib.sha256(expected).hexdigest())
    assert checked.findings == ()
    assert check_caller_clip(samples, file_of(samples)) == checked


def test_a_persona_clip_that_is_too_long_is_refused_with_the_places_to_cut_it() -> None:
    samples = with_pauses(20, 2, 4, 8.2, 12.6, 14.8, 17)
    with pytest.raises(InvalidClip) as caught:
        check_persona_clip(samples, file_of(samples))
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
    samples = with_pauses(16, *pauses)
    with pytest.raises(InvalidClip) as caught:
        check_persona_clip(samples, file_of(samples))
    assert told in caught.value.message


def test_a_pause_to_cut_in_is_quiet_for_a_while_even_if_the_room_is_not() -> None:
    samples = with_pauses(16, 5, 9)
    samples[round(7 * CLIP_RATE) : round(7.1 * CLIP_RATE)] = 0  # the closing of a `p`, not a pause
    samples += noise(16, level=0.006)[:, 0]
    with pytest.raises(InvalidClip, match="cut it in a pause, at 5 or 9 s,"):
        check_persona_clip(samples, file_of(samples))


def test_what_is_longer_than_what_is_decoded_gets_its_places_too() -> None:
    """X7: of a minute or an hour, whether the file tells its length or not."""
    samples = with_pauses(20, 4, 9)
    for file, length in ((Recorded(3600.0), "3600.0"), (Recorded(20.0, more=True), "more than 20.0")):
        with pytest.raises(InvalidClip, match=f"the clip is {length} s long .* at 4 or 9 s"):
            check_persona_clip(samples, file)


def test_a_callers_clip_that_is_too_long_is_cut_in_a_pause_with_a_warning() -> None:
    samples = with_pauses(22, 9, 13.5)
    checked = check_caller_clip(samples, file_of(samples))
    assert (checked.clip.seconds, checked.cut) == (13.5, True)
    assert checked.warnings[0] == (
        "the clip of 22.0 s was cut to its first 13.5 s, as it may have 15 s; "
        "cut it in a pause, at 9 or 13.5 s, to choose by yourself"
    )
    assert len(checked.warnings) == 1


def test_a_callers_clip_without_a_pause_is_cut_all_the_same() -> None:
    checked = check_caller_clip(spoken(20)[:, 0], Recorded(20.0))
    assert checked.clip.seconds == 15.0
    assert checked.warnings[0] == "the clip of 20.0 s was cut to its first 15.0 s, as it may have 15 s"


def test_the_padding_of_an_mp3_of_just_15_seconds_is_no_offence() -> None:
    samples = spoken(15.07)[:, 0]
    checked = check_persona_clip(samples, file_of(samples))
    assert (checked.clip.seconds, len(checked.clip.samples)) == (15.0, 15.5 * 4 * 24_000)
    assert checked.warnings == ()


def test_a_short_clip_is_warned_of_and_a_very_short_one_refused() -> None:
    told = "the clip is 3.0 s long; with 10 to 15 s the voice comes nearer to its speaker"
    assert warnings(spoken(3)[:, 0]) == (told,)
    told = "the clip is 2.9 s long and needs 3 s; record 10 to 15 s of speech"
    assert refusal(spoken(2.9)[:, 0]) == told


def test_silence_is_refused() -> None:
    told = "the clip is silent; check the microphone and record it again"
    assert refusal(noise(12, level=0.0001)[:, 0]) == told
    assert refusal(np.zeros(12 * CLIP_RATE, np.float32)) == told


def test_a_clip_that_is_too_quiet_is_refused_with_its_level() -> None:
    assert refusal(spoken(12, level=0.004)[:, 0]) == (
        "the clip is too quiet (-48 dBFS, needed are -45); record it again, nearer to the microphone"
    )
    assert warnings(spoken(12, level=0.008)[:, 0]) == ()


def test_a_distorted_clip_is_refused_and_a_slightly_distorted_one_warned_of() -> None:
    samples = spoken(12)[:, 0]
    told = "of it is cut off at its loudest; record it again at a lower level"
    assert refusal(samples, clipped=0.01) == f"the clip is distorted, 1.0% {told}"
    assert warnings(samples, clipped=0.002) == (f"the clip is distorted, 0.2% {told}",)

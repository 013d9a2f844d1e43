"""Each fault that ruins a clone is told by the check that is made for it, and a good recording by none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gateway.clips.recording_checks import CHECKS
from robotvoice.errors import InvalidClip
from tests.gateway.clips import made
from tests.gateway.clips.recordings import spoken


def voice(seconds: float = 12.0) -> np.ndarray:
    return spoken(seconds)[:, 0].astype(np.float64)


def with_a_pause(seconds: float, level: float = -70.0) -> np.ndarray:
    whole = voice()
    half = len(whole) // 2
    return made.joined(whole[:half], made.room(seconds, level), whole[half:])


PERCENT = "clipped", "unvoiced", "monotone"
TIMES = np.arange(12 * made.RATE) / made.RATE


def tone(pitch: float | np.ndarray) -> np.ndarray:
    """`pitch`: Hz, that of each sample or of all."""
    return 0.3 * np.sin(2 * np.pi * np.cumsum(np.broadcast_to(pitch, TIMES.shape)) / made.RATE)


NO_SPEECH: dict[str, Callable[[], np.ndarray]] = {
    "white noise": lambda: made.hiss(12),
    "a room": lambda: made.room(12, -25),
    "a sine": lambda: tone(440),
    "a low sine": lambda: tone(110),
    "beeps": lambda: tone(415) * (np.sin(2 * np.pi * 1.3 * TIMES) > 0),
    "a siren": lambda: tone(300 + 60 * TIMES),
    "a chord": lambda: made.music(12),
    "another chord": lambda: made.music(12, 131),
}


@pytest.mark.parametrize("kind", NO_SPEECH)
def test_what_is_no_speech_is_refused(kind: str) -> None:
    """B5, X6."""
    with pytest.raises(InvalidClip, match=r"there is no speech in it; record 10 to 15 s of one person"):
        made.checked(NO_SPEECH[kind]())


FAULTS: dict[str, tuple[str, Callable[[], np.ndarray]]] = {
    "noise 20 dB below": ("room", lambda: made.with_sound(with_a_pause(0.5), made.hiss(13), 20)),
    "music 12 dB below": ("room", lambda: made.with_sound(with_a_pause(0.6), made.music(13), 12)),
    "an echo": ("echo", lambda: made.echoing(voice(), 0.4)),
    "50 Hz": ("hum", lambda: made.with_sound(voice(), made.hum(12, 50), 20)),
    "60 Hz": ("hum", lambda: made.with_sound(voice(), made.hum(12, 60), 20)),
    "a low-pass": ("telephone", lambda: made.band(voice(), 0, 3400)),
    "A-law": ("telephone", lambda: made.telephone(voice())),
    "a cut at the end": ("ends_cut", lambda: voice()[: made.loudest(voice())]),
    "a cut at the start": ("starts_cut", lambda: voice(14)[made.loudest(voice(14), 0.1, 0.2) :]),
    "a pause of 4 s": ("pause", lambda: with_a_pause(4)[: 14 * made.RATE]),
    "a click before": ("stray", lambda: made.joined(made.click(), made.room(0.4), voice())),
    "a click after": ("stray", lambda: made.joined(voice(), made.room(0.4), made.click())),
    "a breath before": ("stray", lambda: made.joined(made.breath(), made.room(0.3), voice())),
    "two seconds of room": ("left_out", lambda: made.joined(made.room(2), voice())),
    "a whisper": ("unvoiced", lambda: made.hiss(12, 1) * np.abs(voice())),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told_by_its_check(fault: str) -> None:
    """B3, B4, B5."""
    code, make = FAULTS[fault]
    assert code in made.warned(make())


def test_a_good_recording_is_told_nothing() -> None:
    for samples in (voice(), with_a_pause(0.6), made.joined(made.room(0.2), voice(), made.room(0.2))):
        assert made.checked(samples).warnings == ()
        # As an ordinary room at home is heard.
        assert made.warned(made.with_sound(samples, made.room(12), 42)) == set()


def test_noise_as_loud_as_the_voice_is_refused_and_softer_one_warned_of() -> None:
    samples = with_a_pause(0.5)
    with pytest.raises(InvalidClip, match=r"there is noise, .* dB below the voice; record it in a quieter"):
        made.checked(made.with_sound(samples, made.hiss(13), 5))


def test_what_sounds_between_the_words_is_told_from_noise() -> None:
    (told,) = made.checked(made.with_sound(with_a_pause(0.6), made.music(13), 15)).warnings
    assert told.startswith("something sounds between the words, ")


def test_room_around_the_speech_is_left_out_and_what_remains_is_told() -> None:
    """B3."""
    spoken = voice(5)
    clip = made.checked(made.joined(made.room(7), spoken))
    assert clip.clip.seconds == pytest.approx(5.1, abs=0.2)
    (told,) = clip.warnings
    assert told.startswith("there are 4.") and "s of speech in 12.0 s, and the rest is left out" in told
    kept = np.frombuffer(clip.clip.samples, "<f4")
    assert np.abs(kept[: round(0.2 * made.RATE)]).max() < 0.02
    assert made.strength(kept[: 5 * made.RATE]) == pytest.approx(0.1, rel=0.1)


def test_room_alone_around_too_little_speech_does_not_make_a_clip() -> None:
    with pytest.raises(InvalidClip, match=r"only 1\.\d s of speech in 12\.0 s, and 3 s are needed"):
        made.checked(made.joined(made.room(6), voice(2), made.room(4)))


def test_seventeen_seconds_with_three_of_room_are_a_clip_of_fourteen() -> None:
    clip = made.checked(made.joined(made.room(3), voice(14)))
    assert 13.5 < clip.clip.seconds < 14.6
    assert [finding.code for finding in clip.findings] == ["left_out"]


def test_the_page_on_clips_names_every_check_with_its_limits() -> None:
    page = (Path(__file__).parents[3] / "docs" / "clips.md").read_text("utf-8")
    rows = {row.split("`")[1]: row for row in page.splitlines() if row.startswith("| `")}
    assert list(rows) == [*(check.code for check in CHECKS), "words"]
    for check in CHECKS:
        for limit in (check.problem, check.warning, check.remark):
            if limit:
                said = f"{limit * 100:g} %" if check.code in PERCENT else f"{limit:g}"
                assert said in rows[check.code], check.code


def test_every_check_says_where_its_limits_come_from_and_has_one() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        limits = [each for each in (check.problem, check.warning, check.remark) if each is not None]
        assert limits
        assert check.source or limits == [check.remark]
        # The graver, the further out.
        assert limits == sorted(limits, reverse=not check.below)


@pytest.mark.parametrize("at", [0, 100, 12 * made.RATE - 1], ids=["first", "early", "last"])
def test_a_click_in_silence_is_refused_as_no_speech(at: int) -> None:
    samples = np.zeros(12 * made.RATE)
    samples[at] = 1.0
    with pytest.raises(InvalidClip):
        made.checked(samples)
